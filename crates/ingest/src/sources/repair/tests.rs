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
fn near_gaps_are_one_window_and_only_the_newest_are_taken() {
    let silent = |start: &str, end: &str| gap("S1", start, end, GapCause::StationSilent);
    let edges = (at("01T00:00"), at("22T00:00"));
    let gaps = [
        silent("20T00:00", "20T05:00"),
        silent("20T20:00", "21T01:00"),
        silent("20T02:00", "20T03:00"),
        silent("16T00:00", "16T01:00"),
    ];
    let windows = [(at("16T00:00"), at("16T01:00")), (at("20T00:00"), at("21T01:00"))];
    assert_eq!(join(&gaps, edges), windows);
    let many: Vec<Gap> =
        (10..19).step_by(2).map(|day| silent(&format!("{day}T00:00"), &format!("{day}T01:00"))).collect();
    let taken = join(&many, edges);
    assert_eq!((taken.len(), taken[0].0), (WINDOWS, at("12T00:00")));
    let across = join(&[gap("S1", "01T00:00", "30T00:00", GapCause::SourceDown)], edges);
    assert_eq!(across, [edges], "what a round reads anyway is left out");
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
