//! How good forecasts were.

use std::collections::BTreeMap;

use serde::Serialize;

use super::bands::{KEPT, SCORED, Spread};
use super::fitted::Said;
use super::levels::Levels;

/// The chance from which on an exceedance is announced. The share of right announcements among all announcements and
/// all exceedances (CSI) is largest where the chance is CSI / (1 + CSI); that is 0.38 at a CSI of 0.6.
pub const ANNOUNCED_FROM: f32 = 0.38;

/// The pinball loss of a spread, the mean over the quantiles that are scored, in the unit of the value.
pub fn pinball(spread: &Spread, truth: f32) -> f32 {
    let losses = SCORED.iter().map(|place| {
        let share = f32::from(KEPT[*place]) / 1000.0;
        let over = truth - spread.0[*place];
        if over >= 0.0 { share * over } else { (share - 1.0) * over }
    });
    losses.sum::<f32>() / SCORED.len() as f32
}

/// Sums over pairs of forecast and truth.
#[derive(Debug, Clone, Default)]
pub struct Score {
    n: u64,
    absolute: f64,
    squares: f64,
    errors: f64,
    absolute_of_median: f64,
    pinball: f64,
    within: [u64; 3],
}

/// What came of a [`Score`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Figures {
    /// Pairs.
    pub n: u64,
    /// Mean absolute error of the expected value, in the parameter's unit.
    pub mae: f64,
    /// Root of the mean squared error of the expected value.
    pub rmse: f64,
    /// Mean of forecast minus truth.
    pub bias: f64,
    /// Mean absolute error of the median.
    pub mae_median: f64,
    /// Mean pinball loss over the quantiles 0.05, 0.1, 0.25, 0.5, 0.75, 0.9 and 0.95.
    pub pinball: f64,
    /// Part of the truths within the 80 % interval.
    pub cover80: f64,
    /// Part within the 90 % interval.
    pub cover90: f64,
    /// Part within the 50 % interval.
    pub cover50: f64,
}

impl Score {
    /// Counts what was said and came true.
    pub fn add(&mut self, said: &Said, truth: f32) {
        let error = f64::from(said.mean - truth);
        self.n += 1;
        self.absolute += error.abs();
        self.squares += error * error;
        self.errors += error;
        self.absolute_of_median += f64::from((said.spread.median() - truth).abs());
        self.pinball += f64::from(pinball(&said.spread, truth));
        for (count, (low, high)) in self.within.iter_mut().zip([(2, 18), (1, 19), (5, 15)]) {
            *count += u64::from(said.spread.0[low] <= truth && truth <= said.spread.0[high]);
        }
    }

    /// The sums of both.
    pub fn merge(&mut self, other: &Self) {
        self.n += other.n;
        self.absolute += other.absolute;
        self.squares += other.squares;
        self.errors += other.errors;
        self.absolute_of_median += other.absolute_of_median;
        self.pinball += other.pinball;
        for (count, more) in self.within.iter_mut().zip(other.within) {
            *count += more;
        }
    }

    /// The figures; `None` of nothing.
    pub fn figures(&self) -> Option<Figures> {
        let n = self.n as f64;
        let part = |count: u64| count as f64 / n;
        (self.n > 0).then(|| Figures {
            n: self.n,
            mae: self.absolute / n,
            rmse: (self.squares / n).sqrt(),
            bias: self.errors / n,
            mae_median: self.absolute_of_median / n,
            pinball: self.pinball / n,
            cover80: part(self.within[0]),
            cover90: part(self.within[1]),
            cover50: part(self.within[2]),
        })
    }
}

/// Announcements of an exceedance against what came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Announced {
    /// Announced, and came.
    pub hits: u64,
    /// Came unannounced.
    pub misses: u64,
    /// Announced, and did not come.
    pub false_alarms: u64,
}

impl Announced {
    /// Counts a day.
    pub fn add(&mut self, announced: bool, came: bool) {
        match (announced, came) {
            (true, true) => self.hits += 1,
            (false, true) => self.misses += 1,
            (true, false) => self.false_alarms += 1,
            (false, false) => {}
        }
    }

