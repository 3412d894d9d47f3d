//! Releases made by hand of published hours, and a reading that comes when they are made.

use std::sync::Mutex;

use arrow_array::cast::AsArray;
use arrow_array::types::Int8Type;
use arrow_array::{Int64Array, RecordBatch};
use arrow_schema::{DataType, Field, FieldRef, Schema};
use limpid_model::{Period, Statistic, Zone};
use limpid_store::lake::rows::observation_rows;
use limpid_store::lake::{DatasetInfo, Partition};
use limpid_store::{ObservationQuery, WORKED_UP};
use serde_json::{Map, json};

use super::*;
use crate::engine::history;
use crate::engine::tests::replay::{accept, open};
use crate::engine::tests::{at, pipeline, reading};

/// What a witness was told.
#[derive(Default)]
struct Heard(Mutex<Vec<String>>);

impl Witness for Heard {
    fn files(&self, _: u64, _: u64) {}

    fn damaged(&self, file: &str, detail: &str) {
        self.0.lock().unwrap().push(format!("{file}: {detail}"));
    }

    fn differs(&self, one: &Difference) {
        let side = |side: &Option<String>| side.clone().unwrap_or("-".into());
        let (published, derived) = (side(&one.published), side(&one.derived));
        self.0.lock().unwrap().push(format!("{} {} {published} {derived}", one.row, one.column));
    }
}

async fn send(journal: &Arc<dyn Journal>, number: usize, hour: i64, value: f64, received: &str) {
    let start = at("2026-11-24T16:00:00Z") + chrono::Duration::hours(hour);
    accept(journal, number, reading("pm25", Period::Hour, start, Some(value), ""), at(received)).await;
}

/// The flag as an integer of eight bytes, which it is in files of datasets.
fn with_long_flags(rows: &RecordBatch) -> RecordBatch {
    let place = rows.schema().index_of("flag").unwrap();
    let mut fields: Vec<FieldRef> = rows.schema().fields().iter().cloned().collect();
    fields[place] = Field::new("flag", DataType::Int64, false).into();
    let mut columns = rows.columns().to_vec();
    let flags = columns[place].as_primitive::<Int8Type>().values().iter().map(|flag| i64::from(*flag));
    columns[place] = Arc::new(Int64Array::from_iter_values(flags));
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).unwrap()
}

/// A release of all published hours.
async fn release(journal: &Arc<dyn Journal>, lake: &Lake, zone: Zone, noted: serde_json::Value, made: &str) {
    let query = ObservationQuery {
        stations: Vec::new(),
        parameters: Vec::new(),
        period: Period::Hour,
        statistic: Statistic::Mean,
        from: Instant::MIN_UTC,
        to: Instant::MAX_UTC,
        as_of: None,
        after: None,
        limit: 1000,
    };
    let mut published = journal.observations(query).await.unwrap();
    // The history run published by the clock of this machine.
    published.iter_mut().for_each(|one| one.at = at(made));
    let rows = vec![with_long_flags(&observation_rows(&published, zone, |_| false).unwrap())];
    let partition = Partition { path: "year=2026/month=11".into(), rows };
    let resource = lake.write("hours", partition).await.unwrap();
    let metadata = Map::from_iter([("limpid".to_owned(), noted)]);
    lake.release(&DatasetInfo { name: "hours".into(), metadata }, vec![resource], at(made)).await.unwrap();
}

#[tokio::test]
async fn a_reading_that_was_not_yet_worked_up_makes_a_row_behind_and_not_different() {
    let (folder, pipeline) = (tempfile::tempdir().unwrap(), pipeline("Asia/Shanghai"));
    let (journal, zone) = (open(folder.path()), pipeline.publisher.zone);
    for hour in 0..5 {
        send(&journal, hour as usize, hour, 20.0 + hour as f64, "2026-11-25T06:00:00Z").await;
    }
    history(pipeline.clone(), journal.clone(), None, |_, _| {}).await.unwrap();
    assert!(journal.cursor(WORKED_UP).await.unwrap() > 0);
    // A correction, and an hour more, of which nothing is published yet.
    send(&journal, 10, 2, 90.0, "2026-11-25T07:00:00Z").await;
    send(&journal, 11, 5, 25.0, "2026-11-25T07:00:00Z").await;

    for (noted, expected) in [
        (json!({ "worked_up": "2026-11-25T06:00:00Z" }), (4, 0, 0, 2)),
        // Whoever notes that the readings were worked up must have their figures, and so must who notes nothing.
        (json!({ "worked_up": "2026-11-25T07:00:00Z" }), (4, 1, 1, 0)),
        (json!({}), (4, 1, 1, 0)),
    ] {
        let lake = Lake::local(&folder.path().join(format!("lake-{expected:?}-{noted}").replace(['"', ':', '/'], "")))
            .unwrap();
        release(&journal, &lake, zone, noted, "2026-11-25T07:00:01Z").await;
        let heard = Heard::default();
        let report = verify(pipeline.clone(), journal.clone(), &lake, "hours", None, &heard).await.unwrap();
        assert_eq!((report.equal, report.different, report.missing, report.behind), expected, "{report:?}");
        assert_eq!(report.holds(), expected.1 == 0);
        let heard = heard.0.into_inner().unwrap();
        if expected.1 == 0 {
            assert!(heard.is_empty(), "{heard:?}");
        } else {
            assert_eq!(
                heard,
                [
                    "S1 PT1H mean 2026-11-25T05:00:00+08:00 pm25 row - there",
                    "S1 PT1H mean 2026-11-25T02:00:00+08:00 pm25 value 22.0 90.0"
                ]
            );
        }
    }
    // A release made before the correction came is right, whatever came since.
    let lake = Lake::local(&folder.path().join("earlier")).unwrap();
    release(&journal, &lake, zone, json!({}), "2026-11-25T06:30:00Z").await;
    let report = verify(pipeline, journal, &lake, "hours", None, &Heard::default()).await.unwrap();
    assert_eq!((report.equal, report.different, report.missing, report.behind), (5, 0, 0, 0));
}
