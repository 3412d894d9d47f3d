//! The board as a table: one line per value.

use super::{Latest, LatestAssessment, LatestItem, LatestValue};
use crate::answer::table::{Cell, Column, Kind};

/// A station with one of its values.
pub(super) type Line<'a> = (&'a LatestItem, Option<&'a LatestValue>);

/// A line for each value, and one without a value for a station that has none.
pub(super) fn of(latest: &Latest) -> Vec<Line<'_>> {
    let mut lines = Vec::new();
    for item in &latest.items {
        if item.values.is_empty() {
            lines.push((item, None));
        }
        lines.extend(item.values.iter().map(|value| (item, Some(value))));
    }
    lines
}

/// The columns: of the station, of the value, of the station's index.
pub(super) fn columns<'a>() -> [Column<Line<'a>>; 31] {
    fn column<'a>(name: &'static str, kind: Kind, cell: fn(&Line<'a>) -> Cell) -> Column<Line<'a>> {
        Column { name, kind, about: "", cell }
    }
    fn text<'a>(name: &'static str, cell: fn(&Line<'a>) -> Cell) -> Column<Line<'a>> {
        column(name, Kind::Text, cell)
    }
    fn integer<'a>(name: &'static str, cell: fn(&Line<'a>) -> Cell) -> Column<Line<'a>> {
        column(name, Kind::OptionalInteger, cell)
    }
    [
        text("station", |(item, _)| Cell::text(item.station.as_str())),
        text("name_zh", |(item, _)| Cell::text(item.name.get("zh"))),
        text("name_en", |(item, _)| Cell::text(item.name.get("en"))),
        text("kind", |(item, _)| Cell::text(item.kind.as_str())),
        text("parameter", |(_, value)| of_value(*value, |value| value.parameter)),
        text("period", |(_, value)| of_value(*value, |value| &value.period)),
        text("start", |(_, value)| of_value(*value, |value| &value.start)),
        text("end", |(_, value)| of_value(*value, |value| &value.end)),
        column("value", Kind::Number, |(_, value)| Cell::number(value.and_then(|value| value.value))),
        text("unit", |(_, value)| of_value(*value, |value| value.unit)),
        integer("flag", |(_, value)| Cell::integer(value.map(|value| value.flag))),
        text("rules", |(_, value)| of_value(*value, |value| &value.rules)),
        text("mark", |(_, value)| of_value(*value, |value| value.mark.as_deref().unwrap_or(""))),
        integer("n", |(_, value)| Cell::integer(value.and_then(|value| value.n))),
        integer("expected", |(_, value)| Cell::integer(value.and_then(|value| value.expected))),
        text("status", |(_, value)| of_value(*value, |value| value.status)),
        text("freshness", |(item, value)| Cell::text(value.map_or(item.freshness, |value| value.freshness).as_str())),
        column("stale", Kind::Flag, |(item, _)| Cell::Flag(item.stale)),
        text("scheme", |(item, _)| of_index(item, |judged| judged.scheme)),
        integer("index", |(item, _)| Cell::integer(item.assessment.as_ref().and_then(|judged| judged.verdict.index))),
        integer("level", |(item, _)| Cell::integer(item.assessment.as_ref().and_then(|judged| judged.verdict.level))),
        text("category_zh", |(item, _)| category(item, "zh")),
        text("category_en", |(item, _)| category(item, "en")),
        text("colour", |(item, _)| of_index(item, |judged| judged.verdict.colour.unwrap_or(""))),
        text("primary", |(item, _)| {
            let primary = item.assessment.iter().flat_map(|judged| &judged.verdict.primary);
            Cell::text(&primary.map(|parameter| parameter.as_str()).collect::<Vec<_>>().join(" "))
        }),
        integer("sub", |(item, value)| {
            let sub =
                item.assessment.as_ref().zip(*value).map(|(judged, value)| judged.verdict.sub.get(value.parameter));
            Cell::integer(sub.flatten().copied().flatten())
        }),
        text("reason", |(item, _)| of_index(item, |judged| judged.verdict.reason.as_deref().unwrap_or(""))),
        text("index_start", |(item, _)| of_index(item, |judged| &judged.start)),
        text("index_end", |(item, _)| of_index(item, |judged| &judged.end)),
        text("index_freshness", |(item, _)| of_index(item, |judged| judged.freshness.as_str())),
        column("simulated", Kind::Flag, |(item, _)| Cell::Flag(item.simulated)),
    ]
}

fn of_value<'a>(value: Option<&'a LatestValue>, text: fn(&'a LatestValue) -> &'a str) -> Cell {
    value.map_or(Cell::Empty, |value| Cell::text(text(value)))
}

fn of_index<'a>(item: &'a LatestItem, text: fn(&'a LatestAssessment) -> &'a str) -> Cell {
    item.assessment.as_ref().map_or(Cell::Empty, |judged| Cell::text(text(judged)))
}

fn category(item: &LatestItem, language: &str) -> Cell {
    let name = item.assessment.as_ref().and_then(|judged| judged.verdict.category.as_ref());
    name.map_or(Cell::Empty, |name| Cell::text(name.get(language)))
}
