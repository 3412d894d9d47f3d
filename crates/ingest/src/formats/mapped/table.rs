//! A row's readings.

use std::path::Path;
use std::sync::Arc;

use chrono::NaiveDate;
use limpid_model::pipeline::mapping::{Clockless, LongColumns, Mapping, TimeFormat, ValueColumn, Values};
use limpid_model::pipeline::nearest;
use limpid_model::reading::{parse_limited, parse_value};
use limpid_model::receipt::Refusal;
use limpid_model::station::HourLabel;
use limpid_model::{Instant, ParameterId, Pipeline, Reason, Station, Unit, VerdictKind};

use super::cells::Cells;
use super::place::Places;
use crate::formats::clock::Clock;
use crate::formats::layout::Layout;
use crate::formats::long::{short, unit};
use crate::formats::{Fault, Found, Row, flag, unknown_parameter};
use crate::intake::RawReading;

/// A table whose columns were found.
pub(super) struct Table<'p> {
    mapping: Arc<Mapping>,
    pipeline: &'p Pipeline,
    clock: Clock,
    collected: Option<NaiveDate>,
    places: Places<'p>,
    time_at: Vec<usize>,
    values: Vec<Value>,
    long: Option<Long>,
}

/// A column of values, or several that stand for each other.
struct Value {
    at: Vec<usize>,
    flag_at: Option<usize>,
    parameter: ParameterId,
    unit: Option<Unit>,
    column: String,
}

/// Where the cells of a value stand that has its parameter's name beside it.
struct Long {
    parameter_at: usize,
    value_at: usize,
    unit_at: Option<usize>,
    flag_at: Option<usize>,
}

/// A time that was read.
struct Time {
    at: Instant,
    /// It names a day and no time of day.
    dated: bool,
}

impl<'p> Table<'p> {
    /// Finds the columns of `mapping` among `names`.
    ///
    /// # Errors
    /// A column that is missing; a station or a year that nobody names.
    pub(super) fn new(
        mapping: Arc<Mapping>,
        names: &[String],
        layout: &Layout,
        path: &Path,
        pipeline: &'p Pipeline,
    ) -> Result<Self, Fault> {
        let at = |name: &str| column(names, name);
        let optional = |name: &Option<String>| name.as_deref().map(at).transpose();
        let places = Places::new(&mapping.station, at, layout, path, pipeline)?;
        let time_at = mapping.time_columns.iter().map(|name| at(name)).collect::<Result<_, _>>()?;
        let (values, long) = match &mapping.values {
            Values::Wide(columns) => {
                let find = |column: &ValueColumn| {
                    let there: Vec<usize> = column.columns.iter().filter_map(|name| at(name).ok()).collect();
                    if there.is_empty() {
                        at(&column.columns[0])?;
                    }
                    let (parameter, unit) = (column.parameter, column.unit);
                    let name = short(&column.columns[0]);
                    Ok(Value { at: there, flag_at: optional(&column.flag)?, parameter, unit, column: name })
                };
                (columns.iter().map(find).collect::<Result<_, Fault>>()?, None)
            }
            Values::Long(LongColumns { parameter, value, unit, flag, .. }) => {
                let (parameter_at, value_at) = (at(parameter)?, at(value)?);
                let long = Long { parameter_at, value_at, unit_at: optional(unit)?, flag_at: optional(flag)? };
                (Vec::new(), Some(long))
            }
        };
        let collected = layout.collected.or_else(|| date_in(path));
        if mapping.needs_year() && collected.is_none() {
            let detail = "times have no year, and the file's name no date; say with --collected YYYY-MM-DD on which \
                          day the file was made";
            return Err(Fault::new(Reason::BadTime, detail));
        }
        let clock = Clock::new(mapping.zone.unwrap_or(pipeline.publisher.zone));
        Ok(Self { mapping, pipeline, clock, collected, places, time_at, values, long })
    }

    /// Reads one row.
    ///
    /// # Errors
    /// When its time cannot be read; nothing was added then.
    pub(super) fn row(&mut self, cells: &impl Cells, found: &mut Found<'p>) -> Result<(), Fault> {
        let readings = match &self.long {
            Some(long) => self.single(long, cells).into_iter().collect(),
            None => self.values.iter().filter_map(|value| self.value(value, cells).transpose()).collect::<Vec<_>>(),
        };
        // A row without values may well be without time: a station that is down.
        if readings.is_empty() {
            return Ok(());
        }
        let name = self.places.name(cells);
        let series = match &self.long {
            Some(long) => format!("{name} {}", cells.cell(long.parameter_at)),
            None => name.clone(),
        };
        let time = self.time(cells, &series)?;
        let station = self.places.station(&name);
        found.extend(readings.into_iter().map(|reading| {
            let (reading, station) = (reading?, station.clone()?);
            let start = self.start(station, &time);
            Ok(Row { station, reading: RawReading { start, ..reading } })
        }));
        Ok(())
    }

