//! `wqx`: results of water samples as the Water Quality Portal and USGS give them, one result a line, in the columns of
//! WQX 3.0 or of WQX 2 (with `/` or, as R writes them, `.` in the names). What the words mean is in `data/wqx/`.
//!
//! A result is a reading of one moment, the start of sampling, in local time with a zone code on the same line. Its
//! characteristic, sample fraction and the substance that its mass is counted as must together be one of limpid's
//! parameters: dissolved phosphorus is not total phosphorus, and a mass counted as PO4 is refused and not multiplied,
//! since the portal nearly always has the same result as P on another line.
//!
//! A result below detection is a reading of the laboratory's limit with the mark `<`. Where no limit is named it is kept aside as
//! `below_detection`.
//!
//! Each line is one entry, whatever it is. Two different results of one parameter at one station and moment are no
//! correction of each other: the first is a reading, the second a `conflict`, as far apart as they may stand.
//!
//! - `columns`: the layouts; `words`: the tables; `result`: a line's decisions

mod columns;
mod result;
mod words;

use std::collections::HashMap;

use limpid_model::receipt::Refusal;
use limpid_model::{Instant, Mark, ParameterId, Period, Pipeline, Reason, Station, StationId, VerdictKind};

use super::fields::Fields;
use super::{Fault, Finder, Found, Lines, Row, unknown_station};
use crate::intake::RawReading;
use columns::{Column, Columns};
use result::Cells;
pub(crate) use words::characteristics;
pub(super) use words::zone;

struct Wqx<'p> {
    find: Finder<'p>,
    fields: Fields,
    columns: Columns,
    count: usize,
    /// The value that each reading of the file has in its parameter's unit: some 60 bytes a reading, and files of the
    /// portal have up to some hundred thousand.
    seen: HashMap<(&'p StationId, ParameterId, Instant), f64>,
}

/// Reads the header. Columns that are not read do not matter.
///
/// # Errors
/// A missing or repeated column.
pub fn open<'p>(header: &str, pipeline: &'p Pipeline) -> Result<impl Lines<'p> + use<'p>, Fault> {
    open_for(header, Box::new(|site| pipeline.stations.by_id_or_name(site)))
}

/// The same, with the locations that `find` knows.
pub(crate) fn open_for<'p>(header: &str, find: Finder<'p>) -> Result<impl Lines<'p> + use<'p>, Fault> {
    let mut fields = Fields::new();
    let count = fields.split(header);
    let columns = Columns::find(&fields)?;
    Ok(Wqx { find, fields, columns, count, seen: HashMap::new() })
}

impl<'p> Wqx<'p> {
    fn row(&mut self) -> Result<Row<'p>, Refusal> {
        let cells = Cells { columns: &self.columns, fields: &self.fields };
        let site = cells.get(Column::Station);
        let measured = cells.read()?;
        let station: &'p Station = (self.find)(site).ok_or_else(|| unknown_station(site))?;
        let (parameter, start, unit) = (measured.parameter, measured.start, measured.unit);
        if let Some(converted) = unit.convert(measured.value, parameter.unit(), parameter) {
            let first = *self.seen.entry((&station.id, parameter, start)).or_insert(converted.value);
            if first != converted.value {
                let detail = format!("another result of {parameter} at this station and moment is {first}");
                return Err(Refusal { kind: VerdictKind::Rejected, reason: Reason::Conflict, detail });
            }
        }
        let (value, unit) = (Some(measured.value), Some(unit));
        let mark = measured.below.then(|| Mark::below(None));
        Ok(Row { station, reading: RawReading { parameter, period: Period::Moment, start, value, unit, mark } })
    }
}

impl<'p> Lines<'p> for Wqx<'p> {
    fn line(&mut self, line: &str, found: &mut Found<'p>) -> Result<(), Fault> {
        let count = self.fields.split(line);
        if count != self.count {
            return Err(Fault::count(count, self.count));
        }
        found.push(self.row());
        Ok(())
    }
}
