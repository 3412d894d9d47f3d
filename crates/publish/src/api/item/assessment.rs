//! Published judgements.

use std::collections::BTreeMap;

use limpid_model::parameter::AIR_INDEX;
use limpid_model::{Assessment, Compliance, Level, ParameterId, Published, StationId, Text, Zone};
use serde::Serialize;
use utoipa::ToSchema;

use super::compliance::ComplianceItem;
use super::{Row, integer, optional_integer, simulated, text, time};
use crate::answer::table::{Cell, Column};

/// One published judgement.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Assessment)]
pub struct AssessmentItem {
    /// Station id.
    #[schema(value_type = String)]
    pub station: StationId,
    /// Edition of the standard.
    pub scheme: &'static str,
    /// `PT1H`, `P1D`, `P1M` or `P1Y`.
    pub period: String,
    /// Inclusive, with the authority's offset.
    pub start: String,
    /// Exclusive.
    pub end: String,
    /// The judgement.
    #[serde(flatten)]
    pub verdict: VerdictItem,
    /// `provisional`, `reviewed` or `final`.
    pub status: &'static str,
    /// True where reviewers marked an exceptional event in any part of what it is made of; it counts as ever.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub event: bool,
    /// 1 for the first published.
    pub revision: u32,
    /// When this revision was published.
    pub published: String,
    /// True when the station is a simulated one.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub simulated: bool,
}

/// What a standard says of one period.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct VerdictItem {
    /// Null when the standard forbids to give one, `reason` then says why; and under standards of classes.
    pub index: Option<u16>,
    /// From 1, the best. The class of water, 6 being worse than class V.
    pub level: Option<u8>,
    /// Name of the level.
    #[schema(value_type = Option<BTreeMap<String, String>>)]
    pub category: Option<Text>,
    /// Official colour of the level.
    pub colour: Option<&'static str>,
    /// Primary pollutants, all of them on a tie; of water the lead pollutants, the worst first.
    #[schema(value_type = Vec<String>)]
    pub primary: Vec<ParameterId>,
    /// Sub-index or class of each parameter; null where it was to be measured and is missing.
    pub sub: BTreeMap<&'static str, Option<u16>>,
    /// 1 where there is a verdict, 9 where the standard forbids to give one.
    pub flag: u8,
    /// Parameters that it is made of; of a month or year of noise, days and nights.
    pub n: u32,
    /// As many as there were to be.
    pub expected: u32,
    /// Why there is no index: `missing`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What was put against limits and targets; absent under air quality indices.
    #[serde(flatten)]
    pub compliance: Option<ComplianceItem>,
}

impl VerdictItem {
    /// The object of an assessment.
    pub fn new(assessment: &Assessment, zone: Zone) -> Self {
        let (n, expected) = assessment.completeness(zone);
        let level = assessment.level.and_then(|level| assessment.scheme.level(level));
        Self {
            index: assessment.index,
            level: assessment.level,
            category: level.map(Level::category),
            colour: level.map(|level| level.colour.as_str()),
            primary: assessment.primary.clone(),
            sub: assessment.sub.iter().map(|(parameter, index)| (parameter.as_str(), *index)).collect(),
            flag: assessment.flag().code(),
            n,
            expected,
            reason: assessment.reason.clone(),
            compliance: assessment.compliance.as_deref().map(ComplianceItem::new),
        }
    }
}

impl AssessmentItem {
    /// The object of a row.
    pub fn new(row: &Row<Assessment>, zone: Zone) -> Self {
        let Published { at, revision, record, .. } = &row.published;
        Self {
            station: record.station.clone(),
            scheme: &record.scheme.id,
            period: record.period.to_string(),
            start: zone.format(record.start),
            end: zone.format(record.end),
            verdict: VerdictItem::new(record, zone),
            status: record.status.as_str(),
            event: record.event,
            revision: *revision,
            published: zone.format(*at),
            simulated: row.simulated,
        }
    }
}