    fn value(&self, value: &Value, cells: &impl Cells) -> Result<Option<RawReading>, Refusal> {
        let texts = value.at.iter().map(|at| cells.cell(*at));
        let Some(text) = texts.into_iter().find(|text| !self.is_missing(text)) else { return Ok(None) };
        let flag = value.flag_at.map_or("", |at| cells.cell(at));
        self.reading(value.parameter, text, value.unit, flag, &value.column).map(Some)
    }

    fn single(&self, long: &Long, cells: &impl Cells) -> Option<Result<RawReading, Refusal>> {
        let Values::Long(columns) = &self.mapping.values else { return None };
        let text = cells.cell(long.value_at);
        if self.is_missing(text) {
            return None;
        }
        let name = cells.cell(long.parameter_at);
        let cell = |at: Option<usize>| at.map_or("", |at| cells.cell(at));
        let reading = || {
            let parameter = columns.parameter(name).ok_or_else(|| unknown_parameter(name, ""))?;
            let unit = match cell(long.unit_at) {
                "" => columns.units.get(&parameter).copied(),
                text => Some(unit(text, parameter)?),
            };
            self.reading(parameter, text, unit, cell(long.flag_at), &columns.value)
        };
        Some(reading())
    }

    /// A reading whose start is still to be said.
    fn reading(
        &self,
        parameter: ParameterId,
        text: &str,
        unit: Option<Unit>,
        flag: &str,
        column: &str,
    ) -> Result<RawReading, Refusal> {
        let value = parse_limited(text).map_err(|error| {
            let detail = format!("column {column}: {error}");
            Refusal { kind: VerdictKind::Rejected, reason: Reason::NotANumber, detail }
        })?;
        let (value, mark) = flag::meaning(flag)?.of_limited(value);
        Ok(RawReading { parameter, period: self.mapping.period, start: Instant::UNIX_EPOCH, value, unit, mark })
    }

    fn is_missing(&self, text: &str) -> bool {
        self.mapping.is_missing(text) || parse_value(text) == Ok(None)
    }

    fn time(&mut self, cells: &impl Cells, series: &str) -> Result<Time, Fault> {
        let text = self.time_at.iter().map(|at| cells.cell(*at)).collect::<Vec<_>>().join(" ");
        let formats = self.mapping.time_formats.iter();
        let read = formats.clone().find_map(|format| format.read(&text, self.collected));
        let read = read.or_else(|| iso(&text, formats.clone().any(TimeFormat::has_hour)));
        let (local, dated) = match read {
            Some(Clockless::At(at)) => return Ok(Time { at, dated: false }),
            Some(Clockless::Local(local)) => (local, false),
            Some(Clockless::Date(date)) => (date.and_time(chrono::NaiveTime::MIN), true),
            None => {
                let detail = format!("{:?} is no time of this file", short(&text));
                return Err(Fault::new(Reason::BadTime, detail));
            }
        };
        Ok(Time { at: self.clock.instant(local, series)?, dated })
    }

    /// A day is named by itself, never by its end, unless the mapping says so.
    fn start(&self, station: &Station, time: &Time) -> Instant {
        let label = self.mapping.label.unwrap_or(if time.dated { HourLabel::Start } else { station.hour_label });
        label.start(self.mapping.period, time.at, self.pipeline.publisher.zone)
    }
}

/// The time of a cell that is a time to the workbook itself, which [`workbook`](super::workbook) writes in ISO 8601.
fn iso(text: &str, with_hour: bool) -> Option<Clockless> {
    if let Ok(local) = text.parse() {
        return Some(Clockless::Local(local));
    }
    let date: NaiveDate = text.parse().ok()?;
    Some(if with_hour { Clockless::Local(date.and_time(chrono::NaiveTime::MIN)) } else { Clockless::Date(date) })
}

/// Where the column `name` stands.
fn column(names: &[String], name: &str) -> Result<usize, Fault> {
    let mut places = names.iter().enumerate().filter(|(_, known)| *known == name).map(|(at, _)| at);
    match (places.next(), places.next()) {
        (Some(at), None) => Ok(at),
        (Some(_), Some(_)) => Err(Fault::new(Reason::Damaged, format!("column `{}` stands twice", short(name)))),
        (None, _) => {
            let hint = nearest(name, names.iter().map(String::as_str)).map_or_else(
                || format!("; the file has {}", short(&names.join(", "))),
                |known| format!(", did the mapping mean `{}`?", short(known)),
            );
            Err(Fault::new(Reason::Damaged, format!("column `{}` is missing{hint}", short(name))))
        }
    }
}

/// The date in a file's name: `…20251107…` or `…2025-11-07…`.
fn date_in(path: &Path) -> Option<NaiveDate> {
    let name = path.file_name()?.to_str()?;
    let starts = name
        .char_indices()
        .filter(|(at, c)| c.is_ascii_digit() && !name[..*at].ends_with(|before: char| before.is_ascii_digit()));
    let date = |(at, _): (usize, char)| {
        let rest = &name[at..];
        let compact = rest.get(..8).and_then(|text| NaiveDate::parse_from_str(text, "%Y%m%d").ok());
        compact.or_else(|| rest.get(..10).and_then(|text| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()))
    };
    starts.filter_map(date).find(|date| (1970..=2100).contains(&chrono::Datelike::year(date)))
}
