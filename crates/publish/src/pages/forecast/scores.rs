//! How good earlier issues were: in words, and as a table.

use limpid_model::forecast::{DayScores, Scored};
use limpid_model::{Forecast, ForecastScore, ParameterId, Subject};
use maud::{Markup, html};

use crate::pages::words::Lang;
use crate::pages::{cards, level};

/// The span that is told in words, in days.
const WINDOW: u16 = 90;
/// The spans of the table.
const WINDOWS: [u16; 3] = [30, 90, 365];
/// Days ahead that are told of.
const LEADS: [u8; 3] = [1, 2, 3];
/// The pollutants that are told of beside the index.
const SHOWN: [&str; 2] = ["pm25", "o3"];

/// The scores of the subject of an issue, or where it has none yet those of all stations together.
pub fn scored(lang: Lang, issue: &Forecast, scores: &[ForecastScore]) -> Markup {
    let of = |subject: Option<&Subject>| -> Vec<&ForecastScore> {
        let counted = scores.iter().filter(|score| score.model == "issued" && score.days.n > 0);
        counted.filter(|score| score.subject.as_ref() == subject).collect()
    };
    let own = of(Some(&issue.subject));
    let together = own.is_empty();
    let shown = if together { of(None) } else { own };
    let told: Vec<&ForecastScore> =
        LEADS.into_iter().filter_map(|lead| find(&shown, Scored::Index, lead, WINDOW)).collect();
    html! {
        @if shown.is_empty() { p { (lang.t("forecast.no_scores")) } }
        @if together && !shown.is_empty() { p.soft { (lang.t("forecast.all_stations")) } }
        ul { @for score in &told { li { (words(lang, score)) } } }
        @if !shown.is_empty() {
            details open[told.is_empty()] { summary { (lang.t("forecast.table")) } (table(lang, &shown)) }
        }
    }
}

fn find<'s>(scores: &[&'s ForecastScore], of: Scored, lead: u8, window: u16) -> Option<&'s ForecastScore> {
    scores.iter().copied().find(|score| score.of == of && score.lead_day == lead && score.window == window)
}

fn lead(lang: Lang, days: u8) -> &'static str {
    match days {
        1 => lang.t("forecast.lead_1"),
        2 => lang.t("forecast.lead_2"),
        _ => lang.t("forecast.lead_3"),
    }
}

/// The index so many days ahead: level, range, primary pollutant, polluted days, and by the level that came.
fn words(lang: Lang, score: &ForecastScore) -> Markup {
    let days = &score.days;
    let number = |count: u64| count.to_string();
    let [hits, misses, false_alarms] = days.polluted;
    let [right, named] = days.primary;
    html! {
        (lang.fill("forecast.right", &[
            ("lead", lead(lang, score.lead_day)), ("window", &WINDOW.to_string()),
            ("hits", &number(days.hits)), ("n", &number(days.n)),
            ("persistence", &number(days.persistence_hits)), ("usual", &number(days.climatology_hits)),
        ])) " "
        (lang.fill("forecast.in_range", &[("hits", &number(days.in_range)), ("n", &number(days.n))])) " "
        @if named > 0 { (lang.fill("forecast.primary_right", &[("hits", &number(right)), ("n", &number(named))])) " " }
        @if hits + misses > 0 {
            (lang.fill("forecast.announced", &[("hits", &number(hits)), ("n", &number(hits + misses))])) " "
        }
        @if hits + false_alarms > 0 {
            (lang.fill("forecast.false", &[("n", &number(hits + false_alarms)), ("false", &number(false_alarms))])) " "
        }
        @let levels = (1..).zip(&days.by_level).filter(|(_, [days, _])| *days > 0);
        @for (level, [days, hits]) in levels {
            span.whole { (lang.fill("forecast.at_level", &[
                ("level", level::numeral(level)), ("hits", &number(*hits)), ("days", &number(*days)),
            ])) } " "
        }
    }
}

/// The index and the pollutants that are told of, by span and days ahead.
fn table(lang: Lang, scores: &[&ForecastScore]) -> Markup {
    let pollutants = SHOWN.map(ParameterId::known).map(Scored::Parameter);
    let all = || std::iter::once(Scored::Index).chain(pollutants);
    let keys = all().flat_map(|of| LEADS.into_iter().flat_map(move |lead| WINDOWS.map(|window| (of, lead, window))));
    let rows: Vec<&ForecastScore> = keys.filter_map(|(of, lead, window)| find(scores, of, lead, window)).collect();
    let percent = |hits: u64, of: u64| {
        if of == 0 { "-".to_owned() } else { format!("{:.0} %", hits as f64 * 100.0 / of as f64) }
    };
    html! {
        div.scroll tabindex="0" { table.stack {
            thead { tr {
                th scope="col" { (lang.t("forecast.col.what")) }
                th scope="col" { (lang.t("forecast.col.lead")) }
                th scope="col" { (lang.t("forecast.col.days")) }
                th scope="col" { (lang.t("forecast.col.level")) }
                th scope="col" { (lang.t("forecast.col.near")) }
                th scope="col" { (lang.t("forecast.col.persistence")) }
                th scope="col" { (lang.t("forecast.col.usual")) }
                th scope="col" { (lang.t("forecast.col.found")) }
                th scope="col" { (lang.t("forecast.col.false")) }
                th scope="col" { (lang.t("forecast.col.skill")) }
            } }
            tbody { @for score in rows {
                @let DayScores { n, hits, near, persistence_hits, persistence_days, climatology_hits, polluted, .. } = &score.days;
                @let [found, missed, wrong] = *polluted;
                tr {
                    th scope="row" { (match score.of {
                        Scored::Index => lang.t("index.name"),
                        Scored::Parameter(parameter) => cards::short(lang, parameter),
                    }) }
                    td { (lead(lang, score.lead_day)) }
                    td.n { (lang.fill("forecast.of_days", &[("n", &n.to_string()), ("window", &score.window.to_string())])) }
                    td.n { (percent(*hits, *n)) }
                    td.n { (percent(*near, *n)) }
                    td.n { (percent(*persistence_hits, *persistence_days)) }
                    td.n { (percent(*climatology_hits, *n)) }
                    td.n { (percent(found, found + missed)) }
                    td.n { (percent(wrong, found + wrong)) }
                    td.n { (score.daily.skill_persistence.map_or("-".to_owned(), |skill| format!("{:.0} %", skill * 100.0))) }
                }
            } }
        } }
    }
}
