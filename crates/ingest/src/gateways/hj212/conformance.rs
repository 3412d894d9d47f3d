//! What is told about a station's departures from the standard: how often, since when, what the standard says, what to
//! do, and an example to look at; and what the station told of itself.

use limpid_model::{
    Instant, KeptStationEvent, Pipeline, ReceiptId, Station, StationEvent, StationEventKind, StationId, Zone,
};
use limpid_store::{Journal, Result};
use serde::Serialize;

use super::deviation::{Deviation, Weight};
use super::message;

pub use super::event_page::EventPage;

/// A station's report.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// The station.
    pub station: StationId,
    /// Whether it is held to the standard.
    pub strict: bool,
    /// Every way in which it departed from it, the most frequent first.
    pub deviations: Vec<Departure>,
    /// What it told of itself beside readings, the newest first.
    pub events: Vec<Told>,
    /// Where there is more: what [`EventPage::before`] must be for the next.
    pub older_before: Option<String>,
}

/// Something that a station told of itself.
#[derive(Debug, Clone, Serialize)]
pub struct Told {
    /// What it is about: a stable word.
    pub kind: StationEventKind,
    /// What exactly, as the protocol names it.
    pub subject: String,
    /// When, RFC 3339 in the authority's zone, by the station's clock.
    pub at: String,
    /// As it was said.
    pub text: String,
    /// What the standard means by it, where it is a code.
    pub meaning: Option<&'static str>,
    /// The submission that brought it.
    pub receipt: ReceiptId,
}

/// States of a treatment facility, RS (HJ 212-2017 table 4).
const STATES: [&str; 6] = ["off", "running", "calibrating", "in maintenance", "in alarm", "purging"];

/// One way in which a station departs from the standard.
#[derive(Debug, Clone, Serialize)]
pub struct Departure {
    /// The stable word for it.
    pub name: String,
    /// In how many frames.
    pub count: u64,
    /// When the first of them arrived, RFC 3339 in the authority's zone.
    pub first: String,
    /// When the last of them arrived.
    pub last: String,
    /// What becomes of such a frame: `taken`, `rejected` where the station is strict, or `damaged`.
    pub if_strict: &'static str,
    /// Where the standard says otherwise.
    pub clause: String,
    /// What it says.
    pub standard: String,
    /// What to do.
    pub mend: String,
    /// The last frame that departed so.
    pub example: Option<Example>,
}

/// A frame to look at.
#[derive(Debug, Clone, Serialize)]
pub struct Example {
    /// Its receipt.
    pub receipt: ReceiptId,
    /// Its bytes as text, passwords masked.
    pub frame: String,
}

/// The report of a station, with these of its events.
///
/// # Errors
/// Those of the journal.
pub async fn report(pipeline: &Pipeline, journal: &dyn Journal, station: &Station, page: EventPage) -> Result<Report> {
    let zone = pipeline.publisher.zone;
    let mut deviations = Vec::new();
    for counted in journal.deviations(&station.id).await? {
        // A name that this version does not know was written by another one, and is told all the same.
        let rule = Deviation::by_name(&counted.name).map(Deviation::rule);
        let text = |field: fn(&super::deviation::Rule) -> &String| rule.map(field).cloned().unwrap_or_default();
        let example = example(journal, counted.example).await?;
        deviations.push(Departure {
            if_strict: match rule.map(|rule| rule.strict) {
                Some(Weight::Damaged) => "damaged",
                Some(Weight::Yes) => "rejected",
                Some(Weight::No) | None => "taken",
            },
            clause: rule.map(|rule| format!("HJ 212-2017 {}", rule.clause)).unwrap_or_default(),
            standard: text(|rule| &rule.standard),
            mend: text(|rule| &rule.mend),
            first: at(zone, counted.first),
            last: at(zone, counted.last),
            count: counted.count,
            name: counted.name,
            example,
        });
    }
    deviations.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.name.cmp(&b.name)));
    let strict = pipeline.ingest.hj212.stations.get(&station.id).strict;
    let (events, older) = page.read(journal, &station.id).await?;
    let events = events.into_iter().map(|kept| told(zone, kept)).collect();
    let older_before = older.map(|before| at(zone, before));
    Ok(Report { station: station.id.clone(), strict, deviations, events, older_before })
}