/// The columns of assessments. Sub-indices are flattened, one column each, in the order of [`AIR_INDEX`].
pub const ASSESSMENT: &[Column<Row<Assessment>>] = &[
    text("station", "station id", |row| Cell::text(row.published.record.station.as_str())),
    text("scheme", "edition of the standard", |row| Cell::text(&row.published.record.scheme.id)),
    text("period", "PT1H or P1D", |row| Cell::Text(row.published.record.period.to_string())),
    time("start", "inclusive", |row| Cell::Time(row.published.record.start)),
    time("end", "exclusive", |row| Cell::Time(row.published.record.end)),
    optional_integer("index", "empty when the standard forbids to give one", |row| {
        Cell::integer(row.published.record.index)
    }),
    optional_integer("level", "from 1, the best", |row| Cell::integer(row.published.record.level)),
    text("category_zh", "name of the level in Chinese", |row| category(row, "zh")),
    text("category_en", "name of the level in English", |row| category(row, "en")),
    text("colour", "official colour of the level", |row| {
        level(row).map_or(Cell::Empty, |level| Cell::text(&level.colour))
    }),
    text("primary", "primary pollutants, separated by spaces", |row| {
        let names: Vec<&str> = row.published.record.primary.iter().map(|parameter| parameter.as_str()).collect();
        Cell::text(&names.join(" "))
    }),
    optional_integer("sub_pm25", "sub-index of PM2.5", |row| sub(row, 0)),
    optional_integer("sub_pm10", "sub-index of PM10", |row| sub(row, 1)),
    optional_integer("sub_so2", "sub-index of sulphur dioxide", |row| sub(row, 2)),
    optional_integer("sub_no2", "sub-index of nitrogen dioxide", |row| sub(row, 3)),
    optional_integer("sub_co", "sub-index of carbon monoxide", |row| sub(row, 4)),
    optional_integer("sub_o3", "sub-index of ozone", |row| sub(row, 5)),
    text(
        "sub",
        "every sub-index or class, parameter=number, separated by spaces; no number where it is missing",
        |row| {
            let sub = row.published.record.sub.iter();
            let sub = sub.map(|(parameter, index)| match index {
                Some(index) => format!("{}={index}", parameter.as_str()),
                None => format!("{}=", parameter.as_str()),
            });
            Cell::text(&sub.collect::<Vec<_>>().join(" "))
        },
    ),
    integer("flag", "1 where there is a verdict, 9 where the standard forbids to give one", |row| {
        Cell::Integer(row.published.record.flag().code().into())
    }),
    text("reason", "why there is no index", |row| Cell::text(row.published.record.reason.as_deref().unwrap_or(""))),
    text("status", "provisional, reviewed or final", |row| Cell::text(row.published.record.status.as_str())),
    integer("revision", "1 for the first published", |row| Cell::Integer(row.published.revision.into())),
    time("published", "when this revision was published", |row| Cell::Time(row.published.at)),
    text("target", "water class or noise zone that was to be kept", |row| {
        compliance(row).and_then(|compliance| compliance.target.as_deref()).map_or(Cell::Empty, Cell::text)
    }),
    text("reached", "true or false where there is a target and a verdict", |row| {
        let reached = compliance(row).and_then(|compliance| compliance.reached);
        reached.map_or(Cell::Empty, |reached| Cell::Text(reached.to_string()))
    }),
    text("part", "day or night, where they have limits of their own", |row| {
        let part = compliance(row).and_then(|compliance| compliance.part);
        part.map_or(Cell::Empty, |part| Cell::text(part.as_str()))
    }),
    text("event", "true where reviewers marked an exceptional event in it", |row| {
        if row.published.record.event { Cell::text("true") } else { Cell::Empty }
    }),
    simulated(),
];

fn level(row: &Row<Assessment>) -> Option<&'static Level> {
    row.published.record.level.and_then(|level| row.published.record.scheme.level(level))
}

fn category(row: &Row<Assessment>, language: &str) -> Cell {
    level(row).map_or(Cell::Empty, |level| Cell::text(level.category().get(language)))
}

fn compliance(row: &Row<Assessment>) -> Option<&Compliance> {
    row.published.record.compliance.as_deref()
}

fn sub(row: &Row<Assessment>, place: usize) -> Cell {
    let sub = row.published.record.sub.iter().find(|(parameter, _)| parameter.as_str() == AIR_INDEX[place]);
    Cell::integer(sub.and_then(|(_, index)| *index))
}
