//! Answers in RDB: comments, names of columns, their types, lines; and all of that again for a further site.

use chrono::{NaiveDate, NaiveDateTime, TimeZone};
use limpid_model::{Instant, Period, Pipeline, Reason};

use super::{Of, period, reading};
use crate::formats::long::short;
use crate::formats::{Fault, Found, wqx};

/// The names of columns, and which of them have values.
struct Table<'a> {
    names: Vec<&'a str>,
    site: usize,
    time: usize,
    zone: Option<usize>,
    values: Vec<Column<'a>>,
}

/// A column called `SERIES_CODE` or `SERIES_CODE_STATISTIC`.
struct Column<'a> {
    at: usize,
    code: &'a str,
    period: Period,
}

/// Reads a file.
///
/// # Errors
/// When it has no table, or one without a site or a time.
pub(in crate::formats) fn read<'p>(bytes: &[u8], pipeline: &'p Pipeline) -> Result<Found<'p>, Fault> {
    let text = std::str::from_utf8(bytes).map_err(|_| Fault::new(Reason::Damaged, "the file is not UTF-8"))?;
    let (mut table, mut found) = (None, Found::new());
    let mut types = false;
    for (at, line) in text.lines().enumerate() {
        if line.starts_with('#') || line.trim().is_empty() {
            continue;
        }
        let cells: Vec<&str> = line.split('\t').map(str::trim).collect();
        if cells[0] == "agency_cd" {
            (table, types) = (Some(Table::of(cells)?), true);
            continue;
        }
        let Some(table) = &table else {
            return Err(Fault::new(
                Reason::Damaged,
                format!("line {}: no line with agency_cd stands before it", at + 1),
            ));
        };
        // The line behind the names: `5s`, `15s`, `20d` …
        if !std::mem::replace(&mut types, false)
            && let Err(fault) = table.line(&cells, pipeline, &mut found)
        {
            let detail = format!("line {}: {}", at + 1, fault.detail);
            found.push(Err(Fault { detail, ..fault }.into()));
        }
    }
    if table.is_none() {
        return Err(Fault::new(Reason::Damaged, "the file has no table: no line begins with agency_cd"));
    }
    Ok(found)
}

impl<'a> Table<'a> {
    fn of(names: Vec<&'a str>) -> Result<Self, Fault> {
        let place = |name: &'static str| names.iter().position(|cell| *cell == name);
        let needed = |name: &'static str| {
            place(name).ok_or_else(|| Fault::new(Reason::Damaged, format!("there is no column {name}")).field(name))
        };
        let (site, time, zone) = (needed("site_no")?, needed("datetime")?, place("tz_cd"));
        let values = names.iter().enumerate().filter_map(|(at, name)| Column::of(at, name)).collect();
        Ok(Self { site, time, zone, values, names })
    }

    fn line<'p>(&self, cells: &[&str], pipeline: &'p Pipeline, found: &mut Found<'p>) -> Result<(), Fault> {
        if cells.len() != self.names.len() {
            return Err(Fault::count(cells.len(), self.names.len()));
        }
        for Column { at, code, period } in &self.values {
            // Where other series of the site have a value at that time and this one does not.
            if cells[*at].is_empty() {
                continue;
            }
            let start = self.start(cells, *period, pipeline)?;
            found.push(reading(pipeline, Of { site: cells[self.site], code, period: *period, start }, cells[*at]));
        }
        Ok(())
    }

    fn start(&self, cells: &[&str], period: Period, pipeline: &Pipeline) -> Result<Instant, Fault> {
        let text = cells[self.time];
        let zone = self.zone.map_or("", |at| cells[at]);
        let start = match period {
            Period::Day => text.parse::<NaiveDate>().ok().map(|date| pipeline.publisher.zone.start_of(date)),
            _ => {
                let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").ok();
                let zone = wqx::zone(zone);
                local
                    .zip(zone)
                    .and_then(|(local, zone)| zone.from_local_datetime(&local).single())
                    .map(|at| at.to_utc())
            }
        };
        start.ok_or_else(|| {
            Fault::new(
                Reason::BadTime,
                format!("{:?} is no time of a {period} value", short(&format!("{text} {zone}"))),
            )
        })
    }
}

impl<'a> Column<'a> {
    /// A column of values; `None` for others, and for products of other values.
    fn of(at: usize, name: &'a str) -> Option<Self> {
        let mut parts = name.split('_');
        let (series, code, statistic) = (parts.next()?, parts.next()?, parts.next());
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let fits = digits(series) && digits(code) && code.len() == 5 && statistic.is_none_or(digits);
        if !fits || parts.next().is_some() {
            return None;
        }
        Some(Self { at, code, period: period(statistic.unwrap_or_default())? })
    }
}
