//! Regression on departures from the usual, with a penalty, of all stations together: one set of coefficients for each
//! lead block.

use serde::{Deserialize, Serialize};

use super::damped::Damped;
use super::{Forecaster, Method, not_below_zero};
use crate::forecast::columns::{self, Layout};
use crate::forecast::gram::Gram;
use crate::forecast::sample::Sample;
use crate::forecast::scene::{At, Scene};
use crate::forecast::target::Block;

/// The penalty for each row. It was set before any result of the year that the figures are measured on was seen.
const PENALTY: f64 = 0.0025;
/// Parts of the training, each of which is forecast by what was fitted on the others: with three years, one a year.
pub const FOLDS: usize = 3;
/// One row in so many is looked at for means and standard deviations.
const SCALED_BY: usize = 7;
/// Longest lead in hours at which what works changes with season and hour of the day; later there is too little left to
/// work, and more columns only fit noise.
const CHANGING_TO: usize = 24;

/// The regression of one target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ridge {
    damped: Damped,
    ahead: bool,
    blocks: Vec<Fitted>,
    /// Where the training ended; unknown to a regression that was read back.
    #[serde(skip)]
    end: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Fitted {
    block: Block,
    layout: Layout,
    /// Mean and standard deviation of each raw column.
    scale: Vec<(f32, f32)>,
    weights: Vec<f32>,
    #[serde(skip)]
    folds: Vec<Vec<f32>>,
}

/// Buffers of one row.
#[derive(Default)]
struct Row {
    raw: Vec<f32>,
    row: Vec<f32>,
}

impl Row {
    fn fill(&mut self, scene: &Scene<'_>, at: At, fitted: &Fitted) -> &[f32] {
        columns::raw(scene, at, fitted.layout, &mut self.raw);
        columns::row(scene, at, fitted.layout, &self.raw, &fitted.scale, &mut self.row);
        &self.row
    }
}

impl Ridge {
    /// Fits it on the samples of each block. `end` is the hour at which the training ends; `progress` hears of each block.
    pub fn fit(
        scene: &Scene<'_>,
        damped: &Damped,
        ahead: bool,
        samples: &[(Block, Sample)],
        end: usize,
        progress: &mut dyn FnMut(),
    ) -> Self {
        let mut ridge = Self { damped: damped.clone(), ahead, blocks: Vec::new(), end };
        for (block, sample) in samples {
            let layout = Layout { ahead, changing: block.last <= CHANGING_TO };
            let scale = scale(scene, layout, sample);
            let mut fitted = Fitted { block: *block, layout, scale, weights: Vec::new(), folds: Vec::new() };
            let mut row = Row::default();
            let Some(columns) = sample.0.first().map(|at| row.fill(scene, *at, &fitted).len()) else { continue };
            let mut parts = vec![Gram::new(columns); FOLDS];
            for at in &sample.0 {
                let response = scene.truth(*at) - damped.expect(scene, *at);
                if !response.is_nan() {
                    parts[ridge.fold(at.origin)].add(row.fill(scene, *at, &fitted), response);
                }
            }
            let mut all = Gram::new(columns);
            for part in &mut parts {
                part.settle();
                all.add_all(part, 1.0);
            }
            fitted.weights = all.solve(PENALTY);
            fitted.folds = parts
                .iter()
                .map(|part| {
                    let mut others = all.clone();
                    others.add_all(part, -1.0);
                    others.solve(PENALTY)
                })
                .collect();
            ridge.blocks.push(fitted);
            progress();
        }
        ridge
    }

    fn fold(&self, origin: usize) -> usize {
        (origin * FOLDS / self.end.max(1)).min(FOLDS - 1)
    }

    fn say(&self, scene: &Scene<'_>, at: At, fold: Option<usize>) -> f32 {
        let Some(fitted) = self.blocks.iter().find(|fitted| fitted.block.has(at.lead)) else { return f32::NAN };
        if self.ahead && !scene.foresees() {
            return f32::NAN;
        }
        let weights = fold.and_then(|fold| fitted.folds.get(fold)).unwrap_or(&fitted.weights);
        let mut row = Row::default();
        let departs: f32 = row.fill(scene, at, fitted).iter().zip(weights).map(|(value, weight)| value * weight).sum();
        not_below_zero(self.damped.expect(scene, at) + departs)
    }
}

/// Mean and standard deviation of the raw columns.
fn scale(scene: &Scene<'_>, layout: Layout, sample: &Sample) -> Vec<(f32, f32)> {
    let mut sums: Vec<(f64, f64, f64)> = Vec::new();
    let mut raw = Vec::new();
    for at in sample.0.iter().step_by(SCALED_BY) {
        columns::raw(scene, *at, layout, &mut raw);
        sums.resize(raw.len(), (0.0, 0.0, 0.0));
        for (sum, value) in sums.iter_mut().zip(&raw).filter(|(_, value)| !value.is_nan()) {
            let value = f64::from(*value);
            *sum = (sum.0 + value, sum.1 + value * value, sum.2 + 1.0);
        }
    }
    let moments = |(sum, squares, count): (f64, f64, f64)| {
        let count = count.max(1.0);
        let mean = sum / count;
        (mean as f32, (squares / count - mean * mean).max(1e-8).sqrt() as f32)
    };
    sums.into_iter().map(moments).collect()
}

impl Forecaster for Ridge {
    fn method(&self) -> Method {
        if self.ahead { Method::RidgeWeather } else { Method::Ridge }
    }

    fn expect(&self, scene: &Scene<'_>, at: At) -> f32 {
        self.say(scene, at, None)
    }

    fn held_out(&self, scene: &Scene<'_>, at: At) -> f32 {
        self.say(scene, at, Some(self.fold(at.origin)))
    }
}
