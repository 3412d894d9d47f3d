//! Series as SVG, drawn on the server: gaps stay gaps, lines differ by dash and not by colour alone, and every chart
//! has its figures in words beside it.

use std::fmt::Write as _;

use chrono::{TimeDelta, Timelike};
use limpid_model::{Instant, Level, Zone};
use maud::{Markup, html};

const WIDTH: f64 = 380.0;
const HEIGHT: f64 = 190.0;
const LEFT: f64 = 46.0;
const RIGHT: f64 = 10.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 24.0;

/// Hourly values under one label; `None` where there is no valid value.
pub struct Series {
    /// What it is of.
    pub label: String,
    /// Values by the start of their hour, ascending.
    pub points: Vec<(Instant, Option<f64>)>,
}

/// One bar per hour.
pub struct Bar<'a> {
    /// The start of its hour.
    pub start: Instant,
    /// Its height.
    pub value: f64,
    /// Its colour.
    pub level: &'a Level,
}

/// The stretch of time that a chart shows.
#[derive(Clone, Copy)]
pub struct Span {
    /// Inclusive.
    pub from: Instant,
    /// Exclusive.
    pub to: Instant,
    /// The clock on the wall.
    pub zone: Zone,
}

impl Span {
    fn x(self, at: Instant) -> f64 {
        let whole = (self.to - self.from).num_seconds().max(1) as f64;
        LEFT + (at - self.from).num_seconds() as f64 / whole * (WIDTH - LEFT - RIGHT)
    }
}

/// Up to three series of one unit as lines. `title` names the chart for those who do not see it.
pub fn lines(title: &str, series: &[Series], span: Span) -> Markup {
    let values = || series.iter().flat_map(|series| series.points.iter().filter_map(|point| point.1));
    let scale = Scale::around(values());
    html! {
        svg viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="img" aria-label=(title) {
            (axes(&scale, span))
            @for (place, series) in series.iter().enumerate() {
                @let class = format!("s{}", place.min(2));
                @let (path, dots) = drawn(series, &scale, span);
                path class=(format!("line {class}")) d=(path) {}
                @for (x, y) in dots {
                    circle class=(format!("dot {class}")) cx=(x) cy=(y) r="2.5" {}
                }
            }
        }
    }
}

/// Bars in the colours of their levels, from zero.
pub fn bars(title: &str, bars: &[Bar<'_>], span: Span) -> Markup {
    let scale = Scale::around(bars.iter().map(|bar| bar.value).chain([0.0, 50.0]));
    let width = (span.x(span.from + TimeDelta::hours(1)) - span.x(span.from) - 1.0).max(1.0);
    html! {
        svg viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="img" aria-label=(title) {
            (axes(&scale, span))
            @for bar in bars {
                @let top = scale.y(bar.value);
                rect x=(round(span.x(bar.start))) y=(round(top)) width=(round(width))
                    height=(round(scale.y(0.0) - top)) fill=(bar.level.colour) stroke="#1b1f24" stroke-width="0.6" {}
            }
        }
    }
}

/// What may come, hour by hour.
pub struct Fan<'a> {
    /// By the start of the hour: the end of the 80 % interval below, the median, the end above.
    pub points: &'a [(Instant, [f64; 3])],
}

/// A band from end to end with the median as a line in it.
pub fn fan(title: &str, fan: &Fan<'_>, span: Span) -> Markup {
    let scale = Scale::around(fan.points.iter().flat_map(|(_, values)| *values).chain([0.0]));
    let at = |point: &(Instant, [f64; 3]), place: usize| {
        let x = span.x(point.0 + TimeDelta::minutes(30));
        format!("{} {}", round(x), round(scale.y(point.1[place])))
    };
    let along = |place: usize| fan.points.iter().map(move |point| at(point, place));
    let line = |points: Vec<String>| format!("M{}", points.join("L"));
    let band = along(2).chain(fan.points.iter().rev().map(|point| at(point, 0))).collect();
    html! {
        svg viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="img" aria-label=(title) {
            (axes(&scale, span))
            @if !fan.points.is_empty() {
                path class="fan" d=(format!("{}Z", line(band))) {}
                path class="line s0" d=(line(along(1).collect())) {}
            }
        }
    }
}

/// The key of a series: its line, short.
pub fn key(place: usize) -> Markup {
    html! {
        svg.key viewBox="0 0 36 12" aria-hidden="true" focusable="false" {
            path class=(format!("line s{}", place.min(2))) d="M1 6h34" {}
        }
    }
}

/// The path of a series and the dots of values that stand alone between gaps.
fn drawn(series: &Series, scale: &Scale, span: Span) -> (String, Vec<(String, String)>) {
    let mut path = String::new();
    let mut dots = Vec::new();
    let mut run: Vec<(String, String)> = Vec::new();
    let mut last: Option<Instant> = None;
    let mut finish = |run: &mut Vec<(String, String)>| {
        match &run[..] {
            [] => {}
            [alone] => dots.push(alone.clone()),
            points => {
                for (place, (x, y)) in points.iter().enumerate() {
                    let _ = write!(path, "{}{x} {y}", if place == 0 { 'M' } else { 'L' });
                }
            }
        }
        run.clear();
    };
    for (start, value) in &series.points {
        // An hour that is not in the list is as much a gap as one without a value.
        if value.is_none() || last.is_some_and(|last| *start - last > TimeDelta::hours(1)) {
            finish(&mut run);
        }
        if let Some(value) = value {
            // A value stands in the middle of its hour.
            run.push((round(span.x(*start + TimeDelta::minutes(30))), round(scale.y(*value))));
            last = Some(*start);
        }
    }
    finish(&mut run);
    (path, dots)
}

