//! The last days of an outlet against its permit.

use chrono::TimeDelta;
use limpid_model::permit::{Averaging, Exceedance, PermitDay, Quantity};
use limpid_model::{Period, Station, StationKind, Subject, SummaryBody};
use limpid_store::SummaryQuery;
use maud::{Markup, html};

use crate::answer::Failure;
use crate::app::App;
use crate::pages::say;
use crate::pages::view::View;

/// Days that are shown.
const DAYS: i64 = 30;

/// What is kept of an outlet.
pub struct Kept {
    days: Vec<PermitDay>,
    quantities: Vec<Quantity>,
}

impl Kept {
    /// Reads it; `None` of other stations, and of an outlet that no permit names.
    ///
    /// # Errors
    /// Those of the journal.
    pub async fn read(app: &App, station: &Station) -> Result<Option<Self>, Failure> {
        if station.kind != StationKind::Outlet {
            return Ok(None);
        }
        let ask = |kind: &str, period, days| SummaryQuery {
            subjects: vec![Subject::Station(station.id.clone())],
            kind: kind.to_owned(),
            period,
            from: app.now() - TimeDelta::days(days),
            to: app.now() + TimeDelta::days(1),
            as_of: None,
            after: None,
            limit: DAYS as usize + 2,
        };
        let mut kept = Self { days: Vec::new(), quantities: Vec::new() };
        for found in app.journal.summaries(ask("permit", Period::Day, DAYS)).await? {
            if let SummaryBody::Permit(day) = found.summary.body {
                kept.days.extend(Some(day).filter(|day| day.reason.is_none()));
            }
        }
        for found in app.journal.summaries(ask("quantity", Period::Month, 62)).await? {
            if let SummaryBody::Quantity(month) = found.summary.body {
                // The newest month is the last one.
                kept.quantities = month.quantities;
            }
        }
        Ok((!kept.days.is_empty()).then_some(kept))
    }

    /// Which permit, what was beyond its limits, and how much of its quantities is used.
    pub fn show(&self, app: &App, view: &View) -> Markup {
        let lang = view.lang;
        let Some(newest) = self.days.last() else { return Markup::default() };
        let judged: u32 = self.days.iter().flat_map(|day| &day.limits).map(|limit| limit.n).sum();
        let over: u32 = self.days.iter().flat_map(|day| &day.limits).map(|limit| limit.over).sum();
        let counts = [("over", &*over.to_string()), ("judged", &*judged.to_string()), ("days", &*DAYS.to_string())];
        let permit = &newest.version.permit;
        html! {
            h2 { (lang.t("permit.title")) }
            @if self.days.iter().any(|day| !day.reviewed) { p.note { (lang.t("permit.automatic")) } }
            p {
                (lang.t("permit.number")) ": "
                a href=(view.link(&format!("/registers/permits/{permit}"))) { (permit) }
                " (" (newest.version.outlet) ")"
            }
            p { (lang.fill("permit.counts", &counts)) }
            (exceedances(app, view, &self.days))
            (quantities(view, &self.quantities))
        }
    }
}

fn exceedances(app: &App, view: &View, days: &[PermitDay]) -> Markup {
    let lang = view.lang;
    html! {
        @if days.iter().any(|day| !day.exceedances.is_empty()) {
            div.scroll tabindex="0" { table.stack {
                thead { tr {
                    th scope="col" { (lang.t("col.parameter")) }
                    th scope="col" { (lang.t("col.window")) }
                    th.n scope="col" { (lang.t("permit.worst")) }
                    th.n scope="col" { (lang.t("permit.limit")) }
                    th.n scope="col" { (lang.t("permit.multiple")) }
                    th scope="col" { (lang.t("col.state")) }
                } }
                tbody { @for day in days.iter().rev() { @for one in &day.exceedances {
                    (row(app, view, one, day.reviewed))
                } } }
            } }
        }
    }
}

fn row(app: &App, view: &View, one: &Exceedance, reviewed: bool) -> Markup {
    let lang = view.lang;
    let averaging = match one.averaging {
        Averaging::Hour => say::period(lang, Period::Hour),
        Averaging::Day => say::period(lang, Period::Day),
    };
    html! { tr {
        th scope="row" { (one.parameter.name().get(lang.code())) " (" (averaging) ")" }
        td {
            span.whole { (say::window(one.start, one.end, app.now(), app.zone())) }
            " " (lang.fill("permit.hours", &[("hours", &one.hours.to_string())]))
        }
        td.n { (say::number(one.parameter, one.worst)) " " (say::unit(one.parameter.unit())) }
        td.n { (say::number(one.parameter, one.limit)) }
        td.n { @match one.multiple { Some(multiple) => { (multiple) } None => { "-" } } }
        td {
            (lang.t(if reviewed { "status.reviewed" } else { "permit.unreviewed" }))
            @if !one.marks.is_empty() { " (" (lang.t("col.mark")) " " (one.marks.join(" ")) ")" }
        }
    } }
}

fn quantities(view: &View, quantities: &[Quantity]) -> Markup {
    let lang = view.lang;
    html! {
        @if !quantities.is_empty() {
            h3 { (lang.t("permit.quantities")) }
            ul { @for one in quantities {
                @let tonnes = |kg: f64| format!("{:.3}", kg / 1000.0);
                @let words = [
                    ("parameter", one.parameter.name().get(lang.code()).to_owned()),
                    ("sum", tonnes(one.months12_kg)), ("limit", tonnes(one.limit_kg)),
                    ("n", one.months12_n.to_string()), ("expected", one.months12_expected.to_string()),
                ];
                @let words: Vec<(&str, &str)> = words.iter().map(|(name, text)| (*name, text.as_str())).collect();
                li {
                    (lang.fill("permit.quantity", &words))
                    @if one.exceeded { " " strong { (lang.t("permit.exceeded")) } }
                }
            } }
        }
    }
}
