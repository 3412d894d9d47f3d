//! The level that a day's figure of one pollutant comes to, and how likely each is.

use limpid_model::{ParameterId, Scheme};

use super::bands::{DRAWS, Spread};
use crate::assess::{CO, Daily, Edition, O3, edition, six};
use crate::fixed::{Fixed, Mean};
use crate::standards::Rules;

/// The levels of one pollutant's day under an edition of a standard.
#[derive(Debug, Clone, Copy)]
pub struct Levels {
    scheme: &'static Scheme,
    edition: &'static Edition,
    place: usize,
}

/// What the level next to the one that came counts, beside one for a hit: a forecast that is never far off is worth more
/// than one that is right a little more often and at times says the opposite.
const NEXT: f32 = 0.25;

/// How many of equally likely outcomes come to each level, from level 1 on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chances(Vec<usize>);

impl Levels {
    /// `None` where the edition knows no days, or not the parameter.
    pub fn new(scheme: &'static Scheme, parameter: ParameterId) -> Option<Self> {
        let edition = edition(scheme).filter(|edition| edition.daily.is_some())?;
        let place = six().into_iter().position(|one| one == parameter)?;
        Some(Self { scheme, edition, place })
    }

    /// The sub-index of a day's figure, `None` below what the standard gives one for.
    pub fn index(&self, figure: f32) -> Option<u16> {
        let value = Fixed::from_f64(f64::from(figure)).map(Mean::from)?;
        let mut day = Daily::default();
        match self.place {
            O3 => day.o3_max8h = Some(value),
            CO => {
                day.mean[CO] = Some(value);
                day.co_max8h = Some(value);
            }
            place => day.mean[place] = Some(value),
        }
        let verdict = self.edition.daily?(Rules::built_in(), &day);
        verdict.sub[self.place]
    }

    /// The level of a day's figure; 1 where the standard gives no index.
    pub fn of(&self, figure: f32) -> u8 {
        self.index(figure).and_then(|index| self.scheme.level_of(index)).map_or(1, |level| level.level)
    }

    /// How likely each level is.
    pub fn chances(&self, spread: &Spread) -> Chances {
        let mut counts = Vec::new();
        for draw in spread.draws() {
            let place = usize::from(self.of(draw).max(1)) - 1;
            if counts.len() <= place {
                counts.resize(place + 1, 0);
            }
            counts[place] += 1;
        }
        Chances(counts)
    }
}

impl Chances {
    /// Of outcomes by level.
    pub fn new(counts: Vec<usize>) -> Self {
        Self(counts)
    }

    /// The level to announce: the one that is worth most when a hit counts one and the next level [`NEXT`]; the worse of
    /// two that are worth the same.
    pub fn announced(&self) -> u8 {
        let chance = |place: usize| self.0.get(place).copied().unwrap_or(0) as f32;
        let worth = |place: usize| {
            let below = place.checked_sub(1).map_or(0.0, chance);
            chance(place) + NEXT * (below + chance(place + 1))
        };
        let best = (0..self.0.len()).max_by(|a, b| worth(*a).total_cmp(&worth(*b)));
        best.map_or(1, |place| place as u8 + 1)
    }

    /// The chance that it comes to `level` or worse, 0 to 1.
    pub fn from(&self, level: u8) -> f32 {
        self.0.iter().skip(usize::from(level).saturating_sub(1)).sum::<usize>() as f32 / DRAWS as f32
    }

    /// The chance of `level`, 0 to 1.
    pub fn of(&self, level: u8) -> f32 {
        self.from(level) - self.from(level + 1)
    }
}
