//! Which method is issued: the best of the last days, and never one that loses to climatology.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::fitted::{CHOSEN_BY, Said};
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
    /// Mean pinball loss of each method over the days that were looked at, in the parameter's unit.
    pub scores: Vec<(Method, f64)>,
}

/// Losses by lead day, method and day.
#[derive(Debug, Clone, Default)]
pub struct Recent {
    losses: BTreeMap<(usize, Method), BTreeMap<usize, (f64, u32)>>,
    known: BTreeMap<usize, (usize, Method)>,
}

impl Recent {
    /// Counts what was said and came true.
    pub fn add(&mut self, at: At, said: &Said, truth: f32) {
        let days = self.losses.entry((lead_day(at.lead), said.method)).or_default();
        let (sum, count) = days.entry(at.hour() / 24).or_default();
        *sum += f64::from(pinball(&said.spread, truth));
        *count += 1;
    }

    /// The method for a lead day at hour `now`, by what came true in the last [`CHOSEN_BY`] days before it; climatology
    /// where nothing did.
    pub fn choose(&self, lead_day: usize, now: usize) -> Choice {
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
        Choice { lead_day, method, fell_back, scores }
    }

    /// The method of [`Recent::choose`], worked out once for each lead day and day.
    pub fn method(&mut self, lead_day: usize, now: usize) -> Method {
        let day = now / 24;
        match self.known.get(&lead_day) {
            Some((then, method)) if *then == day => *method,
            _ => {
                let method = self.choose(lead_day, now).method;
                self.known.insert(lead_day, (day, method));
                method
            }
        }
    }

    /// Forgets what no choice at or after hour `now` looks at.
    pub fn forget(&mut self, now: usize) {
        let first = (now / 24).saturating_sub(CHOSEN_BY);
        for days in self.losses.values_mut() {
            *days = days.split_off(&first);
        }
    }
}
