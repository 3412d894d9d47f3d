//! The last 48 hours of a station: charts, and the same as a table.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use limpid_model::{Assessment, Instant, Observation, ParameterId, Period, Published, Station, Statistic};
use limpid_store::{AssessmentQuery, ObservationQuery};
use maud::{Markup, html};

use crate::answer::Failure;
use crate::app::App;
use crate::pages::chart::{self, Bar, Series, Span};
use crate::pages::view::View;
use crate::pages::{explain, say};

/// Rows of one station in that time: 48 hours of every parameter there is would not fill it.
const ROWS: usize = 10_000;
/// Parameters of one unit that share a chart.
const GROUPS: [&[&str]; 3] = [&["pm25", "pm10"], &["o3", "no2", "so2"], &["leq", "l10", "l90"]];

/// The last 48 hours.
pub struct History {
    values: BTreeMap<ParameterId, BTreeMap<Instant, Published<Observation>>>,
    index: Vec<Published<Assessment>>,
}

impl History {
    /// Reads them.
    ///
    /// # Errors
    /// Those of the journal.
    pub async fn read(app: &App, station: &Station, span: Span) -> Result<Self, Failure> {
        let ask = ObservationQuery {
            stations: vec![station.id.clone()],
            parameters: Vec::new(),
            period: Period::Hour,
            statistic: Statistic::Mean,
            from: span.from,
            to: span.to,
            as_of: None,
            after: None,
            limit: ROWS,
        };
        let mut values: BTreeMap<ParameterId, BTreeMap<Instant, Published<Observation>>> = BTreeMap::new();
        for row in app.journal.observations(ask).await? {
            values.entry(row.record.parameter).or_default().insert(row.record.start, row);
        }
        let mut index = Vec::new();
        for (scheme, from, to) in app.pipeline.air.scheme.spans(span.from, span.to, span.zone) {
            let ask = AssessmentQuery {
                stations: vec![station.id.clone()],
                scheme: scheme.id.clone(),
                period: Period::Hour,
                from,
                to,
                as_of: None,
                after: None,
                limit: ROWS,
            };
            index.extend(app.journal.assessments(ask).await?);
        }
        Ok(Self { values, index })
    }

    /// Of what there are hours.
    pub fn parameters(&self) -> Vec<ParameterId> {
        self.values.keys().copied().collect()
    }

    /// What is published of an hour.
    fn record(&self, parameter: ParameterId, hour: Instant) -> Option<&Observation> {
        Some(&self.values.get(&parameter)?.get(&hour)?.record)
    }

    /// The value of an hour that may be shown: one that passed.
    fn value(&self, parameter: ParameterId, hour: Instant) -> Option<f64> {
        let record = self.record(parameter, hour)?;
        record.value.filter(|_| record.flag.usable())
    }
}

/// The index as bars, and lines for each group of parameters.
pub fn charts(view: &View, history: &History, span: Span) -> Markup {
    let lang = view.lang;
    let mut groups: Vec<Vec<ParameterId>> = Vec::new();
    for parameter in history.values.keys() {
        let group = GROUPS.iter().position(|group| group.contains(&parameter.as_str()));
        let of_group =
            |known: &&mut Vec<ParameterId>| group.is_some_and(|group| GROUPS[group].contains(&known[0].as_str()));
        match groups.iter_mut().find(of_group) {
            Some(known) => known.push(*parameter),
            None => groups.push(vec![*parameter]),
        }
    }
    html! {
        h2 { (lang.t("station.history")) }
        @if groups.is_empty() { p { (lang.t("station.no_history")) } }
        div.charts {
            (index_chart(view, history, span))
            @for group in &groups { (group_chart(view, history, group, span)) }
        }
    }
}