fn told(zone: Zone, kept: KeptStationEvent) -> Told {
    let KeptStationEvent { event: StationEvent { kind, subject, at: time, text }, receipt } = kept;
    let state = text.parse::<usize>().ok().filter(|_| kind == StationEventKind::FacilityState);
    let meaning = state.and_then(|state| STATES.get(state)).copied();
    Told { kind, subject, at: at(zone, time), text, meaning, receipt }
}

fn at(zone: Zone, at: Instant) -> String {
    zone.format(at)
}

async fn example(journal: &dyn Journal, receipt: ReceiptId) -> Result<Option<Example>> {
    let stored = journal.submission(receipt).await?;
    Ok(stored.map(|stored| Example { receipt, frame: mask(&message::decode(&stored.body).0) }))
}

/// A frame without its passwords: whatever follows `PW=` up to the next separator, in the header and, where a password
/// is being set (CN 1072), in the data area.
fn mask(frame: &str) -> String {
    let mut masked = String::with_capacity(frame.len());
    let mut rest = frame;
    while let Some(place) = find_pw(rest) {
        let (before, after) = rest.split_at(place);
        let end = after.find([';', ',', '&', '\r', '\n']).unwrap_or(after.len());
        masked.push_str(before);
        masked.push_str("***");
        rest = &after[end..];
    }
    masked.push_str(rest);
    masked
}

