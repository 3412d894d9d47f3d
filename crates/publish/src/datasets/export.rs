//! A release as a folder on disk.

use std::path::{Path, PathBuf};

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type, TimestampMillisecondType};
use arrow_array::{Array, RecordBatch};
use bytes::Bytes;
use chrono::DateTime;
use limpid_model::{Pipeline, Zone};
use limpid_store::Lake;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::definition::{Contents, Dataset};
use super::documents;
use crate::error::{PublishError, Result};

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// The release.
    pub release: String,
    /// Files written, relative to the folder.
    pub files: Vec<PathBuf>,
    /// Their size together.
    pub bytes: u64,
}

/// Writes the current release of a dataset into a folder: `datapackage.json`, its files and documents, and for `air-hourly` also
/// `long.csv` (`station,parameter,start,period,value,unit,flag`), which `limpid import --format long` reads. Its
/// `flag` is the instrument's mark; times carry the offset of the publisher's zone.
///
/// # Errors
/// [`PublishError::UnknownDataset`], [`PublishError::NoRelease`], [`PublishError::Write`], and those of the lake.
pub async fn export(lake: &Lake, pipeline: &Pipeline, dataset: &str, out: &Path) -> Result<Exported> {
    let zone = pipeline.publisher.zone;
    let dataset = Dataset::parse(pipeline, dataset)?;
    let release = lake.current(&dataset.id).await?;
    let release = release.ok_or_else(|| PublishError::NoRelease { dataset: dataset.id.clone() })?;
    let mut exported = Exported { release: release.id.clone(), files: Vec::new(), bytes: 0 };
    let package = serde_json::to_vec_pretty(&release.package)
        .map_err(|error| PublishError::Table { doing: "writing datapackage.json".into(), source: error.into() })?;

    let mut long = None;
    for resource in &release.resources {
        let bytes = lake.read(&dataset.id, &resource.path, None).await?;
        write(out, &resource.path, &bytes, &mut exported).await?;
        if dataset.contents == Contents::AirHours && resource.is_parquet() {
            let text = long.take();
            let path = resource.path.clone();
            let appended = tokio::task::spawn_blocking(move || append_long(text, bytes, zone, &path)).await;
            long =
                Some(appended.map_err(|error| PublishError::Table {
                    doing: "writing long.csv".into(),
                    source: error.into(),
                })??);
        }
    }
    if let Some(text) = long {
        write(out, "long.csv", &text, &mut exported).await?;
    }
    for (name, _, _) in documents::ALL {
        if let Some(bytes) = lake.document(&dataset.id, &release.id, name).await? {
            write(out, name, &bytes, &mut exported).await?;
        }
    }
    // Last, so that a folder with a manifest is complete.
    write(out, "datapackage.json", &package, &mut exported).await?;
    Ok(exported)
}

async fn write(out: &Path, path: &str, bytes: &[u8], exported: &mut Exported) -> Result<()> {
    let target = out.join(path);
    let failed = |source| PublishError::Write { path: target.clone(), source };
    if let Some(folder) = target.parent() {
        tokio::fs::create_dir_all(folder).await.map_err(failed)?;
    }
    tokio::fs::write(&target, bytes).await.map_err(failed)?;
    exported.files.push(PathBuf::from(path));
    exported.bytes += bytes.len() as u64;
    Ok(())
}

/// Appends the rows of a Parquet file to the text, which begins with a header row.
fn append_long(text: Option<Vec<u8>>, parquet: Bytes, zone: Zone, path: &str) -> Result<Vec<u8>> {
    let failed = |source: Box<dyn std::error::Error + Send + Sync>| PublishError::Table {
        doing: format!("reading {path} for long.csv"),
        source,
    };
    let header = text.is_none();
    let mut writer = csv::Writer::from_writer(text.unwrap_or_default());
    if header {
        writer
            .write_record(["station", "parameter", "start", "period", "value", "unit", "flag"])
            .map_err(|error| failed(error.into()))?;
    }
    let reader = ParquetRecordBatchReaderBuilder::try_new(parquet)
        .and_then(ParquetRecordBatchReaderBuilder::build)
        .map_err(|error| failed(error.into()))?;
    for batch in reader {
        let batch = batch.map_err(|error| failed(error.into()))?;
        write_batch(&mut writer, &batch, zone).map_err(failed)?;
    }
    writer.into_inner().map_err(|error| failed(error.into_error().into()))
}

fn write_batch(
    writer: &mut csv::Writer<Vec<u8>>,
    batch: &RecordBatch,
    zone: Zone,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let column = |name: &str| batch.column_by_name(name).ok_or_else(|| format!("it has no column {name}"));
    let text = |name: &str| {
        let column = column(name)?;
        column.as_string_opt::<i32>().cloned().ok_or_else(|| format!("column {name} is not text"))
    };
    let [station, parameter, period] = [text("station")?, text("parameter")?, text("period")?];
    let [unit, mark] = [text("unit")?, text("mark")?];
    let quality = column("flag")?;
    let quality = quality.as_primitive_opt::<Int64Type>().ok_or("column flag is not a whole number")?;
    let start = column("start")?;
    let start = start.as_primitive_opt::<TimestampMillisecondType>().ok_or("column start is not a time")?;
    let value = column("value")?;
    let value = value.as_primitive_opt::<Float64Type>().ok_or("column value is not a number")?;
    for row in 0..batch.num_rows() {
        let at = DateTime::from_timestamp_millis(start.value(row)).ok_or("a start is no time")?;
        let number = if value.is_null(row) { String::new() } else { value.value(row).to_string() };
        // There a digit is QARTOD's: air stations of 2005 have marks of that look, which go out as the flag they gave.
        let flag = match mark.is_valid(row).then(|| mark.value(row)) {
            Some("1" | "2" | "3" | "4" | "9") => quality.value(row).to_string(),
            Some(mark) => mark.to_owned(),
            None => String::new(),
        };
        writer.write_record([
            station.value(row),
            parameter.value(row),
            &zone.format(at),
            period.value(row),
            &number,
            unit.value(row),
            &flag,
        ])?;
    }
    Ok(())
}
