use std::path::{Path, PathBuf};

use ::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use ::parquet::file::reader::{FileReader, SerializedFileReader};
use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, TimestampMicrosecondType};
use arrow_array::{Array, RecordBatch};
use bytes::Bytes;
use limpid_model::{
    Assessment, Flag, Instant, Mark, Observation, ParameterId, Period, Published, Scheme, StationId, Statistic, Status,
    Zone,
};
use sha2::{Digest, Sha256};

use super::rows::{assessment_rows, observation_rows};
use super::{DatasetInfo, Lake, Partition, Resource, table_schema, to_parquet};
use crate::error::StoreError;

fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

fn shanghai() -> Zone {
    Zone::parse("Asia/Shanghai").unwrap()
}

fn observation(value: Option<f64>) -> Published<Observation> {
    let record = Observation {
        station: StationId::parse("S1").unwrap(),
        parameter: ParameterId::known("co"),
        period: Period::Hour,
        statistic: Statistic::Mean,
        start: at("2026-11-25T00:00:00Z"),
        end: at("2026-11-25T01:00:00Z"),
        value,
        flag: if value.is_some() { Flag::Pass } else { Flag::Missing },
        mark: Mark::parse("N"),
        status: Status::Provisional,
        n: Some(58),
        expected: None,
        revised: Vec::new(),
        rules: "range".into(),
        from: None,
    };
    Published { seq: 1, at: at("2026-11-25T01:00:02.5Z"), revision: 2, record }
}

fn rows(values: &[Option<f64>]) -> RecordBatch {
    let observations: Vec<_> = values.iter().map(|value| observation(*value)).collect();
    observation_rows(&observations, shanghai(), |station| station.as_str() == "S1").unwrap()
}

fn partition(month: u32, values: &[Option<f64>]) -> Partition {
    Partition { path: format!("year=2026/month={month:02}"), rows: vec![rows(values)] }
}

fn info() -> DatasetInfo {
    let metadata = serde_json::json!({ "title": "Air, hourly", "name": "not this one" });
    DatasetInfo { name: "air-hourly".into(), metadata: metadata.as_object().unwrap().clone() }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(self::files(&path)) } else { files.push(path) }
    }
    files.sort();
    files
}

#[tokio::test]
async fn the_same_rows_are_the_same_file() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::local(folder.path()).unwrap();
    let values = [Some(0.7), None, Some(-0.0)];
    let first = lake.write("air-hourly", partition(11, &values)).await.unwrap();
    let written = files(folder.path());
    assert_eq!(written.len(), 1);
    let before = std::fs::metadata(&written[0]).unwrap().modified().unwrap();
    assert_eq!(lake.write("air-hourly", partition(11, &values)).await.unwrap(), first);
    assert_eq!(files(folder.path()), written);
    assert_eq!(std::fs::metadata(&written[0]).unwrap().modified().unwrap(), before, "written once");
    let bytes = std::fs::read(&written[0]).unwrap();
    let digest: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(first.hash, format!("sha256:{digest}"));
    assert_eq!(first.path, format!("year=2026/month=11/{}.parquet", &digest[..32]));
    assert_eq!((first.name.as_str(), first.bytes, first.rows), ("air-hourly-2026-11", bytes.len() as u64, 3));
    let other = lake.write("air-hourly", partition(11, &[Some(0.7), None, Some(0.0)])).await.unwrap();
    assert_ne!(other.hash, first.hash);
    assert_eq!(files(folder.path()).len(), 2);
    // A file cut short by a failing disk is made whole.
    std::fs::write(&written[0], b"PAR1").unwrap();
    lake.write("air-hourly", partition(11, &values)).await.unwrap();
    assert!(std::fs::read(&written[0]).unwrap() == bytes);
}

#[test]
fn rows_come_back_from_parquet_as_they_were() {
    let values = [Some(0.1 + 0.2), None, Some(-0.0), Some(5e-324)];
    let bytes = Bytes::from(to_parquet(&[rows(&values), rows(&values[..1])]).unwrap());
    let file = SerializedFileReader::new(bytes.clone()).unwrap();
    assert_eq!(file.metadata().file_metadata().created_by(), Some("limpid version 1 (build 0)"));
    assert_eq!(file.metadata().file_metadata().num_rows(), 5);
    let reader = ParquetRecordBatchReaderBuilder::try_new(bytes).unwrap().build().unwrap();
    let batch = reader.into_iter().next().unwrap().unwrap();
    let names: Vec<_> = batch.schema().fields().iter().map(|field| field.name().clone()).collect();
    let expected = "station parameter period statistic start end value unit flag mark status revision n expected rules published simulated";
    assert_eq!(names.join(" "), expected);
    let column = batch.column_by_name("value").unwrap().as_primitive::<Float64Type>();
    let back: Vec<_> = column.iter().take(4).map(|value| value.map(f64::to_bits)).collect();
    assert_eq!(back, values.map(|value| value.map(f64::to_bits)));
    let start = batch.column_by_name("start").unwrap().as_primitive::<TimestampMicrosecondType>();
    // 2026-11-25T00:00:00Z, by `date -u -d 2026-11-25 +%s`
    assert_eq!((start.value(0), start.timezone()), (1_795_564_800_000_000, Some("Asia/Shanghai")));
    let published = batch.column_by_name("published").unwrap().as_primitive::<TimestampMicrosecondType>();
    assert_eq!((published.value(0), published.timezone()), (1_795_568_402_500_000, Some("UTC")));
    assert_eq!(batch.column_by_name("unit").unwrap().as_string::<i32>().value(0), "mg/m3");
    assert!(batch.column_by_name("expected").unwrap().is_null(0));
    assert!(batch.column_by_name("simulated").unwrap().as_boolean().value(0));
}

