//! One file of a dataset.

use std::ops::Range;

use arrow_array::RecordBatch;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::csv::to_csv_gz;
use super::schema::table_schema;
use super::{Lake, to_parquet};
use crate::error::{Result, StoreError};

/// One file of a release, as the Data Package lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resource {
    /// Lower-case name, unique in the package.
    pub name: String,
    /// Path relative to the dataset's folder, `year=2026/month=11/….parquet`.
    pub path: String,
    /// `parquet` or `csv`
    pub format: String,
    /// `application/vnd.apache.parquet`, or `text/csv` of what is compressed.
    pub mediatype: String,
    /// `gz` of a CSV file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compression: Option<String>,
    /// Size.
    pub bytes: u64,
    /// `sha256:` and 64 hex digits.
    pub hash: String,
    /// Rows of the file.
    pub rows: u64,
    /// Table Schema of the columns (Data Package v2).
    pub schema: serde_json::Value,
}

impl Resource {
    /// Whether these are its bytes: as many, and of the same SHA-256.
    pub fn holds(&self, bytes: &[u8]) -> bool {
        bytes.len() as u64 == self.bytes && self.hash == format!("sha256:{}", hex(&Sha256::digest(bytes)))
    }

    /// Whether it is the Parquet file of its partition, and not the same rows as CSV.
    pub fn is_parquet(&self) -> bool {
        self.format == "parquet"
    }
}

/// One Hive partition to be written: all its rows.
#[derive(Debug, Clone)]
pub struct Partition {
    /// `year=2026/month=11`; empty for a dataset that is not partitioned.
    pub path: String,
    /// Its rows, sorted.
    pub rows: Vec<RecordBatch>,
}

impl Lake {
    /// Writes one partition as a Parquet file (zstd, sorted as given) under its content hash. Writing the same rows
    /// again gives the same file and writes nothing.
    ///
    /// # Errors
    /// [`StoreError::Full`], and nothing is left of the file; [`StoreError::NotFound`] for a dataset or partition
    /// that cannot be a name.
    pub async fn write(&self, dataset: &str, partition: Partition) -> Result<Resource> {
        self.write_as(File::Parquet, dataset, partition).await
    }

    /// Writes the same rows as gzipped CSV.
    ///
    /// # Errors
    /// Those of [`Lake::write`].
    pub async fn write_csv(&self, dataset: &str, partition: Partition) -> Result<Resource> {
        self.write_as(File::Csv, dataset, partition).await
    }

    async fn write_as(&self, file: File, dataset: &str, partition: Partition) -> Result<Resource> {
        let name = dataset.to_owned();
        let encoded = tokio::task::spawn_blocking(move || encode(file, &name, &partition)).await;
        let (resource, bytes) = encoded.map_err(|error| StoreError::io("writing rows as a file", error))??;
        if self.objects.size(dataset, &resource.path).await? != Some(resource.bytes) {
            self.objects.write(dataset, &resource.path, bytes).await?;
            metrics::counter!("limpid_lake_files_written_total").increment(1);
        }
        Ok(resource)
    }

    /// Bytes of a file of the dataset, by its path relative to the dataset's folder; a part of them with `range`.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; also for any path that would leave the folder.
    pub async fn read(&self, dataset: &str, path: &str, range: Option<Range<u64>>) -> Result<Bytes> {
        self.objects.read(dataset, path, range).await
    }
}

/// How rows are written.
#[derive(Debug, Clone, Copy)]
enum File {
    Parquet,
    Csv,
}

fn encode(file: File, dataset: &str, partition: &Partition) -> Result<(Resource, Vec<u8>)> {
    let Partition { path: folder, rows } = partition;
    let (bytes, extension) = match file {
        File::Parquet => (to_parquet(rows)?, "parquet"),
        File::Csv => (to_csv_gz(rows)?, "csv.gz"),
    };
    let digest = hex(&Sha256::digest(&bytes));
    let path = format!("{}.{extension}", &digest[..32]);
    let path = if folder.is_empty() { path } else { format!("{folder}/{path}") };
    // year=2026/month=11 of air-hourly is air-hourly-2026-11.
    let mut name = dataset.to_owned();
    for segment in folder.split('/').filter(|segment| !segment.is_empty()) {
        name.push('-');
        name.push_str(&segment.split_once('=').map_or(segment, |(_, value)| value).to_ascii_lowercase());
    }
    let (format, mediatype, compression) = match file {
        File::Parquet => ("parquet", "application/vnd.apache.parquet", None),
        File::Csv => ("csv", "text/csv", Some("gz".to_owned())),
    };
    if matches!(file, File::Csv) {
        name.push_str("-csv");
    }
    let resource = Resource {
        name,
        path,
        format: format.into(),
        mediatype: mediatype.into(),
        compression,
        bytes: bytes.len() as u64,
        hash: format!("sha256:{digest}"),
        rows: rows.iter().map(|batch| batch.num_rows() as u64).sum(),
        schema: rows.first().map_or(serde_json::Value::Null, |batch| table_schema(&batch.schema())),
    };
    Ok((resource, bytes))
}

/// Lower-case hex digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        write!(text, "{byte:02x}").expect("a String can always be written to");
    }
    text
}