fn axes(scale: &Scale, span: Span) -> Markup {
    let (left, right, bottom) = (round(LEFT), round(WIDTH - RIGHT), HEIGHT - BOTTOM);
    let hours = span.zone.hours(span.from, span.to);
    // Some eight labels fit side by side.
    let every = if span.to - span.from > TimeDelta::hours(48) { 12 } else { 6 };
    let marked: Vec<(Instant, u32)> = hours
        .map(|hour| (hour, hour.with_timezone(&span.zone.0).hour()))
        .filter(|(_, hour)| hour % every == 0)
        .collect();
    html! {
        g.axis {
            @for tick in &scale.ticks {
                @let y = round(scale.y(*tick));
                path d=(format!("M{left} {y}H{right}")) {}
                text x=(round(LEFT - 6.0)) y=(y) text-anchor="end" dominant-baseline="central" { (scale.label(*tick)) }
            }
            @for (at, hour) in marked {
                @let x = round(span.x(at));
                path d=(format!("M{x} {}v4", round(bottom))) {}
                text x=(x) y=(round(bottom + 16.0)) text-anchor="middle" {
                    @if hour == 0 { (at.with_timezone(&span.zone.0).format("%m-%d").to_string()) }
                    @else { (format!("{hour:02}:00")) }
                }
            }
        }
    }
}

/// A linear scale with round ticks.
struct Scale {
    low: f64,
    high: f64,
    ticks: Vec<f64>,
    digits: usize,
}

impl Scale {
    /// A scale that holds all values; it begins at zero unless values are far from it or below.
    fn around(values: impl Iterator<Item = f64>) -> Self {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for value in values {
            low = low.min(value);
            high = high.max(value);
        }
        if low > high {
            (low, high) = (0.0, 1.0);
        }
        if low > 0.0 && low < high * 0.7 {
            low = 0.0;
        }
        let span = if high > low { high - low } else { high.abs().max(1.0) };
        let raw = span / 4.0;
        let power = 10f64.powf(raw.log10().floor());
        let step = [1.0, 2.0, 2.5, 5.0, 10.0].map(|factor| factor * power).into_iter().find(|step| *step >= raw);
        let step = step.unwrap_or(raw);
        let first = (low / step).floor();
        let last = (high / step).ceil().max(first + 1.0);
        let ticks = (0..=((last - first) as usize).min(12)).map(|n| (first + n as f64) * step).collect();
        let digits = if step < 1.0 { (-step.log10().floor()) as usize } else { usize::from(step == 2.5) };
        Self { low: first * step, high: last * step, ticks, digits: digits.min(6) }
    }

    fn y(&self, value: f64) -> f64 {
        let part = (value - self.low) / (self.high - self.low);
        HEIGHT - BOTTOM - part * (HEIGHT - BOTTOM - TOP)
    }

    fn label(&self, tick: f64) -> String {
        format!("{tick:.*}", self.digits)
    }
}

/// One digit after the point is finer than any screen shows.
fn round(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hour(n: i64) -> Instant {
        "2026-11-25T00:00:00Z".parse::<Instant>().unwrap() + TimeDelta::hours(n)
    }

    fn span() -> Span {
        Span { from: hour(0), to: hour(48), zone: Zone::parse("Asia/Shanghai").unwrap() }
    }

    #[test]
    fn gaps_are_not_drawn_over() {
        let points = vec![
            (hour(0), Some(1.0)),
            (hour(1), Some(2.0)),
            (hour(2), None),
            (hour(3), Some(3.0)),
            (hour(5), Some(4.0)),
            (hour(6), Some(5.0)),
        ];
        let series = Series { label: String::new(), points };
        let (path, dots) = drawn(&series, &Scale::around([1.0, 5.0].into_iter()), span());
        assert_eq!(path.matches('M').count(), 2, "two runs: hours 0 to 1 and 5 to 6");
        assert_eq!(path.matches('L').count(), 2);
        assert_eq!(dots.len(), 1, "hour 3 stands alone");
    }

    #[test]
    fn scales_hold_their_values_and_have_round_ticks() {
        for values in
            [vec![0.0], vec![23.0], vec![-5.0, -3.0], vec![1013.0, 1015.5], vec![0.001, 0.004], vec![0.0, 987.0]]
        {
            let scale = Scale::around(values.iter().copied());
            assert!(values.iter().all(|value| scale.low <= *value && *value <= scale.high), "{values:?}");
            assert!((2..=7).contains(&scale.ticks.len()), "{values:?}: {:?}", scale.ticks);
        }
        let ticks = Scale::around([0.0, 87.0].into_iter());
        assert_eq!(
            ticks.ticks.iter().map(|tick| ticks.label(*tick)).collect::<Vec<_>>(),
            ["0.0", "25.0", "50.0", "75.0", "100.0"].map(|t| t.trim_end_matches(".0").to_owned())
        );
        let empty = Scale::around(std::iter::empty());
        assert!(empty.y(0.0).is_finite());
    }
}
