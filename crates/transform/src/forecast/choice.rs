//! Which method is issued: the best of the last days, and never one that loses to climatology.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::fitted::{CHOSEN_BY, STRETCHED_BY, Said};
use super::methods::Method;
use super::scene::At;
use super::score::pinball;
use super::target::lead_day;

/// A method must be better than the regression by this part for the regression to make way: sixty days are few.
const MARGIN: f64 = 0.02;

/// What may be issued. Persistence is what others are held against: where its loss is the smallest, that is by its median,
/// and its mean is far off.
const ISSUED: [Method; 5] =
    [Method::Climatology, Method::DampedAnomaly, Method::Ridge, Method::RidgeWeather, Method::External];

/// The method for a lead day, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// Days ahead, from 1.
    pub lead_day: usize,
    /// Which.
    pub method: Method,
    /// Whether the method that is usually best lost to climatology and made way for this.
    pub fell_back: bool,
    /// How many times as far from the median its quantiles lie as its residuals said: what of the last year's intervals of 80 %
    /// would have held 80 % (split conformal prediction, with the year as the calibration set).
    pub stretch: f32,
    /// Mean pinball loss of each method over the days that were looked at, in the parameter's unit.
    pub scores: Vec<(Method, f64)>,
}

/// Losses by lead day, method and day.
#[derive(Debug, Clone, Default)]
pub struct Recent {
    losses: BTreeMap<(usize, Method), BTreeMap<usize, (f64, u32)>>,
    reaches: BTreeMap<(usize, Method), BTreeMap<usize, Vec<f32>>>,
    known: BTreeMap<usize, Known>,
}

/// What was worked out for a lead day, and on which day.
#[derive(Debug, Clone, Copy)]
struct Known {
    day: usize,
    method: Method,
    stretch: f32,
    stretched: usize,
}

/// Days after which it is looked anew how far intervals must reach.
const WEEK: usize = 7;

/// Fewer forecasts say nothing about how far intervals must reach.
const LEAST: usize = 500;
/// What an interval is to hold.
const HELD: f64 = 0.8;
/// No year says more than this about intervals: they are made of residuals after all.
const STRETCH: (f32, f32) = (0.75, 1.5);

impl Recent {
    /// Counts what was said and came true.
    pub fn add(&mut self, at: At, said: &Said, truth: f32) {
        let days = self.losses.entry((lead_day(at.lead), said.method)).or_default();
        let (sum, count) = days.entry(at.hour() / 24).or_default();
        *sum += f64::from(pinball(&said.spread, truth));
        *count += 1;
    }

    /// Counts how far the interval of what was said would have had to reach.
    pub fn reach(&mut self, at: At, said: &Said, truth: f32) {
        let reaches = self.reaches.entry((lead_day(at.lead), said.method)).or_default();
        reaches.entry(at.hour() / 24).or_default().push(said.spread.reach(truth));
    }

    /// See [`Choice::stretch`]. Every day counts the same, however many forecasts of it there are.
    fn stretch(&self, lead_day: usize, method: Method, now: usize) -> f32 {
        let days = (now / 24).saturating_sub(STRETCHED_BY)..now / 24;
        let by_day = self.reaches.get(&(lead_day, method)).into_iter().flat_map(|by_day| by_day.range(days.clone()));
        let weighed = by_day.flat_map(|(_, reaches)| reaches.iter().map(|reach| (*reach, 1.0 / reaches.len() as f64)));
        let mut weighed: Vec<(f32, f64)> = weighed.collect();
        if weighed.len() < LEAST {
            return 1.0;
        }
        weighed.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        let held = HELD * weighed.iter().map(|(_, weight)| weight).sum::<f64>();
        let mut sum = 0.0;
        let reach = weighed.iter().find(|(_, weight)| {
            sum += weight;
            sum >= held
        });
        reach.map_or(1.0, |(reach, _)| reach.clamp(STRETCH.0, STRETCH.1))
    }

    /// The method for a lead day at hour `now`, by what came true in the last [`CHOSEN_BY`] days before it; climatology
    /// where nothing did.
    pub fn choose(&self, lead_day: usize, now: usize) -> Choice {
        let choice = self.choice(lead_day, now);
        Choice { stretch: self.stretch(lead_day, choice.method, now), ..choice }
    }

    /// The same without the stretch.
    fn choice(&self, lead_day: usize, now: usize) -> Choice {
        let days = (now / 24).saturating_sub(CHOSEN_BY)..now / 24;
        let mut scores: Vec<(Method, f64)> = Vec::new();
        for method in Method::ALL {
            let Some(losses) = self.losses.get(&(lead_day, method)) else { continue };
            let (sum, count) =
                losses.range(days.clone()).fold((0.0, 0), |(sum, count), (_, day)| (sum + day.0, count + day.1));
            if count > 0 {
                scores.push((method, sum / f64::from(count)));
            }
        }
        let of = |method: Method| scores.iter().find(|(one, _)| *one == method).map(|(_, loss)| *loss);
        let usual = of(Method::Climatology).unwrap_or(f64::INFINITY);
        let best = scores.iter().copied().filter(|(method, _)| ISSUED.contains(method));
        let best = best.min_by(|a, b| a.1.total_cmp(&b.1));
        // What is best as a rule, where it is to be had.
        let rule = [Method::RidgeWeather, Method::Ridge].into_iter().find_map(|method| Some((method, of(method)?)));
        let (method, fell_back) = match (rule, best) {
            (Some((method, loss)), Some((_, least))) if loss <= usual && loss <= least * (1.0 + MARGIN) => {
                (method, false)
            }
            (rule, Some((method, _))) => (method, rule.is_some_and(|(_, loss)| loss > usual)),
            (_, None) => (Method::Climatology, false),
        };
        Choice { lead_day, method, fell_back, stretch: 1.0, scores }
    }

    /// Method and stretch of [`Recent::choose`]: the method worked out once for each lead day and day, the stretch when the
    /// method is another or was worked out a week ago, as models are trained once a week.
    pub fn method(&mut self, lead_day: usize, now: usize) -> (Method, f32) {
        let day = now / 24;
        let known = self.known.get(&lead_day).copied();
        if let Some(known) = known.filter(|known| known.day == day) {
            return (known.method, known.stretch);
        }
        let method = self.choice(lead_day, now).method;
        let still = known.filter(|known| known.method == method && day < known.stretched + WEEK);
        let (stretch, stretched) =
            still.map_or_else(|| (self.stretch(lead_day, method, now), day), |known| (known.stretch, known.stretched));
        self.known.insert(lead_day, Known { day, method, stretch, stretched });
        (method, stretch)
    }

    /// Forgets what no choice at or after hour `now` looks at.
    pub fn forget(&mut self, now: usize) {
        let first = (now / 24).saturating_sub(CHOSEN_BY);
        for days in self.losses.values_mut() {
            *days = days.split_off(&first);
        }
        let first = (now / 24).saturating_sub(STRETCHED_BY);
        for days in self.reaches.values_mut() {
            *days = days.split_off(&first);
        }
    }
}
