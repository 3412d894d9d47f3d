//! What was said against what came.

use limpid_model::Scheme;
use limpid_model::forecast::{DayScores, Errors, Expected, ForecastDay, QUANTILES};

use super::truth::Index;
use crate::forecast::judge::quantile;
use crate::forecast::levels::{Chances, Levels};
use crate::forecast::score::{ANNOUNCED_FROM, HEAVY, POLLUTED};

/// What is counted of one subject, model, parameter, lead and window.
#[derive(Debug, Default)]
pub struct Tally {
    pub hours: Sums,
    pub daily: Sums,
    pub days: DayScores,
}

/// Sums over pairs of forecast and truth.
#[derive(Debug, Default)]
pub struct Sums {
    n: u64,
    absolute: f64,
    squares: f64,
    errors: f64,
    pinball: f64,
    within: u64,
    /// Squares of the errors of climatology.
    usual: f64,
    /// Of the pairs that have a persistence: how many, our squares and those of persistence.
    persistence: (u64, f64, f64),
}

impl Sums {
    /// Counts a pair. `known` is what persistence says.
    pub fn add(&mut self, expected: &Expected, came: f32, known: Option<f32>) {
        let error = f64::from(expected.mean - came);
        self.n += 1;
        self.absolute += error.abs();
        self.squares += error * error;
        self.errors += error;
        let loss = |(value, share): (&f32, u16)| {
            let (over, share) = (f64::from(came - value), f64::from(share) / 1000.0);
            if over >= 0.0 { share * over } else { (share - 1.0) * over }
        };
        self.pinball += expected.quantiles.iter().zip(QUANTILES).map(loss).sum::<f64>() / QUANTILES.len() as f64;
        self.within += u64::from(expected.p10() <= came && came <= expected.p90());
        self.usual += f64::from(expected.usual - came).powi(2);
        if let Some(known) = known {
            let (n, ours, theirs) = self.persistence;
            self.persistence = (n + 1, ours + error * error, theirs + f64::from(known - came).powi(2));
        }
    }

    /// What comes of them.
    pub fn errors(&self) -> Errors {
        if self.n == 0 {
            return Errors::default();
        }
        let n = self.n as f64;
        let skill = |ours: f64, theirs: f64| (theirs > 0.0).then(|| 1.0 - (ours / theirs).sqrt());
        let (_, ours, theirs) = self.persistence;
        Errors {
            n: self.n,
            mae: self.absolute / n,
            rmse: (self.squares / n).sqrt(),
            bias: self.errors / n,
            pinball: self.pinball / n,
            cover80: self.within as f64 / n,
            skill_persistence: skill(ours, theirs),
            skill_climatology: skill(self.squares, self.usual),
        }
    }
}

/// A day whose level was announced, with what came.
#[derive(Debug)]
pub struct Day {
    said: u8,
    came: u8,
    stood: Option<u8>,
    usual: u8,
    in_range: bool,
    /// Whether the primary pollutant was forecast; `None` where there was none.
    primary: Option<bool>,
    /// Chances of level 3 or worse and of level 5 or worse.
    exceeds: [f32; 2],
}

impl Day {
    /// Of one pollutant's figure.
    pub fn of_figure(levels: &Levels, expected: &Expected, came: f32, known: Option<f32>) -> Self {
        let draws = (0..100_u8).map(|at| quantile(expected, (f32::from(at) + 0.5) / 100.0));
        let mut counts = Vec::new();
        for level in draws.map(|draw| usize::from(levels.of(draw).max(1))) {
            counts.resize(counts.len().max(level), 0);
            counts[level - 1] += 1;
        }
        let chances = Chances::new(counts);
        let range = levels.index(quantile(expected, 0.25)).zip(levels.index(quantile(expected, 0.75)));
        Self {
            said: chances.announced(),
            came: levels.of(came).max(1),
            stood: known.map(|value| levels.of(value).max(1)),
            usual: levels.of(expected.usual).max(1),
            in_range: range.zip(levels.index(came)).is_some_and(|((low, high), came)| (low..=high).contains(&came)),
            primary: None,
            exceeds: [POLLUTED, HEAVY].map(|level| chances.from(level)),
        }
    }

    /// Of the index of all pollutants, as it was issued. A primary pollutant is right where any of those that came was said,
    /// and not asked for where the standard names none.
    pub fn of_index(
        scheme: &Scheme,
        day: &ForecastDay,
        expected: &Expected,
        came: &Index,
        known: Option<&Index>,
    ) -> Self {
        let level = |index: u16| scheme.level_of(index).map_or(1, |level| level.level.max(1));
        let named = !came.primary.is_empty();
        Self {
            said: day.level.unwrap_or(1).max(1),
            came: level(came.index),
            stood: known.map(|known| level(known.index)),
            usual: level(expected.usual as u16),
            in_range: day.index.is_some_and(|[low, high]| (low..=high).contains(&came.index)),
            primary: named.then(|| came.primary.iter().any(|one| day.primary.contains(one))),
            exceeds: [POLLUTED, HEAVY].map(|level| day.chances.iter().skip(usize::from(level) - 1).sum::<f32>()),
        }
    }

    /// Counts it.
    pub fn count(&self, days: &mut DayScores) {
        days.n += 1;
        days.hits += u64::from(self.said == self.came);
        days.near += u64::from(self.said.abs_diff(self.came) <= 1);
        days.persistence_days += u64::from(self.stood.is_some());
        days.persistence_hits += u64::from(self.stood == Some(self.came));
        days.climatology_hits += u64::from(self.usual == self.came);
        days.in_range += u64::from(self.in_range);
        if let Some(right) = self.primary {
            let [hits, of] = days.primary;
            days.primary = [hits + u64::from(right), of + 1];
        }
        days.by_level.resize(days.by_level.len().max(usize::from(self.came)), [0, 0]);
        let of_level = &mut days.by_level[usize::from(self.came) - 1];
        *of_level = [of_level[0] + 1, of_level[1] + u64::from(self.said == self.came)];
        let levels = [(&mut days.polluted, POLLUTED), (&mut days.heavy, HEAVY)];
        for ((counts, first), chance) in levels.into_iter().zip(self.exceeds) {
            match (chance >= ANNOUNCED_FROM, self.came >= first) {
                (true, true) => counts[0] += 1,
                (false, true) => counts[1] += 1,
                (true, false) => counts[2] += 1,
                (false, false) => {}
            }
        }
    }
}
