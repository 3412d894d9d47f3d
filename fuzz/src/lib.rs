//! What the targets share: a pipeline with two stations, its door, and the laws that every decoder keeps.

use std::sync::{Arc, LazyLock};

use limpid_ingest::Intake;
use limpid_ingest::gateways::http::MOST_READINGS;
use limpid_ingest::token::{Grant, Tokens, hash};
use limpid_model::pipeline::{Files, Token};
use limpid_model::{Entry, Pipeline};
use limpid_store::{Journal, SqliteJournal};

const PIPELINE: &str = "[publisher]\nid = \"fuzz\"\nname = \"Fuzz\"\nzone = \"Asia/Shanghai\"\n";
const STATIONS: &str = "id,kind,name_zh,name_en,lat,lon,mn,units,hour_label\n\
                        S1,air,一号站,One,28.5,104.9,010000A8900016F000169DC0,,\n\
                        S2,water,二号站,Two,28.6,104.8,0507A010003242,,end\n";

/// Characters that a problem says at most, whatever it repeats.
const LONGEST_DETAIL: usize = 4000;

/// The door of a pipeline with stations S1 and S2. Its journal is there and nothing is written to it.
pub static INTAKE: LazyLock<Intake> = LazyLock::new(|| {
    let files = Files { pipeline: PIPELINE.into(), stations: STATIONS.into() };
    let pipeline = Pipeline::parse(&files).expect("a pipeline without mistakes");
    let path = std::env::temp_dir().join(format!("limpid-fuzz-{}.db", std::process::id()));
    let journal: Arc<dyn Journal> = SqliteJournal::open(&path).expect("a new journal");
    Intake::new(Arc::new(pipeline), journal)
});

/// A token for every station.
pub static GRANT: LazyLock<Grant> = LazyLock::new(|| {
    let tokens = Tokens::new(&[Token { station: None, hash: hash("fuzz") }]);
    tokens.authorise("fuzz").expect("the token that was just made")
});

/// What holds of entries whatever they were made of.
pub fn check(entries: &[Entry]) {
    assert!(entries.len() <= MOST_READINGS);
    for entry in entries {
        match entry {
            Entry::Reading(reading) => {
                assert!(reading.value.is_none_or(f64::is_finite), "{reading:?}");
                assert!(reading.period.aligned(reading.start, INTAKE.pipeline().publisher.zone), "{reading:?}");
                assert!(INTAKE.pipeline().stations.get(&reading.station).is_some(), "{reading:?}");
            }
            Entry::Refused(refusal) => check_detail(&refusal.detail),
        }
    }
}

/// A message repeats only so much of what it is about.
pub fn check_detail(detail: &str) {
    assert!(!detail.is_empty() && detail.chars().count() <= LONGEST_DETAIL, "{detail}");
}