/// The place behind the next `PW=`, in either case and with blanks before the sign.
fn find_pw(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    (0..bytes.len().saturating_sub(2)).find_map(|at| {
        if !bytes[at..at + 2].eq_ignore_ascii_case(b"PW") {
            return None;
        }
        let sign = bytes[at + 2..].iter().position(|byte| *byte != b' ')? + at + 2;
        (bytes[sign] == b'=').then_some(sign + 1)
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use limpid_store::SqliteJournal;

    use super::*;
    use crate::Intake;
    use crate::gateways::hj212::frame::{Frame, encode};
    use crate::gateways::hj212::session::Session;
    use crate::gateways::hj212::testing::{MN, now, pipeline};

    #[test]
    fn no_password_is_shown() {
        for (frame, shown) in [
            ("##0101QN=1;PW=100000;MN=A;CP=&&&&1C80", "##0101QN=1;PW=***;MN=A;CP=&&&&1C80"),
            ("ST=32;pw = se cret ,MN=A", "ST=32;pw =***,MN=A"),
            ("CN=1072;PW=1;CP=&&NewPW=654321&&", "CN=1072;PW=***;CP=&&NewPW=***&&"),
            ("PW=cut off here", "PW=***"),
            ("PW=;MN=密;PW", "PW=***;MN=密;PW"),
            ("PW=PW=x;a", "PW=***;a"),
            ("", ""),
        ] {
            assert_eq!(mask(frame), shown);
        }
    }

    #[tokio::test]
    async fn a_report_says_what_how_often_and_where_the_standard_says_otherwise() {
        let folder = tempfile::tempdir().unwrap();
        let journal = SqliteJournal::open(&folder.path().join("journal.sqlite")).unwrap();
        let pipeline = pipeline("[[ingest.hj212.station]]\nstation = \"A1\"\nstrict = true\n");
        let intake = Intake::new(pipeline.clone(), journal.clone()).with_clock(now);
        let session = Session::new(intake.clone(), "192.0.2.7".parse().unwrap());
        let mut last = None;
        for (flag, value) in [("N", "1"), ("", "2"), ("", "3")] {
            let data = format!(
                "QN=20261125093000000;ST=22;CN=2011;PW=123456;MN={MN};Flag=5;CP=&&DataTime=2026112508000{value};a05024-Rtd={value},a05024-Flag={flag}&&"
            );
            let raw = encode(data.as_bytes());
            let frame = Frame { raw: &raw, data: data.as_bytes(), deviations: Default::default() };
            let work = session.take(&frame);
            let names = work.deviations.iter().map(Deviation::name).collect();
            last = Some(intake.submit_noting(work.upload, names).await.unwrap());
        }
        let data = format!(
            "QN=20261125093000000;ST=22;CN=2021;PW=123456;MN={MN};Flag=5;CP=&&DataTime=20261125080000;SB1-RS=2&&"
        );
        let raw = encode(data.as_bytes());
        let frame = Frame { raw: &raw, data: data.as_bytes(), deviations: Default::default() };
        let state = intake.submit(session.take(&frame).upload).await.unwrap();
        assert_eq!((state.counts.total(), journal.refusals().await.unwrap().len()), (0, 1));
        let station = pipeline.stations.get_str("A1").unwrap();
        let journal: Arc<dyn Journal> = journal;
        let report = report(&pipeline, &*journal, station, EventPage::default()).await.unwrap();
        assert!(report.strict);
        let [told] = &report.events[..] else { panic!("{:?}", report.events) };
        assert_eq!(
            (told.kind, told.subject.as_str(), told.text.as_str()),
            (StationEventKind::FacilityState, "SB1", "2")
        );
        assert_eq!(
            (told.at.as_str(), told.meaning, told.receipt),
            ("2026-11-25T08:00:00+08:00", Some("calibrating"), state.id)
        );
        let found: Vec<_> = report.deviations.iter().map(|one| (one.name.as_str(), one.count, one.if_strict)).collect();
        assert_eq!(found, [("unknown_factor", 3, "taken"), ("no_data_flag", 2, "rejected")]);
        let flag = &report.deviations[1];
        assert_eq!(
            (flag.first.as_str(), flag.last.as_str()),
            ("2026-11-25T09:30:00+08:00", "2026-11-25T09:30:00+08:00")
        );
        assert_eq!(flag.clause, "HJ 212-2017 table 4");
        let example = flag.example.as_ref().unwrap();
        assert_eq!(example.receipt, last.unwrap().id);
        assert!(example.frame.contains("PW=***;MN=") && example.frame.contains("a05024-Rtd=3"), "{}", example.frame);
    }

    #[tokio::test]
    async fn events_are_read_page_by_page_and_those_of_one_time_stay_together() {
        let pipeline = pipeline("");
        let folder = tempfile::tempdir().unwrap();
        let journal: Arc<dyn Journal> = SqliteJournal::open(&folder.path().join("journal.db")).unwrap();
        let intake = crate::Intake::new(pipeline.clone(), journal.clone()).with_clock(now);
        let session = Session::new(intake.clone(), "127.0.0.1".parse().unwrap());
        // Two in each of the minutes 0 to 4, and three in minute 5.
        for (minute, facility) in (0..5).flat_map(|minute| [(minute, 1), (minute, 2)]).chain([(5, 1), (5, 2), (5, 3)]) {
            let data = format!(
                "QN=20261125093000000;ST=22;CN=2021;PW=123456;MN={MN};Flag=5;CP=&&DataTime=202611250{minute}0000;SB{facility}-RS={}&&",
                minute % 2
            );
            let raw = encode(data.as_bytes());
            let frame = Frame { raw: &raw, data: data.as_bytes(), deviations: Default::default() };
            intake.submit(session.take(&frame).upload).await.unwrap();
        }
        let station = pipeline.stations.get_str("A1").unwrap();
        for (limit, expected) in [(2, vec![3, 2, 2, 2, 2, 2]), (5, vec![5, 4, 4]), (13, vec![13]), (100, vec![13])] {
            let (mut sizes, mut seen) = (Vec::new(), std::collections::BTreeSet::new());
            let mut before = None;
            loop {
                let report = report(&pipeline, &*journal, station, EventPage { limit, before }).await.unwrap();
                sizes.push(report.events.len());
                seen.extend(report.events.iter().map(|told| (told.at.clone(), told.subject.clone())));
                let Some(older) = report.older_before else { break };
                before = Some(older.parse().unwrap());
            }
            assert_eq!((sizes, seen.len()), (expected, 13), "{limit}");
        }
    }
}
