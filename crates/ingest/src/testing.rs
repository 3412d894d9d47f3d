//! What the tests of this crate share: a pipeline, a journal in a temporary folder, a clock that stands still.

use std::path::PathBuf;
use std::sync::Arc;

use limpid_model::pipeline::{Files, Pipeline};
use limpid_model::{Instant, StationId};
use limpid_store::{Journal, SqliteJournal};
use tempfile::TempDir;

use crate::Intake;
use crate::token;

/// 2026-11-25 09:30 in Shanghai.
pub(crate) fn now() -> Instant {
    "2026-11-25T01:30:00Z".parse().unwrap()
}

/// A pipeline in `zone` with the rows of `stations` behind `id,kind,name_zh,name_en,lat,lon,units,hour_label`, and
/// tokens `one` for S1, `two` for S2 and `all` where the registry has these.
pub(crate) fn pipeline(zone: &str, stations: &str) -> Arc<Pipeline> {
    pipeline_with(zone, stations, "")
}

/// The same with more lines for `[ingest.http]`.
pub(crate) fn pipeline_with(zone: &str, stations: &str, http: &str) -> Arc<Pipeline> {
    let mut toml = format!(
        "[publisher]\nid = \"test\"\nname = {{ zh = \"试\", en = \"Test\" }}\nzone = \"{zone}\"\n[ingest.http]\n{http}\n"
    );
    for (secret, station) in [("one", "S1"), ("two", "S2"), ("all", "*")] {
        if station == "*" || stations.contains(&format!("{station},")) {
            let hash = token::hash(secret);
            toml += &format!("[[ingest.http.token]]\nstation = \"{station}\"\nhash = \"{hash}\"\n");
        }
    }
    let stations = format!("id,kind,name_zh,name_en,lat,lon,units,hour_label\n{stations}");
    Arc::new(Pipeline::parse(&Files { pipeline: toml, stations }).unwrap())
}

/// Two air stations: S1 (一号站, One) and S2 (二号站, Two), whose NO2 comes in ppb and whose hours end at their label.
pub(crate) const TWO: &str = "S1,air,一号站,One,28.5,104.9,,\nS2,air,二号站,Two,28.6,104.9,no2=ppb,end\n";

/// A door to a fresh journal, by the clock that stands at [`now`]. The folder lives as long as the first part.
pub(crate) fn intake(pipeline: Arc<Pipeline>) -> (TempDir, Intake) {
    let folder = tempfile::tempdir().unwrap();
    let journal: Arc<dyn Journal> = SqliteJournal::open(&folder.path().join("journal.db")).unwrap();
    (folder, Intake::new(pipeline, journal).with_clock(now))
}

/// Everything that a station has, as `parameter period start value`, in the journal's order.
pub(crate) async fn kept(intake: &Intake, station: &str) -> Vec<String> {
    let (from, to) = ("1970-01-01T00:00:00Z".parse().unwrap(), "2100-01-01T00:00:00Z".parse().unwrap());
    let station = StationId::parse(station).unwrap();
    let readings = intake.journal().window(&station, from, to, None).await.unwrap();
    let line = |accepted: &limpid_store::Accepted| {
        let reading = &accepted.reading;
        let value = reading.value.map_or_else(|| "null".to_owned(), |value| value.to_string());
        format!("{} {} {} {value}", reading.parameter, reading.period, reading.start.format("%Y-%m-%dT%H:%M:%SZ"))
    };
    readings.iter().map(line).collect()
}

/// A folder of real files beside the repository; `None`, with the reason printed, where there is none.
pub(crate) fn shared(folder: &str) -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(folder);
    if !path.is_dir() {
        println!("skipped: {} is not there", path.display());
        return None;
    }
    Some(path)
}