fn index_chart(view: &View, history: &History, span: Span) -> Markup {
    let lang = view.lang;
    let bars: Vec<Bar<'_>> = history
        .index
        .iter()
        .filter_map(|row| {
            let level = row.record.scheme.level(row.record.level?)?;
            Some(Bar { start: row.record.start, value: f64::from(row.record.index?), level })
        })
        .collect();
    let Some(last) = bars.last() else { return html! {} };
    let low = bars.iter().map(|bar| bar.value).fold(f64::INFINITY, f64::min);
    let high = bars.iter().map(|bar| bar.value).fold(0.0, f64::max);
    let title = lang.t("chart.index");
    let text = lang.fill(
        "chart.range",
        &[("low", &low.to_string()), ("high", &high.to_string()), ("last", &last.value.to_string()), ("unit", "")],
    );
    html! {
        figure {
            h3 { (title) }
            (chart::bars(title, &bars, span))
            figcaption { (text) }
        }
    }
}

fn group_chart(view: &View, history: &History, group: &[ParameterId], span: Span) -> Markup {
    let lang = view.lang;
    let series: Vec<Series> = group
        .iter()
        .map(|parameter| Series {
            label: parameter.name().get(lang.code()).to_owned(),
            points: span.zone.hours(span.from, span.to).map(|hour| (hour, history.value(*parameter, hour))).collect(),
        })
        .collect();
    let unit = say::unit(group[0].unit());
    let labels: Vec<&str> = series.iter().map(|series| series.label.as_str()).collect();
    let title = format!("{} {unit}", labels.join(lang.t("list.comma")));
    html! {
        figure {
            h3 { (title) }
            (chart::lines(&title, &series, span))
            figcaption {
                @for (place, (series, parameter)) in series.iter().zip(group).enumerate() {
                    div {
                        @if group.len() > 1 { (chart::key(place)) (series.label) ": " }
                        (range(view, series, *parameter, &unit))
                    }
                }
            }
        }
    }
}

/// Lowest, highest and last value in words.
fn range(view: &View, series: &Series, parameter: ParameterId, unit: &str) -> String {
    let values = || series.points.iter().filter_map(|point| point.1);
    let Some(last) = values().next_back() else { return view.lang.t("value.none").to_owned() };
    let low = values().fold(f64::INFINITY, f64::min);
    let high = values().fold(f64::NEG_INFINITY, f64::max);
    let [low, high, last] = [low, high, last].map(|value| say::number(parameter, value));
    view.lang.fill("chart.range", &[("low", &low), ("high", &high), ("last", &last), ("unit", unit)])
}

/// The charts as a table, newest hour first.
pub fn table(view: &View, history: &History, span: Span) -> Markup {
    let lang = view.lang;
    if history.values.is_empty() {
        return html! {};
    }
    let index: BTreeMap<Instant, Option<u16>> =
        history.index.iter().map(|row| (row.record.start, row.record.index)).collect();
    let mut rows: Vec<Instant> = span.zone.hours(span.from, span.to).collect();
    rows.reverse();
    let dash = || lang.t("value.none");
    html! {
        details {
            summary { (lang.t("station.table")) }
            div.scroll tabindex="0" { table {
                thead { tr {
                    th scope="col" { (lang.t("col.window")) }
                    @if !index.is_empty() { th.n scope="col" { (lang.t("index.name")) } }
                    @for parameter in history.values.keys() {
                        th.n scope="col" {
                            (parameter.name().get(lang.code())) br; (say::unit(parameter.unit()))
                        }
                    }
                } }
                tbody { @for hour in rows {
                    tr {
                        th.whole scope="row" { (say::window(hour, hour + TimeDelta::hours(1), span.to, span.zone)) }
                        @if !index.is_empty() {
                            td.n { @match index.get(&hour).copied().flatten() { Some(index) => (index), None => (dash()) } }
                        }
                        @for parameter in history.values.keys() {
                            td.n {
                                @let value = history.value(*parameter, hour);
                                @let shown = value.map_or(dash().to_owned(), |value| say::number(*parameter, value));
                                @match history.record(*parameter, hour) {
                                    Some(record) => a href=(view.link(&format!("/explain?{}", explain::query(record, span.zone)))) { (shown) },
                                    None => (shown),
                                }
                            }
                        }
                    }
                } }
            } }
        }
    }
}