#[test]
fn every_column_says_what_it_is() {
    let assessment = Assessment {
        station: StationId::parse("S1").unwrap(),
        scheme: Scheme::parse("hj633-2026").unwrap(),
        period: Period::Day,
        start: at("2026-11-24T16:00:00Z"),
        end: at("2026-11-25T16:00:00Z"),
        index: None,
        level: None,
        primary: ["pm25", "o3"].map(ParameterId::known).to_vec(),
        sub: vec![(ParameterId::known("o3"), Some(101)), (ParameterId::known("pm25"), None)],
        reason: Some("missing".into()),
        status: Status::Final,
        event: false,
        compliance: None,
    };
    let published = [Published { seq: 1, at: at("2026-11-25T16:00:00Z"), revision: 1, record: assessment }];
    let batch = assessment_rows(&published, shanghai(), |_| false).unwrap();
    assert_eq!(batch.column_by_name("primary").unwrap().as_string::<i32>().value(0), "pm25 o3");
    let sub = |name: &str| {
        let column = batch.column_by_name(name).unwrap().as_primitive::<arrow_array::types::Int32Type>();
        column.iter().next().unwrap()
    };
    let subs = ["sub_pm25", "sub_pm10", "sub_so2", "sub_no2", "sub_co", "sub_o3"].map(sub);
    assert_eq!(subs, [None, None, None, None, None, Some(101)]);
    for schema in [table_schema(&batch.schema()), table_schema(&rows(&[None]).schema())] {
        let fields = schema["fields"].as_array().unwrap();
        for field in fields {
            assert!(field["description"].as_str().is_some_and(|text| text.len() > 5), "{field}");
            assert_ne!(field["type"], "any", "{field}");
        }
        // Every key column exists and is always filled.
        for key in schema["primaryKey"].as_array().unwrap() {
            let field = fields.iter().find(|field| field["name"] == *key).unwrap();
            assert_eq!(field["constraints"]["required"], true, "{key}");
        }
    }
}

#[tokio::test]
async fn a_release_is_a_data_package_and_never_changes() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::local(folder.path()).unwrap();
    assert!(lake.current("air-hourly").await.unwrap().is_none());
    assert!(lake.releases("air-hourly").await.unwrap().is_empty());
    let november = lake.write("air-hourly", partition(11, &[Some(1.0)])).await.unwrap();
    let october = lake.write("air-hourly", partition(10, &[Some(2.0)])).await.unwrap();
    let both = vec![november.clone(), october.clone()];
    let first = lake.release(&info(), both, at("2026-11-25T01:02:03.9Z")).await.unwrap();
    assert!(first.id.starts_with("20261125T010203Z-") && first.id.len() == 25, "{}", first.id);
    let package = &first.package;
    assert_eq!(package["$schema"], "https://datapackage.org/profiles/2.0/datapackage.json");
    assert_eq!((&package["name"], &package["title"]), (&"air-hourly".into(), &"Air, hourly".into()));
    assert_eq!((&package["version"], &package["created"]), (&first.id.clone().into(), &"2026-11-25T01:02:03Z".into()));
    assert_eq!(first.resources, [october.clone(), november.clone()]);
    assert_eq!(package["resources"][1]["hash"], november.hash);
    // The same files, later and in another order, are no other release.
    let again = lake.release(&info(), vec![october.clone(), november.clone()], at("2026-11-26T00:00:00Z")).await;
    assert_eq!(again.unwrap(), first);
    let manifest = std::fs::read(folder.path().join(format!("air-hourly/releases/{}.json", first.id))).unwrap();
    let second = lake.release(&info(), vec![october.clone()], at("2026-11-27T00:00:00Z")).await.unwrap();
    assert_eq!(lake.current("air-hourly").await.unwrap().unwrap(), second);
    assert_eq!(lake.releases("air-hourly").await.unwrap(), [second.id.clone(), first.id.clone()]);
    assert_eq!(lake.get("air-hourly", &first.id).await.unwrap().unwrap(), first);
    let path = format!("releases/{}.json", first.id);
    assert_eq!(lake.read("air-hourly", &path, None).await.unwrap(), manifest);
    // And back: the first files again are a third release.
    let third = lake.release(&info(), vec![november, october], at("2026-11-28T00:00:00Z")).await.unwrap();
    assert_ne!(third.id, first.id);
    assert_eq!(third.resources, first.resources);
}

