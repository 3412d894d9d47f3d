use limpid_model::{Gap, GapCause, ParameterId};
use limpid_store::{GapWindow, LedgerEntries};

use super::*;
use crate::sources::tests::Bench;

fn at(text: &str) -> Instant {
    format!("2026-11-{text}:00Z").parse().unwrap()
}

fn gap(station: &str, start: &str, end: &str, cause: GapCause) -> Gap {
    Gap {
        station: StationId::parse(station).unwrap(),
        parameter: ParameterId::known("pm25"),
        start: at(start),
        end: at(end),
        cause,
        reason: None,
    }
}

#[test]
fn near_gaps_are_one_window() {
    let spans = [
        (at("20T00:00"), at("20T05:00")),
        (at("20T20:00"), at("21T01:00")),
        (at("20T02:00"), at("20T03:00")),
        (at("16T00:00"), at("16T01:00")),
    ];
    let windows = [(at("16T00:00"), at("16T01:00")), (at("20T00:00"), at("21T01:00"))];
    assert_eq!(join(spans.into_iter()), windows);
}

#[tokio::test]
async fn the_newest_gaps_are_read_again_wherever_they_stand_in_a_long_ledger() {
    // The ledger is read page by page, S1 first: every other hour of its first four days, of every parameter there is, is more
    // than a page.
    let stations = "S1,air,一,One,28.5,104.9,,\nS2,air,二,Two,28.6,104.9,,\n";
    let bench =
        Bench::new(stations, "airnow-hourly", "look_back = \"2d\"\nstations = { a = \"S1\", b = \"S2\" }").await;
    let begin = at("01T00:00");
    let hour = |n: i64| begin + TimeDelta::hours(n);
    let missed = |parameter: &str, n: i64| Gap {
        parameter: ParameterId::known(parameter),
        start: hour(n),
        end: hour(n + 1),
        ..gap("S1", "01T00:00", "01T01:00", GapCause::SourceDown)
    };
    let parameters: Vec<&str> = ParameterId::all().map(ParameterId::as_str).collect();
    let mut own: Vec<Gap> =
        (0..96).step_by(2).flat_map(|n| parameters.iter().map(move |parameter| missed(parameter, n))).collect();
    own.sort_by_key(|gap| (gap.parameter.as_str(), gap.start));
    assert!(own.len() > GAPS, "{}", own.len());
    let newest = ["08T00:00", "11T00:00", "14T00:00", "17T00:00"];
    let other = newest.map(|start| {
        let start = at(start);
        Gap { start, end: start + TimeDelta::hours(1), ..gap("S2", "01T00:00", "01T01:00", GapCause::SourceDown) }
    });
    let entries = |station: &str, gaps: Vec<Gap>| GapWindow {
        station: StationId::parse(station).unwrap(),
        from: begin,
        to: at("25T01:00"),
        gaps,
    };
    let ledger =
        LedgerEntries { windows: vec![entries("S1", own), entries("S2", other.to_vec())], ..LedgerEntries::default() };
    bench.intake.journal().keep_ledger(ledger).await.unwrap();
    let mut asked = Asked::default();
    let expected = newest.map(|start| (at(start), at(start) + TimeDelta::hours(1)));
    assert_eq!(windows(bench.source(), &bench.intake, &mut asked).await.unwrap(), expected);
    // Then what is older: the four days, as one.
    assert_eq!(windows(bench.source(), &bench.intake, &mut asked).await.unwrap(), [(begin, hour(95))]);
    assert_eq!(windows(bench.source(), &bench.intake, &mut asked).await.unwrap(), []);
}

#[tokio::test]
async fn what_an_upstream_may_have_is_asked_for_once_a_week() {
    let stations = "S1,air,一,One,28.5,104.9,,\nS2,air,二,Two,28.6,104.9,,\n";
    let bench = Bench::new(stations, "airnow-hourly", "look_back = \"2d\"\nstations = { a = \"S1\" }").await;
    let entries = |station: &str, gaps: Vec<Gap>| GapWindow {
        station: StationId::parse(station).unwrap(),
        from: at("01T00:00"),
        to: at("25T01:00"),
        gaps,
    };
    let own = vec![
        gap("S1", "10T00:00", "10T02:00", GapCause::SourceDown),
        gap("S1", "15T00:00", "15T02:00", GapCause::InstrumentMark),
        gap("S1", "24T00:00", "24T02:00", GapCause::SourceDown),
    ];
    let other = vec![gap("S2", "12T00:00", "12T02:00", GapCause::SourceDown)];
    let ledger = LedgerEntries { windows: vec![entries("S1", own), entries("S2", other)], ..LedgerEntries::default() };
    bench.intake.journal().keep_ledger(ledger).await.unwrap();
    let mut asked = Asked::default();
    let source = bench.source();
    assert_eq!(windows(source, &bench.intake, &mut asked).await.unwrap(), [(at("10T00:00"), at("10T02:00"))]);
    assert_eq!(windows(source, &bench.intake, &mut asked).await.unwrap(), []);
    // A week later, by the memory's clock.
    asked.0.values_mut().for_each(|at| *at -= AGAIN);
    assert_eq!(windows(source, &bench.intake, &mut asked).await.unwrap().len(), 1);
}
