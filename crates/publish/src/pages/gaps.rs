//! What is missing, for people: of one station on its page, of all on `/status`.

use std::collections::BTreeMap;

use chrono::{Datelike, Duration};
use limpid_model::{Completeness, Gap, GapCause, Prospect, Station, StationId};
use limpid_store::GapQuery;
use maud::{Markup, html};

use super::say;
use super::view::View;
use super::words::Lang;
use crate::answer::Failure;
use crate::app::App;

/// How far back is shown.
const DAYS: i64 = 7;
/// Gaps listed for one station; the API has them all.
const LISTED: usize = 12;
/// More gaps than a page counts.
const COUNTED: usize = 50_000;

/// What is missing of some stations.
pub struct Missing {
    gaps: Vec<Gap>,
    years: Vec<Completeness>,
}

impl Missing {
    /// Reads the gaps of the last days and this year's completeness.
    ///
    /// # Errors
    /// Those of the journal.
    pub async fn read(app: &App, stations: Vec<StationId>) -> Result<Self, Failure> {
        let (now, zone) = (app.now(), app.zone());
        let from = now - Duration::days(DAYS);
        let mut years = app.journal.completeness(zone.date_of(now).year()).await?;
        years.retain(|year| stations.contains(&year.station));
        let ask = GapQuery {
            stations,
            parameters: Vec::new(),
            causes: Vec::new(),
            from,
            to: now,
            after: None,
            limit: COUNTED,
        };
        let cut = |gap: Gap| Gap { start: gap.start.max(zone.floor_hour(from)), ..gap };
        Ok(Self { gaps: app.journal.gaps(ask).await?.into_iter().map(cut).collect(), years })
    }

    /// The section of a station's page.
    pub fn of_station(&self, app: &App, view: &View, station: &Station) -> Markup {
        let lang = view.lang;
        let hours: i64 = self.gaps.iter().map(Gap::hours).sum();
        let all = format!("/api/v1/gaps?station={}", station.id);
        html! {
            h2 { (lang.t("gaps.title")) }
            @if hours == 0 {
                p { (lang.t("gaps.none")) }
            } @else {
                p { (lang.fill("gaps.some", &[("n", &hours.to_string())])) }
                div.scroll tabindex="0" { table.stack {
                    thead { tr {
                        th scope="col" { (lang.t("col.parameter")) }
                        th scope="col" { (lang.t("col.window")) }
                        th.n scope="col" { (lang.t("gaps.hours")) }
                        th scope="col" { (lang.t("gaps.cause")) }
                    } }
                    tbody { @for gap in self.newest() {
                        tr {
                            th scope="row" { (gap.parameter.name().get(lang.code())) }
                            td { (say::window(gap.start, gap.end, app.now(), app.zone())) }
                            td.n { (gap.hours()) }
                            td { (cause(lang, gap.cause)) @if let Some(reason) = &gap.reason { " (" (reason) ")" } }
                        }
                    } }
                } }
            }
            p { (lang.t("gaps.all")) ": " a href=(all) { "JSON" } ", " a href=(format!("{all}&format=csv")) { "CSV" } }
            @if !self.years.is_empty() { (self.completeness(app, view)) }
        }
    }

    /// The gaps that ended last, the newest first.
    fn newest(&self) -> Vec<&Gap> {
        let mut gaps: Vec<&Gap> = self.gaps.iter().collect();
        gaps.sort_by_key(|gap| std::cmp::Reverse((gap.end, gap.start)));
        gaps.truncate(LISTED);
        gaps
    }

    fn completeness(&self, app: &App, view: &View) -> Markup {
        let lang = view.lang;
        let until = self.years.iter().map(|year| year.until).max().unwrap_or_default();
        html! {
            h3 { (lang.t("complete.title")) }
            p { (lang.fill("complete.about", &[("time", &say::moment(until, app.zone()))])) }
            div.scroll tabindex="0" { table.stack {
                thead { tr {
                    th scope="col" { (lang.t("col.parameter")) }
                    th.n scope="col" { (lang.t("complete.valid")) }
                    th.n scope="col" { (lang.t("complete.passed")) }
                    th.n scope="col" { (lang.t("complete.needed")) }
                    th.n scope="col" { (lang.t("complete.month")) }
                    th.n scope="col" { (lang.t("complete.today")) }
                    th scope="col" { (lang.t("col.state")) }
                } }
                tbody { @for year in &self.years {
                    tr {
                        th scope="row" { (year.parameter.name().get(lang.code())) }
                        td.n { (year.valid) }
                        td.n { (year.passed) }
                        td.n { (needed(lang, year)) }
                        td.n { @if let Some(month) = year.months.last() { (of(month.valid, month.needed)) } @else { "-" } }
                        td.n { @match year.today { Some(today) => (of(today.valid, Some(today.needed))), None => "-" } }
                        td { (prospect(lang, year.prospect)) }
                    }
                } }
            } }
        }
    }