#[tokio::test]
async fn what_ended_before_the_switch_leaves_the_old_release_current() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::local(folder.path()).unwrap();
    let file = lake.write("air-hourly", partition(10, &[Some(1.0)])).await.unwrap();
    let old = lake.release(&info(), vec![file.clone()], at("2026-11-25T00:00:00Z")).await.unwrap();
    let current = folder.path().join("air-hourly/current.json");
    let pointer = std::fs::read(&current).unwrap();
    let next = lake.write("air-hourly", partition(11, &[Some(2.0)])).await.unwrap();
    let files = vec![file.clone(), next.clone()];
    let new = lake.release(&info(), files.clone(), at("2026-11-26T00:00:00Z")).await.unwrap();
    // As after a power failure between manifest and switch, with a file left over by an interrupted write.
    std::fs::write(&current, &pointer).unwrap();
    std::fs::write(folder.path().join("air-hourly/current.json#1"), b"{\"rel").unwrap();
    let lake = Lake::local(folder.path()).unwrap();
    assert_eq!(lake.current("air-hourly").await.unwrap().unwrap(), old);
    // The next try, in the same second, finds its manifest and only switches.
    assert_eq!(lake.release(&info(), files, at("2026-11-26T00:00:00Z")).await.unwrap(), new);
    assert_eq!(lake.current("air-hourly").await.unwrap().unwrap(), new);
    // A release of a file that is not there, or not whole, is refused and changes nothing.
    let lost = Resource { path: "year=2026/month=12/0.parquet".into(), ..next.clone() };
    let refused = lake.release(&info(), vec![lost], at("2026-11-27T00:00:00Z")).await.unwrap_err();
    assert!(matches!(refused, StoreError::NotFound { .. }), "{refused}");
    let short = Resource { bytes: next.bytes + 1, ..next };
    let refused = lake.release(&info(), vec![short], at("2026-11-27T00:00:00Z")).await.unwrap_err();
    assert!(matches!(refused, StoreError::Damaged { .. }), "{refused}");
    assert_eq!(lake.current("air-hourly").await.unwrap().unwrap(), new);
    // A pointer that cannot be read is said to be damaged, not taken for no release.
    std::fs::write(&current, b"{\"rel").unwrap();
    let damaged = lake.current("air-hourly").await.unwrap_err();
    assert!(damaged.to_string().contains("air-hourly/current.json"), "{damaged}");
}

#[tokio::test]
async fn nothing_outside_the_dataset_can_be_read() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("secret"), b"secret").unwrap();
    let lake = Lake::local(&folder.path().join("lake")).unwrap();
    let file = lake.write("air-hourly", partition(11, &[Some(1.0)])).await.unwrap();
    lake.write("air-daily", Partition { path: String::new(), rows: vec![rows(&[None])] }).await.unwrap();
    let whole = lake.read("air-hourly", &file.path, None).await.unwrap();
    assert_eq!(&whole[..4], b"PAR1");
    assert_eq!(lake.read("air-hourly", &file.path, Some(1..3)).await.unwrap(), &whole[1..3]);
    assert!(lake.read("air-hourly", &file.path, Some(3..3)).await.unwrap().is_empty());
    assert!(lake.read("air-hourly", &file.path, Some(whole.len() as u64 + 1..u64::MAX)).await.is_err());
    for (dataset, path) in [
        ("air-hourly", "../../secret"),
        ("air-hourly", "year=2026/../../../secret"),
        ("air-hourly", "%2e%2e/%2e%2e/secret"),
        ("air-hourly", "/etc/passwd"),
        ("air-hourly", "year=2026\\..\\secret"),
        ("air-hourly", ""),
        ("air-hourly", "year=2026"),
        ("air-hourly", "year=2026/"),
        ("air-hourly", "."),
        ("..", "secret"),
        ("", "secret"),
        ("air-hourly/..", "air-daily"),
        ("air-hourly", "a\0b"),
    ] {
        let outcome = lake.read(dataset, path, None).await;
        assert!(matches!(outcome, Err(StoreError::NotFound { .. })), "{dataset:?} {path:?}: {outcome:?}");
    }
    for release in ["../current", "..", "", "a/b", "nothing"] {
        assert!(lake.get("air-hourly", release).await.unwrap().is_none(), "{release:?}");
    }
}
