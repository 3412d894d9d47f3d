//! The ledger over a real journal, under a clock that is set.

use std::cell::Cell;
use std::sync::Arc;

use limpid_model::{Channel, Entry, LinkEvent, Reading, ReceiptId, Record, Submission};
use limpid_store::{GapQuery, Journal, SqliteJournal};
use tempfile::TempDir;

use super::*;
use crate::gaps::ledger::Ledger;

thread_local! {
    static NOW: Cell<Instant> = const { Cell::new(Instant::UNIX_EPOCH) };
}

fn now() -> Instant {
    NOW.get()
}

/// A journal and its ledger; `pm25` is the plan of S1.
struct Desk {
    journal: Arc<dyn Journal>,
    ledger: Ledger,
    received: u128,
    _folder: TempDir,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let journal: Arc<dyn Journal> = SqliteJournal::open(&folder.path().join("journal.sqlite")).unwrap();
        let ledger = Ledger::new(Arc::new(pipeline("Asia/Shanghai", "pm25", "")), journal.clone(), now);
        Self { journal, ledger, received: 0, _folder: folder }
    }

    /// The platform lives from an hour to another, and says so every minute.
    async fn alive(&self, from: i64, to: i64) {
        let beats = (1..=(to - from) * 60).map(|minute| hour(from) + Duration::minutes(minute));
        let events = beats.map(|beat| LinkEvent::up(Link::Platform, beat));
        self.journal.note_links(std::iter::once(LinkEvent::started(hour(from))).chain(events).collect()).await.unwrap();
    }

    /// Hours of S1 are received and published.
    async fn take(&mut self, hours: Vec<Observation>) {
        self.received += 1;
        let entry = |hour: &Observation| {
            Entry::Reading(Reading {
                station: hour.station.clone(),
                parameter: hour.parameter,
                period: hour.period,
                start: hour.start,
                value: hour.value,
                mark: hour.mark,
                conversion: None,
            })
        };
        let submission = Submission {
            id: ReceiptId::new(now(), self.received),
            received: now(),
            channel: Channel::Http,
            sender: "test".into(),
            station: None,
            media_type: "text/plain",
            body: Vec::new().into(),
            idempotency: None,
            entries: hours.iter().map(entry).collect(),
            deviations: Vec::new(),
            events: Vec::new(),
        };
        self.journal.accept(submission).await.unwrap();
        self.journal.publish(hours.into_iter().map(Record::from).collect(), None).await.unwrap();
    }

    /// What is missing once the ledger has nothing to do at an hour and some minutes.
    async fn at(&mut self, hour_of_day: i64, minutes: i64) -> Vec<String> {
        NOW.set(hour(hour_of_day) + Duration::minutes(minutes));
        for _ in 0..100 {
            if !self.ledger.round().await.unwrap() {
                break;
            }
        }
        assert!(!self.ledger.round().await.unwrap(), "the ledger never has enough");
        let query = GapQuery {
            stations: vec![StationId::parse("S1").unwrap()],
            parameters: Vec::new(),
            causes: Vec::new(),
            from: hour(-9999),
            to: hour(9999),
            after: None,
            limit: 1000,
        };
        let words = |gap: &limpid_model::Gap| {
            let hours = |at: Instant| (at - hour(0)).num_hours();
            format!("{} {}-{} {}", gap.parameter, hours(gap.start), hours(gap.end), gap.cause)
        };
        self.journal.gaps(query).await.unwrap().iter().map(words).collect()
    }
}

fn good(n: i64) -> Observation {
    sent("S1", "pm25", hour(n))
}

#[tokio::test]
async fn a_gap_grows_with_the_clock_and_late_data_repair_it() {
    let mut desk = Desk::new();
    desk.alive(-5, 9).await;
    assert!(desk.at(2, 0).await.is_empty(), "a station that never sent anything and never opened owes nothing");
    desk.take(vec![good(0), good(1)]).await;
    // Hour 2 ends at 3:00 and is due at 3:30.
    assert!(desk.at(3, 29).await.is_empty());
    assert_eq!(desk.at(3, 30).await, ["pm25 2-3 station_silent"]);
    assert_eq!(desk.at(5, 45).await, ["pm25 2-5 station_silent"]);
    // The middle comes late, and an hour that was good turns out to have been a calibration.
    let calibration = Observation { mark: Mark::parse("C"), flag: Flag::Fail, ..good(1) };
    desk.take(vec![good(3), calibration]).await;
    assert_eq!(
        desk.at(5, 46).await,
        ["pm25 1-2 instrument_mark", "pm25 2-3 station_silent", "pm25 4-5 station_silent"]
    );
    desk.take(vec![good(1), good(2), good(4), good(5)]).await;
    assert!(desk.at(6, 30).await.is_empty());
    // History from before moves the begin, with all that is missing in between.
    desk.take(vec![good(-3)]).await;
    assert_eq!(desk.at(6, 31).await, ["pm25 -2-0 station_silent"]);
    // A clock that is set back makes nothing due again, and takes nothing away.
    assert_eq!(desk.at(-9, 0).await, ["pm25 -2-0 station_silent"]);
}

