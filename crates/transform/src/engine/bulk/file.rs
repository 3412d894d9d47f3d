//! A Parquet file of hours, decoded a row group at a time.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type, Int64Type};
use arrow_array::{Array, ArrayRef, PrimitiveArray, RecordBatch};
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use limpid_model::ParameterId;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::errors::ParquetError;
use parquet::file::statistics::Statistics;

use crate::engine::bulk::BulkError;
use crate::fixed::Fixed;

/// Columns that the file must have.
const COLUMNS: [&str; 4] = ["station", "parameter", "start", "value"];

/// Rows decoded at once within a row group: a few MB.
const BATCH: usize = 1 << 16;

/// Consecutive hours of one station and parameter, as they stand in the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// As the file names it.
    pub station: String,
    /// The parameter.
    pub parameter: ParameterId,
    /// Seconds since 1970, and the value.
    pub hours: Vec<(i64, Option<Fixed>)>,
}

impl Run {
    /// When its first row starts, in seconds since 1970.
    pub fn first_second(&self) -> i64 {
        self.hours.first().map_or(0, |hour| hour.0)
    }
}

/// An open file.
pub struct HourFile {
    path: PathBuf,
    metadata: ArrowReaderMetadata,
    /// Smallest and largest station of each row group, where its statistics tell.
    ranges: Vec<Option<(String, String)>>,
}

impl HourFile {
    /// Opens a file and reads its footer.
    ///
    /// # Errors
    /// When it cannot be read, is no Parquet, or lacks a column.
    pub fn open(path: &Path) -> Result<Self, BulkError> {
        let failed = |source| BulkError::File { path: path.to_owned(), source };
        let file = File::open(path).map_err(|source| BulkError::Open { path: path.to_owned(), source })?;
        let plain = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new()).map_err(failed)?;
        let schema = plain.schema();
        for column in COLUMNS {
            schema.field_with_name(column).map_err(|_| failed(missing(column)))?;
        }
        // Names come as keys of a dictionary, as they stand in the file: comparing keys is all that most rows need.
        let names = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
        let field = |field: &Arc<Field>| {
            let text = matches!(field.data_type(), DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View);
            if text { Arc::new(Field::new(field.name(), names.clone(), field.is_nullable())) } else { field.clone() }
        };
        let schema = Arc::new(Schema::new(schema.fields().iter().map(field).collect::<Vec<_>>()));
        let options = ArrowReaderOptions::new().with_schema(schema);
        let metadata = ArrowReaderMetadata::load(&file, options).map_err(failed)?;
        let ranges = (0..metadata.metadata().num_row_groups()).map(|group| range(&metadata, group)).collect();
        Ok(Self { path: path.to_owned(), metadata, ranges })
    }

    /// How many row groups it has.
    pub fn groups(&self) -> usize {
        self.ranges.len()
    }

    /// Whether a row group from `first` on may have rows of this station.
    pub fn has_from(&self, first: usize, station: &str) -> bool {
        let may = |range: &Option<(String, String)>| {
            range.as_ref().is_none_or(|(low, high)| low.as_str() <= station && station <= high.as_str())
        };
        self.ranges.get(first..).is_some_and(|rest| rest.iter().any(may))
    }

    /// The rows of a row group. Rows without station, parameter or start are passed over.
    ///
    /// # Errors
    /// When it cannot be decoded, and for a parameter that is not known.
    pub fn decode(&self, group: usize) -> Result<Vec<Run>, BulkError> {
        let failed = |source| BulkError::File { path: self.path.clone(), source };
        let file = File::open(&self.path).map_err(|source| BulkError::Open { path: self.path.clone(), source })?;
        let mask = ProjectionMask::columns(self.metadata.parquet_schema(), COLUMNS);
        let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.metadata.clone())
            .with_row_groups(vec![group])
            .with_projection(mask)
            .with_batch_size(BATCH)
            .build()
            .map_err(failed)?;
        let mut runs: Vec<Run> = Vec::new();
        for batch in reader {
            let batch = batch.map_err(|error| failed(error.into()))?;
            self.add(&batch, &mut runs)?;
        }
        Ok(runs)
    }

    fn add(&self, batch: &RecordBatch, runs: &mut Vec<Run>) -> Result<(), BulkError> {
        let failed = |column: &str| BulkError::File { path: self.path.clone(), source: missing(column) };
        let column = |name: &str| batch.column_by_name(name).ok_or_else(|| failed(name));
        let stations = column("station")?.as_dictionary_opt::<Int32Type>().ok_or_else(|| failed("station"))?;
        let parameters = column("parameter")?.as_dictionary_opt::<Int32Type>().ok_or_else(|| failed("parameter"))?;
        let (names, known) = (stations.values().as_string_opt::<i32>(), parameters.values().as_string_opt::<i32>());
        let (names, known) = (names.ok_or_else(|| failed("station"))?, known.ok_or_else(|| failed("parameter"))?);
        let (starts, per_second) = starts(column("start")?).ok_or_else(|| failed("start"))?;
        let values = column("value")?.as_primitive_opt::<Float64Type>().ok_or_else(|| failed("value"))?;
        // A batch may have a dictionary of its own, so that keys are compared within it only.
        let mut last: Option<(i32, i32)> = None;
        for row in 0..batch.num_rows() {
            if stations.is_null(row) || parameters.is_null(row) || starts.is_null(row) {
                continue;
            }
            let keys = (stations.keys().value(row), parameters.keys().value(row));
            if last != Some(keys) {
                last = Some(keys);
                let (station, name) = (names.value(keys.0 as usize), known.value(keys.1 as usize));
                let parameter = ParameterId::parse(name)
                    .ok_or_else(|| BulkError::Parameter { path: self.path.clone(), name: name.to_owned() })?;
                let same = |run: &Run| run.station == station && run.parameter == parameter;
                if !runs.last().is_some_and(same) {
                    runs.push(Run { station: station.to_owned(), parameter, hours: Vec::new() });
                }
            }
            let value = (!values.is_null(row)).then(|| values.value(row)).and_then(Fixed::from_f64);
            if let Some(run) = runs.last_mut() {
                run.hours.push((starts.value(row).div_euclid(per_second), value));
            }
        }
        Ok(())
    }
}

