//! Rows as a Parquet file. The same rows give the same bytes: nothing of time, machine or version goes in.

use std::sync::Arc;

use ::parquet::arrow::ArrowWriter;
use ::parquet::basic::{Compression, ZstdLevel};
use ::parquet::file::properties::{WriterProperties, WriterVersion};
use arrow_array::RecordBatch;
use arrow_schema::Schema;

use crate::error::{Result, StoreError};

/// Raised by hand when the way of writing changes, for then the same rows get other bytes.
const CREATED_BY: &str = "limpid version 1 (build 0)";
const ROW_GROUP_ROWS: usize = 128 * 1024;
const ZSTD_LEVEL: i32 = 3;

/// Rows as one Parquet file in memory (zstd), for answers in `format=parquet`. Without any batch it is a file without
/// columns.
///
/// # Errors
/// [`StoreError::Io`] where the batches have different columns.
pub fn to_parquet(rows: &[RecordBatch]) -> Result<Vec<u8>> {
    let failed = |error| StoreError::io("writing Parquet", error);
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(ZSTD_LEVEL).map_err(failed)?))
        .set_created_by(CREATED_BY.to_owned())
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_writer_version(WriterVersion::PARQUET_1_0)
        .build();
    let schema = rows.first().map_or_else(|| Arc::new(Schema::empty()), RecordBatch::schema);
    let mut writer = ArrowWriter::try_new(Vec::new(), schema, Some(properties)).map_err(failed)?;
    for batch in rows {
        writer.write(batch).map_err(failed)?;
    }
    writer.into_inner().map_err(failed)
}
