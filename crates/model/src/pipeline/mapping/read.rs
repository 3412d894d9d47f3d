//! A mapping out of its text, or everything that is wrong with it.

use std::collections::BTreeMap;

use toml::de::DeTable;

use super::{LongColumns, Mapping, StationFrom, TimeFormat, ValueColumn, Values};
use crate::parameter::ParameterId;
use crate::pipeline::config::zone_field;
use crate::pipeline::fields::{Fields, Source};
use crate::pipeline::mistake::Mistakes;
use crate::station::HourLabel;
use crate::time::Period;
use crate::unit::Unit;

impl Mapping {
    /// Reads a mapping from the text of `file`.
    ///
    /// # Errors
    /// Everything that is wrong with it, each with its line and what to write instead.
    pub fn parse(file: &str, text: &str) -> Result<Self, Mistakes> {
        let mut mistakes = Mistakes::default();
        let mapping = read(&mut Source { file, text, mistakes: &mut mistakes });
        match mapping {
            Some(mapping) if mistakes.0.is_empty() => Ok(mapping),
            _ => {
                mistakes.0.sort_by_key(|mistake| mistake.line);
                Err(mistakes)
            }
        }
    }
}

fn read(source: &mut Source<'_>) -> Option<Mapping> {
    let table = match DeTable::parse(source.text) {
        Ok(table) => table,
        Err(error) => {
            let offset = error.span().map_or(0, |span| span.start);
            source.mistake(offset, error.message().to_owned(), "mend the TOML syntax on this line");
            return None;
        }
    };
    let mut root = Fields::root(table.get_ref());
    let sheet = root.string(source, "sheet", "\"Sheet1\"").map(|(sheet, _)| sheet);
    // A report's head is a few lines; beyond some dozens somebody means to leave data out.
    let skip_rows = root.integer(source, "skip_rows", 0..=100).unwrap_or(0) as usize;
    let columns = names(&mut root, source, "columns");
    let delimiter = delimiter(&mut root, source);
    let missing = root.strings(source, "missing", r#"["--", "*"]"#).unwrap_or_default();
    let label = root.parsed(source, "label", &["start", "end"], |word| match word {
        "start" => Some(HourLabel::Start),
        "end" => Some(HourLabel::End),
        _ => None,
    });
    let zone = zone_field(&mut root, source);
    let period = period(&mut root, source);
    let station = station(root.table(source, "station"), source);
    let (time_columns, time_formats) = time(root.table(source, "time"), source);
    let values = values(&mut root, source);
    root.finish(source);
    Some(Mapping {
        sheet,
        skip_rows,
        columns,
        delimiter,
        missing: missing.into_iter().map(|(word, _)| word).collect(),
        period: period?,
        label,
        zone,
        station: station?,
        time_columns: time_columns?,
        time_formats: time_formats?,
        values: values?,
    })
}

/// Names of columns, of which there must be one at least and none empty.
fn names(fields: &mut Fields<'_>, source: &mut Source<'_>, key: &'static str) -> Option<Vec<String>> {
    let names = fields.strings(source, key, r#"["…"]"#)?;
    let empty = names.iter().find(|(name, _)| name.is_empty()).map(|(_, offset)| *offset);
    if let Some(offset) = empty.or_else(|| names.is_empty().then(|| fields.offset(key))) {
        let what = format!("`{}` names no column", fields.full(key));
        source.mistake(offset, what, "write the columns' names as they stand in the file");
        return None;
    }
    Some(names.into_iter().map(|(name, _)| name).collect())
}

/// The same, as `column = "…"` or `columns = […]`, one of which must be there.
fn named(fields: &mut Fields<'_>, source: &mut Source<'_>) -> Option<Vec<String>> {
    let one = fields.string(source, "column", "\"…\"").map(|(name, _)| vec![name]);
    let several = names(fields, source, "columns");
    if one.is_some() && several.is_some() {
        let what = format!("`{}` and `{}` both name columns", fields.full("column"), fields.full("columns"));
        source.mistake(fields.offset("columns"), what, "keep one of them");
    }
    one.or(several)
}

fn delimiter(root: &mut Fields<'_>, source: &mut Source<'_>) -> u8 {
    let delimiter = root.parsed(source, "delimiter", &[",", ";", "\t", "|"], |text| match text.as_bytes() {
        [byte @ (b',' | b';' | b'\t' | b'|')] => Some(*byte),
        _ => None,
    });
    delimiter.unwrap_or(b',')
}

fn period(root: &mut Fields<'_>, source: &mut Source<'_>) -> Option<Period> {
    let (text, offset) = root.required(source, "period", "\"PT1H\"")?;
    let period = text.parse().ok();
    if period.is_none() {
        source.mistake(offset, format!("`period` is {text:?}"), format!("write one of: {}", Period::KNOWN));
    }
    period
}

fn station(mut fields: Fields<'_>, source: &mut Source<'_>) -> Option<StationFrom> {
    if !fields.present() {
        return Some(StationFrom::Given);
    }
    let columns = named(&mut fields, source);
    let file_name = fields.string(source, "file_name", "\"site_*.csv\"").and_then(|(pattern, offset)| {
        let parts = pattern.split_once('*').filter(|(_, after)| !after.contains('*'));
        if parts.is_none() {
            let remedy = "write one * where the station's id or name stands: \"site_*.csv\"";
            source.mistake(offset, format!("`station.file_name` is {pattern:?}"), remedy);
        }
        parts.map(|(before, after)| (before.to_owned(), after.to_owned()))
    });
    let found = match (columns, file_name) {
        (Some(columns), None) => Some(StationFrom::Columns(columns)),
        (None, Some((before, after))) => Some(StationFrom::FileName(before, after)),
        (Some(_), Some(_)) => {
            let what = "the station stands in a column and in the file's name";
            source.mistake(fields.offset("file_name"), what, "keep one of them");
            None
        }
        (None, None) => {
            let remedy = "write column = \"…\" or file_name = \"site_*.csv\", or remove [station] and name the \
                          station when you import";
            source.mistake(fields.offset(""), "`station` does not say where the station stands", remedy);
            None
        }
    };
    fields.finish(source);
    found
}

fn time(mut fields: Fields<'_>, source: &mut Source<'_>) -> (Option<Vec<String>>, Option<Vec<TimeFormat>>) {
    let columns = named(&mut fields, source);
    if columns.is_none() {
        let remedy = "write column = \"…\" under [time]";
        source.mistake(fields.offset(""), "`time` does not say in which column the time stands", remedy);
    }
    let example = r#"["%Y-%m-%d %H:%M:%S"]"#;
    let formats = match fields.strings(source, "formats", example) {
        Some(formats) if !formats.is_empty() => {
            let read = |(text, offset): &(String, usize)| {
                let format = TimeFormat::parse(text);
                if format.is_none() {
                    let remedy =
                        "write it with %Y %m %d %H %M %S as in \"%Y-%m-%d %H:%M\"; month and day must be there";
                    source.mistake(*offset, format!("`time.formats` has {text:?}"), remedy);
                }
                format
            };
            formats.iter().map(read).collect::<Vec<_>>().into_iter().collect()
        }
        _ => {
            let what = "`time.formats` does not say how times are written";
            source.mistake(fields.offset("formats"), what, format!("write formats = {example} under [time]"));
            None
        }
    };
    fields.finish(source);
    (columns, formats)
}

fn values(root: &mut Fields<'_>, source: &mut Source<'_>) -> Option<Values> {
    let wide = root.tables(source, "value");
    let long = root.table(source, "long");
    match (wide.is_empty(), long.present()) {
        (false, false) => {
            // All of them are looked at, so that the mistakes of all are told.
            let columns: Vec<_> = wide.into_iter().map(|fields| value(fields, source)).collect();
            columns.into_iter().collect::<Option<_>>().map(Values::Wide)
        }
        (true, true) => self::long(long, source).map(Values::Long),
        (false, true) => {
            let remedy = "keep [[value]] where each parameter has its column, [long] where its name stands beside it";
            source.mistake(root.offset("long"), "both [[value]] and [long] say where the values stand", remedy);
            None
        }
        (true, false) => {
            let remedy = "write [[value]] with column, parameter and unit for each of them";
            source.mistake(0, "no column has values", remedy);
            None
        }
    }
}

fn value(mut fields: Fields<'_>, source: &mut Source<'_>) -> Option<ValueColumn> {
    let columns = named(&mut fields, source);
    if columns.is_none() {
        source.mistake(fields.offset(""), "[[value]] names no column", "write column = \"…\"");
    }
    let parameter = fields.required(source, "parameter", "\"pm25\"");
    let parameter = parameter.and_then(|(text, offset)| self::parameter(&text, offset, source));
    let unit = fields.string(source, "unit", "\"ug/m3\"");
    let unit = unit.and_then(|(text, offset)| self::unit(&text, parameter, offset, source));
    let flag = fields.string(source, "flag", "\"…\"").map(|(name, _)| name);
    fields.finish(source);
    Some(ValueColumn { columns: columns?, parameter: parameter?, unit, flag })
}

fn long(mut fields: Fields<'_>, source: &mut Source<'_>) -> Option<LongColumns> {
    let parameter = fields.required(source, "parameter", "\"…\"");
    let value = fields.required(source, "value", "\"…\"");
    let unit = fields.string(source, "unit", "\"…\"");
    let flag = fields.string(source, "flag", "\"…\"");
    let mut parameters = BTreeMap::new();
    for (name, text, offset) in fields.words(source, "parameters", r#"{ "PM2.5" = "pm25" }"#) {
        if let Some(parameter) = self::parameter(&text, offset, source) {
            parameters.insert(name, parameter);
        }
    }
    let mut units = BTreeMap::new();
    for (name, text, offset) in fields.words(source, "units", r#"{ pm25 = "ug/m3" }"#) {
        let parameter = self::parameter(&name, offset, source);
        if let (Some(parameter), Some(unit)) = (parameter, self::unit(&text, parameter, offset, source)) {
            units.insert(parameter, unit);
        }
    }
    fields.finish(source);
    Some(LongColumns {
        parameter: parameter?.0,
        value: value?.0,
        unit: unit.map(|(name, _)| name),
        flag: flag.map(|(name, _)| name),
        parameters,
        units,
    })
}

fn parameter(text: &str, offset: usize, source: &mut Source<'_>) -> Option<ParameterId> {
    let parameter = ParameterId::parse(text);
    if parameter.is_none() {
        let known = || ParameterId::all().map(ParameterId::as_str);
        let remedy = match crate::pipeline::nearest(text, known()) {
            Some(word) => format!("did you mean {word:?}?"),
            None => format!("write one of: {}", known().collect::<Vec<_>>().join(", ")),
        };
        source.mistake(offset, format!("unknown parameter {text:?}"), remedy);
    }
    parameter
}

fn unit(text: &str, parameter: Option<ParameterId>, offset: usize, source: &mut Source<'_>) -> Option<Unit> {
    let unit = Unit::parse(text);
    let Some(parameter) = parameter else { return unit };
    let fits = |unit: &Unit| unit.convert(1.0, parameter.unit(), parameter).is_some();
    let unit = unit.filter(fits);
    if unit.is_none() {
        let fitting = Unit::known().filter(|name| Unit::parse(name).as_ref().is_some_and(fits));
        let what = format!("{text:?} cannot be carried into {} for {parameter}", parameter.unit());
        source.mistake(offset, what, format!("write one of: {}", fitting.collect::<Vec<_>>().join(", ")));
    }
    unit
}
