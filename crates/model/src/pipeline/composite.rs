//! `[air.composite]`: weights and rounding of the composite index of a period.

use super::fields::{Fields, Source};
use crate::parameter::{AIR_INDEX, ParameterId};

/// How the composite index is made. The wording of HJ 663-2026 was not at hand, so its weights are not built in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompositeRule {
    /// Weights other than 1.
    pub weights: Vec<(ParameterId, u32)>,
    /// Decimals to which single indices are rounded before they are added; `None`: they are not. Default none.
    pub single_decimals: Option<u32>,
    /// Decimals of the index. Default 2.
    pub decimals: u32,
}

impl Default for CompositeRule {
    fn default() -> Self {
        Self { weights: Vec::new(), single_decimals: None, decimals: 2 }
    }
}

impl CompositeRule {
    /// The weight of a parameter, 1 unless another is set.
    pub fn weight(&self, parameter: ParameterId) -> u32 {
        self.weights.iter().find(|(one, _)| *one == parameter).map_or(1, |(_, weight)| *weight)
    }
}

/// Reads the section.
pub(super) fn read(mut fields: Fields<'_>, source: &mut Source<'_>) -> CompositeRule {
    let usual = CompositeRule::default();
    let mut weight = |id| Some((ParameterId::known(id), fields.integer(source, id, 0..=10)? as u32));
    let weights = AIR_INDEX.into_iter().filter_map(&mut weight).collect();
    let rule = CompositeRule {
        weights,
        single_decimals: fields.integer(source, "single_decimals", 0..=6).map(|decimals| decimals as u32),
        decimals: fields.integer(source, "decimals", 0..=6).map_or(usual.decimals, |decimals| decimals as u32),
    };
    fields.finish(source);
    rule
}
