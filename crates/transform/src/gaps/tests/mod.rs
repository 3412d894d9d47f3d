//! Causes of hand-made hours (`causes`), what is expected (`expectations`), completeness of a year (`years`), and the
//! ledger over a real journal under a clock that is set (`live`).

mod causes;
mod expectations;
mod live;
mod years;

use chrono::Duration;
use limpid_model::pipeline::Files;
use limpid_model::{
    Flag, Instant, Link, LinkSpan, Mark, Observation, ParameterId, Period, Pipeline, StationId, Statistic, Status,
};

use super::cause::Links;
use super::find::{Case, find};
use super::stood::Stood;
use crate::standards::Rules;

fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

/// The hour `n` of 2026-11-25 UTC.
fn hour(n: i64) -> Instant {
    at("2026-11-25T00:00:00Z") + Duration::hours(n)
}

/// S1 (air) and W1 (water) with these parameters, and `gaps` for `[gaps]`.
fn pipeline(zone: &str, parameters: &str, gaps: &str) -> Pipeline {
    let pipeline =
        format!("[publisher]\nid = \"t\"\nname = {{ zh = \"试\", en = \"T\" }}\nzone = \"{zone}\"\n[gaps]\n{gaps}\n");
    let stations = format!(
        "id,kind,name_zh,name_en,lat,lon,parameters,from,to\nS1,air,一,One,40,116,{parameters},,\nW1,water,二,Two,40,116,{parameters},,\n"
    );
    Pipeline::parse(&Files { pipeline, stations }).unwrap()
}

/// A good hour as sent; tests change what they are about.
fn sent(station: &str, parameter: &str, start: Instant) -> Observation {
    Observation {
        station: StationId::parse(station).unwrap(),
        parameter: ParameterId::known(parameter),
        period: Period::Hour,
        statistic: Statistic::Mean,
        start,
        end: start + Duration::hours(1),
        value: Some(20.0),
        flag: Flag::Pass,
        mark: Mark::parse("N"),
        status: Status::Provisional,
        n: None,
        expected: None,
        revised: Vec::new(),
        rules: "mark range".into(),
        from: None,
    }
}

fn up(from: Instant, to: Option<Instant>) -> LinkSpan {
    LinkSpan { link: Link::Platform, start: from, end: to, up: true, cause: None }
}

fn down(from: Instant, to: Option<Instant>) -> LinkSpan {
    LinkSpan { up: false, ..up(from, to) }
}

/// A platform that stood all the time.
fn standing() -> Links {
    Links { platform: Stood::of(&[up(hour(-9999), Some(hour(9999)))]), ..Links::default() }
}

/// The gaps of S1 within hours `from..to`, as `parameter from-to cause reason`.
fn gaps_of(pipeline: &Pipeline, hours: &[Observation], links: &Links, window: (i64, i64)) -> Vec<String> {
    words(&case(pipeline, "S1", hours, links, (hour(window.0), hour(window.1))))
}

fn case<'a>(
    pipeline: &'a Pipeline,
    station: &str,
    hours: &'a [Observation],
    links: &'a Links,
    window: (Instant, Instant),
) -> Case<'a> {
    Case {
        rules: Rules::built_in(),
        zone: pipeline.publisher.zone,
        station: pipeline.stations.get_str(station).unwrap(),
        window,
        now: window.1 + Duration::minutes(30),
        recent: Duration::days(30),
        hours,
        minutes: &[],
        refused: &[],
        links,
    }
}

fn words(case: &Case<'_>) -> Vec<String> {
    let words = |gap: &limpid_model::Gap| {
        let hours = |at: Instant| (at - hour(0)).num_hours();
        let reason = gap.reason.as_deref().map_or(String::new(), |reason| format!(" {reason}"));
        format!("{} {}-{} {}{reason}", gap.parameter, hours(gap.start), hours(gap.end), gap.cause)
    };
    let mut words: Vec<String> = find(case).iter().map(words).collect();
    // Their order is that of a table in memory; the journal has them by the text of their ids.
    words.sort_by_key(|gap| gap.split(' ').next().map(str::to_owned));
    words
}
