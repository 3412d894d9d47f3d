//! What the tests of this gateway share: a registry, and a journal that can be watched and made to fail.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use limpid_model::pipeline::{Files, Pipeline};
use limpid_model::{Counts, Entry, Instant, Receipt, Submission};
use limpid_store::{Hooked, Hooks, Journal, Result, SqliteJournal, StoreError};
use tempfile::TempDir;

use crate::Intake;

/// Identity of the station A1 in most tests: the one of annex A.
pub(super) const MN: &str = "010000A8900016F000169DC0";

/// 2026-11-25 09:30 in Shanghai.
pub(super) fn now() -> Instant {
    "2026-11-25T01:30:00Z".parse().unwrap()
}

/// A county with air stations A1 (no password), A2 (password `secret`, hours labelled by their end, CO in ug/m3),
/// an outlet O1, a river W1 and a noise meter N1; `hj212` goes into `[ingest.hj212]`.
pub(super) fn pipeline(hj212: &str) -> Arc<Pipeline> {
    let pipeline = format!(
        "[publisher]\nid = \"t\"\nname = {{ zh = \"试\", en = \"T\" }}\nzone = \"Asia/Shanghai\"\n[ingest.hj212]\n{hj212}\n"
    );
    let stations = format!(
        "id,kind,name_zh,name_en,lat,lon,mn,password,hour_label,units\n\
         A1,air,一,A1,28,104,{MN} JLYP01_AIR01_0001 AQI2411132600332,,,\n\
         A2,air,二,A2,28,104,A2MN,secret,end,co=ug/m3\n\
         O1,outlet,三,O1,28,104,LD130133000015 88888880000001,123456,,\n\
         W1,water,四,W1,28,104,W1MN,,,\n\
         N1,noise,五,N1,28,104,N1MN,,,\n"
    );
    Arc::new(Pipeline::parse(&Files { pipeline, stations }).unwrap())
}

/// A journal that remembers submissions, and fails or waits when told to.
#[derive(Default)]
pub(super) struct Spy {
    pub(super) taken: Mutex<Vec<Submission>>,
    /// How many submissions have come, taken or not.
    pub(super) come: AtomicUsize,
    /// Takes nothing while set.
    pub(super) full: AtomicBool,
    /// The first submission takes longest, the tenth no time at all.
    pub(super) dawdle: AtomicBool,
    /// Of the journal behind it, which is given nothing.
    folder: OnceLock<TempDir>,
}

impl Spy {
    /// A door to it.
    pub(super) fn intake(self: &Arc<Self>, pipeline: Arc<Pipeline>) -> Intake {
        let folder = self.folder.get_or_init(|| TempDir::new().unwrap());
        let empty = SqliteJournal::open(&folder.path().join("journal.db")).unwrap();
        Intake::new(pipeline, Hooked::over(empty, Arc::clone(self))).with_clock(now)
    }

    /// Bodies of the submissions, in order.
    pub(super) fn bodies(&self) -> Vec<String> {
        let taken = self.taken.lock().unwrap();
        taken.iter().map(|submission| String::from_utf8_lossy(submission.body.plain().unwrap()).into_owned()).collect()
    }

    /// The first words of every entry: a parameter or a reason.
    pub(super) fn entries(&self) -> Vec<String> {
        let taken = self.taken.lock().unwrap();
        taken.iter().flat_map(|submission| submission.entries.iter().map(words)).collect()
    }
}

/// A reading as `parameter period start value mark`, anything else as its reason.
pub(super) fn words(entry: &Entry) -> String {
    match entry {
        Entry::Reading(reading) => {
            let value = reading.value.map_or("missing".to_owned(), |value| value.to_string());
            let mark = reading.mark.map_or("unmarked".to_owned(), |mark| mark.as_str().to_owned());
            let start = reading.start.format("%m-%dT%H:%M:%S");
            format!("{} {} {start} {value} {mark}", reading.parameter, reading.period)
        }
        Entry::Refused(refusal) => format!("{} {}", refusal.kind.as_str(), refusal.reason.as_str()),
    }
}

#[async_trait]
impl Hooks for Spy {
    async fn accept(&self, submission: Submission, _: &dyn Journal) -> Result<Receipt> {
        let before = self.come.fetch_add(1, Ordering::SeqCst) as u64;
        if self.dawdle.load(Ordering::SeqCst) {
            tokio::time::sleep(Duration::from_millis(10 * (10 - before.min(10)))).await;
        }
        if self.full.load(Ordering::SeqCst) {
            return Err(StoreError::Full("a test".into()));
        }
        let (id, received) = (submission.id, submission.received);
        self.taken.lock().unwrap().push(submission);
        Ok(Receipt { id, received, verdicts: Vec::new(), counts: Counts::default() })
    }
}
