//! `long`: `station,parameter,start,period,value[,unit][,flag]`, one reading a line, columns in any order. The
//! format that `limpid export` writes and that `text/csv` uploads have.
//!
//! `start` is RFC 3339 with offset and names the beginning, whatever a station's hour label is. An empty value says
//! that the reading is missing, and is kept as such. Without `unit` the station's configuration decides. What `flag` may
//! be is in [`flag`]. A value below what can be told is written as its limit, `<0.02` or `0.02L`, or as the limit with the flag
//! `<`.

use chrono::DateTime;
use limpid_model::pipeline::nearest;
use limpid_model::reading::parse_limited;
use limpid_model::{ParameterId, Period, Pipeline, Reason, Unit};

use super::fields::Fields;
use super::{Fault, Found, Lines, Row, flag, unknown_station};
use crate::intake::RawReading;

const COLUMNS: [&str; 7] = ["station", "parameter", "start", "period", "value", "unit", "flag"];
const REQUIRED: usize = 5;

/// Where each column of [`COLUMNS`] stands.
#[derive(Debug, Clone, Copy)]
struct Columns {
    at: [Option<usize>; COLUMNS.len()],
    count: usize,
}

/// A table in this layout, for readers that know stations by other rules than [`open`].
pub(crate) struct Table {
    columns: Columns,
    fields: Fields,
}

impl Table {
    /// Reads the header.
    pub(crate) fn new(header: &str) -> Result<Self, Fault> {
        let mut fields = Fields::new();
        let count = fields.split(header);
        let mut at = [None; COLUMNS.len()];
        for (position, name) in fields.iter().enumerate() {
            let Some(column) = COLUMNS.iter().position(|column| *column == name) else {
                let name: String = name.chars().take(40).collect();
                let hint = nearest(&name, COLUMNS).map_or_else(String::new, |word| format!(", did you mean `{word}`?"));
                return Err(Fault::new(Reason::Damaged, format!("unknown column `{name}`{hint}")).allowed(COLUMNS));
            };
            if at[column].replace(position).is_some() {
                let detail = format!("column `{}` stands twice", COLUMNS[column]);
                return Err(Fault::new(Reason::Damaged, detail).field(COLUMNS[column]));
            }
        }
        if let Some(missing) = (0..REQUIRED).find(|column| at[*column].is_none()) {
            let detail = format!("column `{}` is missing; the first line names the columns", COLUMNS[missing]);
            return Err(Fault::new(Reason::Damaged, detail).field(COLUMNS[missing]).allowed(COLUMNS));
        }
        Ok(Self { columns: Columns { at, count }, fields })
    }

    /// Reads a line: the station as it is called there, and the reading.
    pub(crate) fn line(&mut self, line: &str) -> Result<(&str, RawReading), Fault> {
        let count = self.fields.split(line);
        if count != self.columns.count {
            return Err(Fault::count(count, self.columns.count));
        }
        let get = |column: usize| self.columns.at[column].map_or("", |at| self.fields.get(at));
        let parameter = parameter(get(1))?;
        let start = start(get(2))?;
        let period = period(get(3))?;
        let value = parse_limited(get(4)).map_err(|error| {
            let detail = format!("{error}; write a number, a limit such as <0.02, or nothing");
            Fault::new(Reason::NotANumber, detail).field("value")
        })?;
        let unit = Some(get(5)).filter(|text| !text.is_empty()).map(|text| unit(text, parameter)).transpose()?;
        let (value, mark) = flag::meaning(get(6))?.of_limited(value);
        Ok((get(0), RawReading { parameter, period, start, value, unit, mark }))
    }
}

/// The parameter that `text` names.
pub(crate) fn parameter(text: &str) -> Result<ParameterId, Fault> {
    ParameterId::parse(text).ok_or_else(|| {
        let known = || ParameterId::all().map(ParameterId::as_str);
        let hint = nearest(&short(text), known()).map_or_else(String::new, |word| format!(", did you mean {word:?}?"));
        let detail = format!("unknown parameter {:?}{hint}", short(text));
        Fault::new(Reason::UnknownParameter, detail).field("parameter").allowed(known())
    })
}

/// The instant that `text` names.
pub(crate) fn start(text: &str) -> Result<limpid_model::Instant, Fault> {
    DateTime::parse_from_rfc3339(text).map(|at| at.to_utc()).map_err(|_| {
        let detail = format!("{:?} is no time with offset; write 2026-11-25T08:00:00+08:00", short(text));
        Fault::new(Reason::BadTime, detail).field("start")
    })
}

/// The period that `text` names.
pub(crate) fn period(text: &str) -> Result<Period, Fault> {
    text.parse().map_err(|_| {
        let detail = format!("unknown period {:?}; known are {}", short(text), Period::KNOWN);
        Fault::new(Reason::BadTime, detail).field("period").allowed(Period::KNOWN.split(", "))
    })
}

/// The unit that `text` names, if values of `parameter` can be carried from it into the canonical one.
pub(crate) fn unit(text: &str, parameter: ParameterId) -> Result<Unit, Fault> {
    let fits = |unit: &Unit| unit.convert(1.0, parameter.unit(), parameter).is_some();
    Unit::parse(text).filter(fits).ok_or_else(|| {
        let detail = format!("{:?} cannot be carried into {} for {parameter}", short(text), parameter.unit());
        let allowed = Unit::known().filter(|name| Unit::parse(name).as_ref().is_some_and(fits));
        Fault::new(Reason::UnitNotConvertible, detail).field("unit").allowed(allowed)
    })
}

/// As much of a text from outside as a message repeats.
pub(crate) fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

struct Long<'p> {
    table: Table,
    pipeline: &'p Pipeline,
}

/// Reads the header of a file whose stations are those of the registry, by id or name.
///
/// # Errors
/// A missing, unknown or repeated column.
pub fn open<'p>(header: &str, pipeline: &'p Pipeline) -> Result<impl Lines<'p> + use<'p>, Fault> {
    Ok(Long { table: Table::new(header)?, pipeline })
}

impl<'p> Lines<'p> for Long<'p> {
    fn line(&mut self, line: &str, found: &mut Found<'p>) -> Result<(), Fault> {
        let (name, reading) = self.table.line(line)?;
        found.push(match self.pipeline.stations.by_id_or_name(name) {
            Some(station) => Ok(Row { station, reading }),
            None => Err(unknown_station(name)),
        });
        Ok(())
    }
}