    /// Part of what came that was announced; `None` where nothing came.
    pub fn pod(self) -> Option<f64> {
        ratio(self.hits, self.hits + self.misses)
    }

    /// Part of the announcements that were false.
    pub fn far(self) -> Option<f64> {
        ratio(self.false_alarms, self.hits + self.false_alarms)
    }

    /// Part of all that came or was announced that was both.
    pub fn csi(self) -> Option<f64> {
        ratio(self.hits, self.hits + self.misses + self.false_alarms)
    }
}

fn ratio(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// Days by level.
#[derive(Debug, Clone, Default)]
pub struct DayScore {
    days: u64,
    hits: u64,
    near: u64,
    by_level: BTreeMap<u8, (u64, u64)>,
    polluted: Announced,
    heavy: Announced,
}

/// The first polluted level of indices of six levels: a day above the limit of the day.
pub const POLLUTED: u8 = 3;
/// The first heavily polluted level.
pub const HEAVY: u8 = 5;

/// What came of a [`DayScore`].
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DayFigures {
    /// Days of stations.
    pub n: u64,
    /// Part of them whose level was the one forecast.
    pub level_hit_rate: f64,
    /// Part whose level was that or the next.
    pub within_one_level: f64,
    /// By the level that came: days, and the part that was forecast as such.
    pub by_observed_level: BTreeMap<u8, LevelHits>,
    /// Days above the limit: level 3 and worse.
    pub polluted: Exceedance,
    /// Level 5 and worse.
    pub heavy: Exceedance,
}

/// How often a level that came was forecast.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LevelHits {
    /// Days.
    pub n: u64,
    /// Part of them that were forecast as such.
    pub level_hit_rate: f64,
}

/// How exceedances were announced.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Exceedance {
    /// The counts.
    #[serde(flatten)]
    pub counts: Announced,
    /// Part of what came that was announced.
    pub pod: Option<f64>,
    /// Part of the announcements that were false.
    pub far: Option<f64>,
    /// Part of all that came or was announced that was both.
    pub csi: Option<f64>,
}

impl From<Announced> for Exceedance {
    fn from(counts: Announced) -> Self {
        Self { counts, pod: counts.pod(), far: counts.far(), csi: counts.csi() }
    }
}

impl DayScore {
    /// Counts a day of a station.
    pub fn add(&mut self, levels: &Levels, spread: &Spread, truth: f32) {
        let (came, chances) = (levels.of(truth), levels.chances(spread));
        let said = chances.announced();
        self.days += 1;
        self.hits += u64::from(said == came);
        self.near += u64::from(said.abs_diff(came) <= 1);
        let of_level = self.by_level.entry(came).or_default();
        of_level.0 += 1;
        of_level.1 += u64::from(said == came);
        self.polluted.add(chances.from(POLLUTED) >= ANNOUNCED_FROM, came >= POLLUTED);
        self.heavy.add(chances.from(HEAVY) >= ANNOUNCED_FROM, came >= HEAVY);
    }

    /// The sums of both.
    pub fn merge(&mut self, other: &Self) {
        self.days += other.days;
        self.hits += other.hits;
        self.near += other.near;
        for (level, (days, hits)) in &other.by_level {
            let mine = self.by_level.entry(*level).or_default();
            *mine = (mine.0 + days, mine.1 + hits);
        }
        for (mine, more) in [(&mut self.polluted, other.polluted), (&mut self.heavy, other.heavy)] {
            mine.hits += more.hits;
            mine.misses += more.misses;
            mine.false_alarms += more.false_alarms;
        }
    }

    /// The figures; `None` of nothing.
    pub fn figures(&self) -> Option<DayFigures> {
        let rate = |hits: u64, n: u64| hits as f64 / n as f64;
        let by_level = self.by_level.iter();
        let by_observed_level =
            by_level.map(|(level, (n, hits))| (*level, LevelHits { n: *n, level_hit_rate: rate(*hits, *n) }));
        (self.days > 0).then(|| DayFigures {
            n: self.days,
            level_hit_rate: rate(self.hits, self.days),
            within_one_level: rate(self.near, self.days),
            by_observed_level: by_observed_level.collect(),
            polluted: self.polluted.into(),
            heavy: self.heavy.into(),
        })
    }
}
