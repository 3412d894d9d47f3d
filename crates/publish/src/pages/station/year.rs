//! The days of a year by level: a square for each, with the numeral of its level, and the same counted in a table.

use std::collections::BTreeMap;

use chrono::{Datelike, Months, NaiveDate};
use limpid_model::{Assessment, Instant, Level, Period, Station, StationKind, Zone};
use limpid_store::AssessmentQuery;
use maud::{Markup, html};

use crate::answer::Failure;
use crate::app::App;
use crate::pages::level;
use crate::pages::view::View;

/// Units of a square and the space to the next.
const STEP: f64 = 12.0;
const SIDE: f64 = 11.0;
/// Room for the names of months.
const LEFT: f64 = 52.0;
const TOP: f64 = 16.0;

/// The days of the last twelve months that have a level.
pub struct Year {
    first: NaiveDate,
    today: NaiveDate,
    days: BTreeMap<NaiveDate, &'static Level>,
}

impl Year {
    /// Reads them; `None` for stations that are not of air.
    ///
    /// # Errors
    /// Those of the journal.
    pub async fn read(app: &App, station: &Station, now: Instant) -> Result<Option<Self>, Failure> {
        if station.kind != StationKind::Air {
            return Ok(None);
        }
        let zone = app.zone();
        let today = zone.date_of(now);
        let first = today.with_day(1).and_then(|day| day.checked_sub_months(Months::new(11))).unwrap_or(today);
        let mut days = BTreeMap::new();
        for (scheme, from, to) in app.pipeline.air.scheme.spans(zone.start_of(first), now, zone) {
            let ask = AssessmentQuery {
                stations: vec![station.id.clone()],
                scheme: scheme.id.clone(),
                period: Period::Day,
                from,
                to,
                as_of: None,
                after: None,
                limit: 400,
            };
            for row in app.journal.assessments(ask).await? {
                days.extend(level(&row.record, zone));
            }
        }
        Ok(Some(Self { first, today, days }))
    }

    /// The squares and the table; nothing where no day has a level.
    pub fn page(&self, view: &View) -> Markup {
        let lang = view.lang;
        if self.days.is_empty() {
            return html! {};
        }
        let months: Vec<NaiveDate> =
            (0..12).filter_map(|month| self.first.checked_add_months(Months::new(month))).collect();
        let mut levels: Vec<&Level> = self.days.values().copied().collect();
        levels.sort_by_key(|level| level.level);
        levels.dedup_by_key(|level| level.level);
        let title = lang.fill(
            "year.title",
            &[("from", &self.first.format("%Y-%m").to_string()), ("to", &self.today.format("%Y-%m").to_string())],
        );
        let (width, height) = (LEFT + 31.0 * STEP, TOP + 12.0 * STEP);
        html! {
            h2 { (lang.t("year.days")) }
            figure.year {
                svg viewBox=(format!("0 0 {width} {height}")) role="img" aria-label=(title) {
                    g.axis { @for day in [1_u32, 5, 10, 15, 20, 25, 31] {
                        text x=(LEFT + (f64::from(day) - 0.5) * STEP) y="11" text-anchor="middle" { (day) }
                    } }
                    @for (row, month) in (0_u32..).zip(&months) {
                        @let y = TOP + f64::from(row) * STEP;
                        g.axis { text x="0" y=(y + 9.5) { (month.format("%Y-%m").to_string()) } }
                        @for day in month.iter_days().take_while(|day| day.month() == month.month() && *day <= self.today) {
                            (square(LEFT + f64::from(day.day0()) * STEP, y, self.days.get(&day).copied()))
                        }
                    }
                }
                figcaption {
                    ul.legend { @for level in &levels {
                        li { (level::shape(level)) span { (level.category().get(lang.code())) } }
                    } }
                    (lang.t("year.about"))
                }
            }
            details {
                summary { (lang.t("year.table")) }
                div.scroll tabindex="0" { table {
                    thead { tr {
                        th scope="col" { (lang.t("year.month")) }
                        @for level in &levels { th.n scope="col" { (level::numeral(level.level)) " " (level.category().get(lang.code())) } }
                    } }
                    tbody { @for month in &months {
                        tr {
                            th.whole scope="row" { (month.format("%Y-%m").to_string()) }
                            @for level in &levels { td.n { (self.count(*month, level)) } }
                        }
                    } }
                } }
            }
        }
    }

    /// How many days of a month had a level.
    fn count(&self, month: NaiveDate, level: &Level) -> usize {
        let of_month = |day: &NaiveDate| (day.year(), day.month()) == (month.year(), month.month());
        self.days.iter().filter(|(day, one)| of_month(day) && one.level == level.level).count()
    }
}

fn level(record: &Assessment, zone: Zone) -> Option<(NaiveDate, &'static Level)> {
    Some((zone.date_of(record.start), record.scheme.level(record.level?)?))
}

/// A day: the colour of its level with the numeral, or the outline of a day without one.
fn square(x: f64, y: f64, level: Option<&Level>) -> Markup {
    html! {
        @match level {
            Some(level) => {
                rect x=(x) y=(y) width=(SIDE) height=(SIDE) fill=(level.colour) stroke="#1b1f24" stroke-width=".4" {}
                text x=(x + SIDE / 2.0) y=(y + 8.2) text-anchor="middle" font-size="7" fill=(level::text_on(&level.colour)) { (level.level) }
            }
            None => rect.none x=(x) y=(y) width=(SIDE) height=(SIDE) {},
        }
    }
}
