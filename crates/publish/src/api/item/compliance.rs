//! What a judgement put against limits and targets.

use std::collections::BTreeMap;

use limpid_model::Compliance;
use serde::Serialize;
use utoipa::ToSchema;

/// What was put against limits and targets. Keys without a meaning under the scheme are left out.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Compliance)]
pub struct ComplianceItem {
    /// Water class or noise zone that was to be kept, as the standard calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// Whether it was kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reached: Option<bool>,
    /// `day` or `night`, where they have limits of their own. A night is filed under the date on which it starts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part: Option<&'static str>,
    /// Figures beside their limits: lead pollutants of water, the level of a noise zone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub compared: Vec<ComparedItem>,
    /// Classes of parameters that are assessed apart and do not count in the level; null of water temperature, whose limits are of
    /// changes that people make in the mean of a week.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub apart: BTreeMap<&'static str, Option<u8>>,
    /// Of a month or year: how many days and nights were judged, and how many of them met the limit.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub met: Vec<MetItem>,
}

/// A figure beside the limit that it was put against.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Compared)]
pub struct ComparedItem {
    /// Parameter id.
    pub parameter: &'static str,
    /// Rounded as it was judged.
    pub value: f64,
    /// In the same unit.
    pub limit: f64,
    /// The parameter's canonical unit.
    pub unit: &'static str,
    /// (value - limit) / limit, where that says something.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub multiple: Option<f64>,
}

/// Judged days or nights of a longer period.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Met)]
pub struct MetItem {
    /// `day` or `night`.
    pub part: &'static str,
    /// Days or nights with a valid level.
    pub judged: u32,
    /// Those of them that met the limit.
    pub met: u32,
}

impl ComplianceItem {
    /// The object of a compliance.
    pub fn new(compliance: &Compliance) -> Self {
        let compared = compliance.compared.iter().map(|compared| ComparedItem {
            parameter: compared.parameter.as_str(),
            value: compared.value,
            limit: compared.limit,
            unit: compared.parameter.unit().as_str(),
            multiple: compared.multiple,
        });
        let met = compliance.met.iter();
        Self {
            target: compliance.target.clone(),
            reached: compliance.reached,
            part: compliance.part.map(|part| part.as_str()),
            compared: compared.collect(),
            apart: compliance.apart.iter().map(|(parameter, class)| (parameter.as_str(), *class)).collect(),
            met: met.map(|met| MetItem { part: met.part.as_str(), judged: met.judged, met: met.met }).collect(),
        }
    }
}
