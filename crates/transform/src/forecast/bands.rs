//! How far off a forecast may be: quantiles of its residuals, by how much it says.

use serde::{Deserialize, Serialize};

/// Quantiles that are kept, in thousandths.
pub const KEPT: [u16; 21] =
    [10, 50, 100, 150, 200, 250, 300, 350, 400, 450, 500, 550, 600, 650, 700, 750, 800, 850, 900, 950, 990];
/// Places among [`KEPT`] of the quantiles that are scored: 0.05, 0.1, 0.25, 0.5, 0.75, 0.9 and 0.95.
pub const SCORED: [usize; 7] = [1, 2, 5, 10, 15, 18, 19];
/// Place of the median.
pub const MEDIAN: usize = 10;
/// Places of the ends of the 80 % interval.
pub const P10_P90: (usize, usize) = (2, 18);
/// Groups of forecasts, from small to large, that have residuals of their own.
const GROUPS: usize = 10;
/// A group of fewer residuals says nothing about the ends.
const GROUP: usize = 20;
/// Fewer residuals say nothing about what may come: two weeks of one station have some 80.
const LEAST: usize = 3 * GROUP;

/// The quantiles of what may come, in the target's unit, one for each of [`KEPT`], rising.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread(pub [f32; KEPT.len()]);

impl Spread {
    /// The median.
    pub fn median(&self) -> f32 {
        self.0[MEDIAN]
    }

    /// The quantile of `share`, 0 to 1, between neighbours by a straight line, and flat beyond the ends.
    pub fn quantile(&self, share: f32) -> f32 {
        let share = share * 1000.0;
        let after = KEPT.partition_point(|kept| f32::from(*kept) <= share);
        let Some(before) = after.checked_sub(1) else { return self.0[0] };
        let Some(upper) = self.0.get(after) else { return self.0[before] };
        let (from, to) = (f32::from(KEPT[before]), f32::from(KEPT[after]));
        self.0[before] + (share - from) / (to - from) * (upper - self.0[before])
    }

    /// The same, so many times as far from the median, and not below zero.
    pub fn stretched(&self, times: f32) -> Self {
        let median = self.median();
        Self(self.0.map(|value| (median + times * (value - median)).max(0.0)))
    }

    /// How many times as far from the median the end of the 80 % interval would have to lie for `truth` to be within.
    pub fn reach(&self, truth: f32) -> f32 {
        let (off, end) = (truth - self.median(), if truth < self.median() { P10_P90.0 } else { P10_P90.1 });
        let width = (self.0[end] - self.median()).abs();
        if off == 0.0 { 0.0 } else { off.abs() / width }
    }

    /// The chance that it comes to more than `limit`: how many of `DRAWS` evenly placed quantiles lie above.
    pub fn above(&self, limit: f32) -> f32 {
        self.draws().filter(|value| *value > limit).count() as f32 / DRAWS as f32
    }

    /// Evenly placed quantiles: outcomes that are equally likely.
    pub fn draws(&self) -> impl Iterator<Item = f32> + '_ {
        (0..DRAWS).map(|at| self.quantile((at as f32 + 0.5) / DRAWS as f32))
    }
}

/// Outcomes that a spread is taken apart into.
pub const DRAWS: usize = 100;

/// Residual quantiles of one method and lead block.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bands {
    groups: Vec<Group>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Group {
    /// Mean of its forecasts.
    centre: f32,
    /// Quantiles of truth minus forecast, one for each of [`KEPT`].
    residuals: Vec<f32>,
}

impl Bands {
    /// Of pairs of forecast and truth that the method was not fitted on; `None` where they are too few.
    pub fn new(mut pairs: Vec<(f32, f32)>) -> Option<Self> {
        if pairs.len() < LEAST {
            return None;
        }
        pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
        let groups = (pairs.len() / GROUP).min(GROUPS);
        let groups = pairs.chunks(pairs.len().div_ceil(groups)).map(|group| {
            let centre = group.iter().map(|pair| f64::from(pair.0)).sum::<f64>() / group.len() as f64;
            let mut residuals: Vec<f32> = group.iter().map(|(forecast, truth)| truth - forecast).collect();
            residuals.sort_by(f32::total_cmp);
            let residuals = KEPT.iter().map(|kept| quantile(&residuals, f32::from(*kept) / 1000.0)).collect();
            Group { centre: centre as f32, residuals }
        });
        Some(Self { groups: groups.collect() })
    }

    /// What may come when `forecast` is said: between two groups' centres by a straight line, never below zero.
    pub fn around(&self, forecast: f32) -> Spread {
        let after = self.groups.partition_point(|group| group.centre < forecast);
        let (low, high) = (after.saturating_sub(1), after.min(self.groups.len() - 1));
        let (low, high) = (&self.groups[low], &self.groups[high]);
        let width = high.centre - low.centre;
        let part = if width > 0.0 { ((forecast - low.centre) / width).clamp(0.0, 1.0) } else { 0.0 };
        let mut spread = [0.0; KEPT.len()];
        let mut floor = 0.0_f32;
        for (place, (low, high)) in spread.iter_mut().zip(low.residuals.iter().zip(&high.residuals)) {
            floor = floor.max(forecast + low + part * (high - low));
            *place = floor;
        }
        Spread(spread)
    }
}

/// The quantile of sorted values, by a straight line between neighbours.
fn quantile(sorted: &[f32], share: f32) -> f32 {
    let place = share * (sorted.len() - 1) as f32;
    let below = place as usize;
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (place - below as f32) * (sorted[above] - sorted[below])
}