    /// The section of `/status`: the stations that miss anything, those that miss most first.
    pub fn of_all(&self, app: &App, view: &View) -> Markup {
        let lang = view.lang;
        let mut stations: BTreeMap<&StationId, BTreeMap<GapCause, i64>> = BTreeMap::new();
        for gap in &self.gaps {
            *stations.entry(&gap.station).or_default().entry(gap.cause).or_default() += gap.hours();
        }
        let lost = |id: &StationId| {
            let lost = self.years.iter().filter(|year| year.station == *id && year.prospect == Prospect::Lost);
            lost.map(|year| year.parameter.name().get(lang.code())).collect::<Vec<_>>().join(lang.t("list.comma"))
        };
        for year in self.years.iter().filter(|year| year.prospect == Prospect::Lost) {
            stations.entry(&year.station).or_default();
        }
        let mut rows: Vec<_> = stations.into_iter().collect();
        rows.sort_by_key(|(_, causes)| std::cmp::Reverse(causes.values().sum::<i64>()));
        html! {
            h2 { (lang.t("gaps.title")) }
            @if rows.is_empty() {
                p { (lang.t("gaps.none")) }
            } @else {
                p { (lang.t("gaps.status_about")) }
                div.scroll tabindex="0" { table.stack {
                    thead { tr {
                        th scope="col" { (lang.t("col.station")) }
                        th.n scope="col" { (lang.t("gaps.hours")) }
                        th scope="col" { (lang.t("gaps.cause")) }
                        th scope="col" { (lang.t("complete.lost")) }
                    } }
                    tbody { @for (id, causes) in rows {
                        tr {
                            th scope="row" {
                                a href=(view.link(&format!("/stations/{id}"))) {
                                    (app.pipeline.stations.get(id).map_or(id.as_str(), |one| one.name.get(lang.code())))
                                }
                            }
                            td.n { (causes.values().sum::<i64>()) }
                            td { @if let Some((main, _)) = causes.iter().max_by_key(|(_, hours)| **hours) { (cause(lang, *main)) } }
                            td { (lost(id)) }
                        }
                    } }
                } }
            }
            p { (lang.t("gaps.all")) ": " a href="/api/v1/gaps" { "JSON" } ", " a href="/api/v1/gaps?format=csv" { "CSV" } ", "
                a href="/api/v1/completeness" { (lang.t("complete.title")) } }
        }
    }
}

/// So many, of those that are needed where that is known.
fn of(valid: u32, needed: Option<u32>) -> String {
    needed.map_or_else(|| valid.to_string(), |needed| format!("{valid} / {needed}"))
}

/// What a year needs: days, or months with a sample.
fn needed(lang: Lang, year: &Completeness) -> String {
    match (year.needed, year.needed_months) {
        (Some(days), _) => days.to_string(),
        (None, Some(months)) => lang.fill("complete.months", &[("n", &months.to_string())]),
        (None, None) => "-".to_owned(),
    }
}

/// A cause in words.
fn cause(lang: Lang, cause: GapCause) -> &'static str {
    match cause {
        GapCause::InstrumentMark => lang.t("cause.instrument_mark"),
        GapCause::FailedCheck => lang.t("cause.failed_check"),
        GapCause::SentMissing => lang.t("cause.sent_missing"),
        GapCause::PlatformDown => lang.t("cause.platform_down"),
        GapCause::SourceDown => lang.t("cause.source_down"),
        GapCause::LinkDown => lang.t("cause.link_down"),
        GapCause::Rejected => lang.t("cause.rejected"),
        GapCause::Quarantined => lang.t("cause.quarantined"),
        GapCause::Incomplete => lang.t("cause.incomplete"),
        GapCause::StationSilent => lang.t("cause.station_silent"),
    }
}

/// A prospect in words.
fn prospect(lang: Lang, prospect: Prospect) -> &'static str {
    match prospect {
        Prospect::Met => lang.t("prospect.met"),
        Prospect::Possible => lang.t("prospect.possible"),
        Prospect::Lost => lang.t("prospect.lost"),
        Prospect::NoMinimum => lang.t("prospect.no_minimum"),
    }
}
