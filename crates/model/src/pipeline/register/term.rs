//! `[[term]]`

use super::{Names, is_date};
use crate::pipeline::fields::{Fields, Source};
use crate::register::{Extension, Field, FieldKind, Length, Term, TermKind};

impl Names<'_> {
    pub(super) fn terms(&self, tables: Vec<Fields<'_>>, source: &mut Source<'_>) -> Vec<Term> {
        tables.into_iter().filter_map(|fields| self.term(fields, source)).collect()
    }

    fn term(&self, mut fields: Fields<'_>, source: &mut Source<'_>) -> Option<Term> {
        let place = fields.offset("name");
        let name = fields.required(source, "name", "\"answer\"").map(|(name, _)| name);
        let label = fields.text(source, "label");
        let kind = fields.parsed(source, "kind", &["within", "at_least"], |word| match word {
            "within" => Some(TermKind::Within),
            "at_least" => Some(TermKind::AtLeast),
            _ => None,
        });
        let met = self.optional(&mut fields, "met", is_date, "a date", source);
        let after = self.optional(&mut fields, "after", is_date, "a date", source);
        let working_days = fields.integer(source, "working_days", 1..=400);
        let days = fields.integer(source, "days", 1..=3660);
        let number = |field: &Field| field.kind == FieldKind::Number;
        let of = self.optional(&mut fields, "of", number, "a number", source);
        let by = fields.parsed(source, "by", &["a day of a year such as 03-15"], month_and_day);
        let stops = self.optional(&mut fields, "stops", is_stops, "a table with the dates from and to", source);
        let mut extension = fields.table(source, "extension");
        let more = extension.integer(source, "working_days", 1..=400);
        let when = self.optional(&mut extension, "when", is_date, "a date", source);
        extension.finish(source);
        fields.finish(source);
        let more = more.and_then(|days| u32::try_from(days).ok());
        let extension = more.zip(when).map(|(working_days, when)| Extension { working_days, when });
        let length = match (working_days.and_then(|days| u32::try_from(days).ok()), days, by, after, of) {
            (Some(days), None, None, Some(after), None) => Length::WorkingDays { days, after, extension, stops },
            (None, Some(days), None, Some(after), None) => Length::Days { days, after },
            (None, None, Some((month, day)), None, Some(of)) => Length::By { month, day, of },
            _ => {
                let remedy =
                    "write working_days or days with after, or by = \"03-15\" with of = the field with the year";
                source.mistake(place, "the term does not say how its last day is found", remedy);
                return None;
            }
        };
        Some(Term { name: name?, label: label?, kind: kind.unwrap_or(TermKind::Within), length, met })
    }
}

/// A table with the dates between which a clock stands.
fn is_stops(field: &Field) -> bool {
    let FieldKind::Table(columns) = &field.kind else { return false };
    ["from", "to"].iter().all(|name| columns.iter().any(|column| column.name == *name && is_date(column)))
}

/// `03-15`. A day that not every year has is none.
fn month_and_day(text: &str) -> Option<(u32, u32)> {
    let (month, day) = text.split_once('-')?;
    let (month, day) = (month.parse().ok()?, day.parse().ok()?);
    chrono::NaiveDate::from_ymd_opt(2023, month, day).map(|_| (month, day))
}
