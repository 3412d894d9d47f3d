//! The rows of a sampling point's file.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Decimal128Type, Float64Type, Int32Type, TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
};
use arrow_array::{Array, RecordBatch};
use bytes::Bytes;
use chrono::{DateTime, TimeDelta};
use limpid_model::{Instant, Mark, Period, Reason};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::POLLUTANTS;
use crate::formats::{Fault, long};
use crate::sources::adapter::{Ask, Harvest};
use crate::sources::decode::Cell;
use crate::sources::round::rejected;

/// The clock of the files.
const AHEAD: TimeDelta = TimeDelta::hours(1);

/// Rows that are in memory at once.
const BATCH: usize = 8192;

/// Reads the rows of `point` that lie in the window.
pub(super) fn read<'p>(ask: &Ask<'p>, point: &str, body: &[u8], harvest: &mut Harvest<'p>) -> Result<(), Fault> {
    let damaged =
        |error: &dyn std::fmt::Display| Fault::new(Reason::Damaged, format!("the file is no Parquet: {error}"));
    let builder =
        ParquetRecordBatchReaderBuilder::try_new(Bytes::copy_from_slice(body)).map_err(|error| damaged(&error))?;
    let batches = builder.with_batch_size(BATCH).build().map_err(|error| damaged(&error))?;
    for batch in batches {
        Columns::of(&batch.map_err(|error| damaged(&error))?)?.read(ask, point, harvest);
    }
    Ok(())
}

struct Columns<'b> {
    pollutant: &'b dyn Array,
    start: &'b dyn Array,
    end: &'b dyn Array,
    value: &'b dyn Array,
    unit: &'b dyn Array,
    validity: &'b dyn Array,
    rows: usize,
}

impl<'b> Columns<'b> {
    fn of(batch: &'b RecordBatch) -> Result<Self, Fault> {
        let column = |name: &str| {
            let column = batch.column_by_name(name).map(|column| &**column);
            column.ok_or_else(|| Fault::new(Reason::Damaged, format!("the file has no column {name}")))
        };
        Ok(Self {
            pollutant: column("Pollutant")?,
            start: column("Start")?,
            end: column("End")?,
            value: column("Value")?,
            unit: column("Unit")?,
            validity: column("Validity")?,
            rows: batch.num_rows(),
        })
    }

    fn read<'p>(&self, ask: &Ask<'p>, point: &str, harvest: &mut Harvest<'p>) {
        let Some(station) = ask.roster.find(point) else { return };
        for row in 0..self.rows {
            let Some(pollutant) = POLLUTANTS.iter().find(|known| Some(known.code) == integer(self.pollutant, row))
            else {
                continue;
            };
            let (Some(start), Some(end)) = (time(self.start, row), time(self.end, row)) else {
                harvest.rows.push(Err(rejected(Reason::BadTime, format!("row {row} of {point} has no time"))));
                continue;
            };
            if !ask.covers(start) {
                continue;
            }
            if end - start != TimeDelta::hours(1) {
                let detail = format!("the row of {point} from {start} is not of one hour");
                harvest.rows.push(Err(rejected(Reason::NotAligned, detail)));
                continue;
            }
            // `ug.m-3` is µg/m³.
            let text = text(self.unit, row).replace(".m-3", "/m3");
            let unit = match long::unit(&text, pollutant.parameter) {
                Ok(unit) => unit,
                Err(fault) => {
                    harvest.rows.push(Err(fault.into()));
                    continue;
                }
            };
            let mark = match integer(self.validity, row) {
                Some(1..=4) => None,
                Some(-99) => Mark::parse("M"),
                _ => Mark::parse("Q4"),
            };
            let cell = Cell { station, parameter: pollutant.parameter, period: Period::Hour, start, unit, mark };
            harvest.push(cell, Ok(number(self.value, row)));
        }
    }
}

fn integer(column: &dyn Array, row: usize) -> Option<i32> {
    let column = column.as_primitive_opt::<Int32Type>()?;
    column.is_valid(row).then(|| column.value(row))
}

fn text(column: &dyn Array, row: usize) -> &str {
    column.as_string_opt::<i32>().filter(|column| column.is_valid(row)).map_or("", |column| column.value(row))
}

/// Decimals are read as the text that they are, so that 12.3 is 12.3.
fn number(column: &dyn Array, row: usize) -> Option<f64> {
    if column.is_null(row) {
        return None;
    }
    if let Some(decimals) = column.as_primitive_opt::<Decimal128Type>() {
        return decimals.value_as_string(row).parse().ok();
    }
    column.as_primitive_opt::<Float64Type>().map(|floats| floats.value(row)).filter(|value| value.is_finite())
}

fn time(column: &dyn Array, row: usize) -> Option<Instant> {
    if column.is_null(row) {
        return None;
    }
    let nanos = column.as_primitive_opt::<TimestampNanosecondType>().map(|times| times.value(row));
    let micros = || column.as_primitive_opt::<TimestampMicrosecondType>().map(|times| times.value(row));
    let millis = || column.as_primitive_opt::<TimestampMillisecondType>().map(|times| times.value(row));
    let local = nanos.map(DateTime::from_timestamp_nanos);
    let local = local.or_else(|| DateTime::from_timestamp_micros(micros()?));
    let local = local.or_else(|| DateTime::from_timestamp_millis(millis()?));
    Some(local? - AHEAD)
}