/// Starts as they stand in the file, and how many of their unit make a second.
fn starts(column: &ArrayRef) -> Option<(PrimitiveArray<Int64Type>, i64)> {
    let DataType::Timestamp(unit, _) = column.data_type() else { return None };
    let per_second = match unit {
        TimeUnit::Second => 1,
        TimeUnit::Millisecond => 1_000,
        TimeUnit::Microsecond => 1_000_000,
        TimeUnit::Nanosecond => 1_000_000_000,
    };
    // The same numbers under another name.
    let data = column.to_data().into_builder().data_type(DataType::Int64).build().ok()?;
    Some((PrimitiveArray::from(data), per_second))
}

fn missing(column: &str) -> ParquetError {
    ParquetError::General(format!("column {column} is missing or of another type"))
}

/// Smallest and largest station of a row group; `None` where its statistics do not tell, or only cut short.
fn range(metadata: &ArrowReaderMetadata, group: usize) -> Option<(String, String)> {
    let columns = metadata.metadata().row_group(group).columns();
    let station = columns.iter().find(|column| column.column_path().string() == "station")?;
    let Statistics::ByteArray(statistics) = station.statistics()? else { return None };
    if !(statistics.min_is_exact() && statistics.max_is_exact()) {
        return None;
    }
    let text = |bytes: &parquet::data_type::ByteArray| bytes.as_utf8().ok().map(str::to_owned);
    Some((text(statistics.min_opt()?)?, text(statistics.max_opt()?)?))
}