#[tokio::test]
async fn the_day_to_date_moves_with_every_hour() {
    let mut desk = Desk::new();
    desk.alive(-40, 9).await;
    NOW.set(hour(0));
    // 16:00 UTC is midnight in Shanghai: a whole day is published, and hours of the next.
    let day = Observation { period: Period::Day, end: hour(-8), ..sent("S1", "pm25", hour(-32)) };
    desk.take((-32..-2).map(good).collect()).await;
    desk.journal.publish(vec![Record::from(day)], None).await.unwrap();
    let mut today = async |hours, minutes| {
        desk.at(hours, minutes).await;
        let years = desk.journal.completeness(2026).await.unwrap();
        let [year] = &years[..] else { panic!("{years:?}") };
        let today = year.today.unwrap();
        (year.valid, today.start, today.valid, today.passed, today.needed)
    };
    // The hour up to 23:00 UTC is due at 23:30.
    assert_eq!(today(-1, 30).await, (1, hour(-8), 6, 7, 20));
    assert_eq!(today(2, 30).await, (1, hour(-8), 6, 10, 20));
    // A day later nothing came any more.
    let next = today(17, 0).await;
    assert_eq!((next.1, next.2, next.3), (hour(16), 0, 0));
}

#[tokio::test]
async fn a_station_that_is_heard_for_the_first_time_owes_everything_since() {
    let mut desk = Desk::new();
    desk.alive(-5, 9).await;
    assert!(desk.at(5, 30).await.is_empty());
    desk.take(vec![good(0), good(1)]).await;
    assert_eq!(desk.at(5, 31).await, ["pm25 2-5 station_silent"]);
}

#[tokio::test]
async fn the_hours_in_which_the_platform_was_dead_are_its_own() {
    let mut desk = Desk::new();
    desk.alive(-5, 2).await;
    NOW.set(hour(2));
    desk.take(vec![good(0), good(1)]).await;
    // Killed at 2:00, started again at 5:00; the station was there at once and fell silent at 6.
    desk.alive(5, 9).await;
    desk.take(vec![good(5)]).await;
    assert_eq!(desk.at(8, 30).await, ["pm25 2-5 platform_down", "pm25 6-8 station_silent"]);
    // The station kept two of the hours and sends them.
    desk.take(vec![good(3), good(4)]).await;
    assert_eq!(desk.at(8, 31).await, ["pm25 2-3 platform_down", "pm25 6-8 station_silent"]);
}

#[tokio::test]
async fn another_registry_is_worked_out_anew_and_a_restart_is_not() {
    let mut desk = Desk::new();
    desk.alive(-5, 9).await;
    NOW.set(hour(2));
    desk.take(vec![good(0), good(2)]).await;
    assert_eq!(desk.at(4, 30).await, ["pm25 1-2 station_silent", "pm25 3-4 station_silent"]);
    let again =
        |parameters| Ledger::new(Arc::new(pipeline("Asia/Shanghai", parameters, "")), desk.journal.clone(), now);
    let mut same = again("pm25");
    assert!(!same.round().await.unwrap(), "what is kept is not worked out once more");
    desk.ledger = again("co");
    assert_eq!(desk.at(4, 30).await, ["co 0-4 station_silent"]);
}

#[tokio::test]
async fn a_source_is_blamed_for_the_stations_that_it_feeds() {
    let mut desk = Desk::new();
    let source = "[[source]]\nkind = \"hubeau\"\nid = \"feed\"\n[source.stations]\n\"9\" = \"S1\"";
    desk.ledger = Ledger::new(Arc::new(pipeline("Asia/Shanghai", "pm25", source)), desk.journal.clone(), now);
    desk.alive(-5, 9).await;
    NOW.set(hour(2));
    desk.take(vec![good(0)]).await;
    let feed = || Link::Source("feed".into());
    let events =
        [LinkEvent::up(feed(), hour(0)), LinkEvent::down(feed(), hour(2), "503"), LinkEvent::up(feed(), hour(4))];
    desk.journal.note_links(events.to_vec()).await.unwrap();
    // The hour from 1 to 2 would have been read after 2:00.
    assert_eq!(desk.at(5, 30).await, ["pm25 1-4 source_down", "pm25 4-5 station_silent"]);
}
