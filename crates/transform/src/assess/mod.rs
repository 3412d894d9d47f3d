//! Judgements under named, dated standards.
//!
//! Air is judged by indices, water and noise by classes and limits; the first part is about air.
//!
//! A scheme is a row of `data/standards/schemes.toml` (names, dates, levels), breakpoints in a table beside it, and an
//! [`Edition`] here: pure functions from an hour, and mostly from a day, to a [`Verdict`]. [`edition`] is the list.
//!
//! Schemes of water and noise take [`graded::Values`], or a level, and give a [`graded::Graded`]:
//!
//! - [`gb3838`], [`drinking`], [`tli`], [`black_odorous`]: surface water
//! - [`gbt14848`]: the water of wells
//! - [`gb3096`], [`hj640`]: noise

pub mod banded;
pub mod black_odorous;
pub mod bounds;
pub mod ca_aqhi;
pub mod drinking;
pub mod eaqi;
pub mod gb3095;
pub mod gb3096;
pub mod gb3838;
pub mod gbt14848;
pub mod graded;
pub mod hj633;
pub mod hj640;
pub mod hj663;
pub mod in_naqi;
pub mod kr_cai;
pub mod limit;
#[cfg(test)]
pub(crate) mod testing;
pub mod tli;
pub mod uk_daqi;
pub mod us_epa;
#[cfg(test)]
mod vectors;
pub mod who2021;

use std::sync::LazyLock;

use limpid_model::parameter::AIR_INDEX;
use limpid_model::{ParameterId, Scheme};
use serde::Deserialize;

use crate::aggregate::Aggregate;
use crate::assess::ca_aqhi::HOURS as AQHI_HOURS;
use crate::assess::us_epa::nowcast::HOURS as NOWCAST_HOURS;
use crate::fixed::{Fixed, Mean};
use crate::standards::Rules;

/// One thing for each of the six parameters of [`AIR_INDEX`], in that order.
pub type Six<T> = [T; AIR_INDEX.len()];

/// Positions of the parameters among the six.
pub(crate) const PM25: usize = 0;
pub(crate) const PM10: usize = 1;
pub(crate) const SO2: usize = 2;
pub(crate) const NO2: usize = 3;
pub(crate) const CO: usize = 4;
pub(crate) const O3: usize = 5;

/// The six, as parameters.
pub fn six() -> Six<ParameterId> {
    static SIX: LazyLock<Six<ParameterId>> = LazyLock::new(|| AIR_INDEX.map(ParameterId::known));
    *SIX
}

/// Which column of the standard's table a concentration is looked up in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
pub enum Average {
    /// 1-hour mean.
    #[serde(rename = "hour")]
    Hour,
    /// 8-hour moving mean (ozone, carbon monoxide).
    #[serde(rename = "8h")]
    Hours8,
    /// 24-hour or day mean.
    #[serde(rename = "day")]
    Day,
}

/// What a real-time index is made of, in canonical units. `None` is missing or invalid.
#[derive(Debug, Clone, Copy, Default)]
pub struct Realtime {
    /// Means of the hour.
    pub hour: Six<Option<Mean>>,
    /// Means of the 24 hours that end with the hour.
    pub moving24: Six<Option<Mean>>,
    /// The last twelve hours of PM2.5 and of PM10, the oldest first.
    pub last12: [[Option<Fixed>; NOWCAST_HOURS]; 2],
    /// Mean of ozone in the 8 hours that end with the hour.
    pub o3_moving8: Option<Mean>,
    /// The last three hours of O3, NO2 and PM2.5, the oldest first.
    pub last3: [[Option<Fixed>; AQHI_HOURS]; 3],
    /// Parameters whose absence does not block the index (HJ 633-2026, 5.3.2).
    pub exempt: Six<bool>,
}

/// What a daily index is made of, in canonical units. `None` is missing or invalid.
#[derive(Debug, Clone, Copy, Default)]
pub struct Daily {
    /// Means of the calendar day.
    pub mean: Six<Option<Mean>>,
    /// The largest hour of ozone.
    pub o3_hour: Option<Mean>,
    /// The largest 8-hour mean of ozone.
    pub o3_max8h: Option<Mean>,
    /// The largest hour of SO2, on days with a valid mean.
    pub so2_hour: Option<Mean>,
    /// The largest hour of NO2, on days with a valid mean.
    pub no2_hour: Option<Mean>,
    /// The largest 8-hour mean of CO.
    pub co_max8h: Option<Mean>,
    /// The largest 15-minute mean of SO2.
    pub so2_quarter: Option<Mean>,
    /// The largest hour of NO2, however few there are.
    pub no2_any_hour: Option<Mean>,
    /// The day mean of ammonia.
    pub nh3: Option<Mean>,
    /// Means of the usable hours of the day however few they are, with their number and how many the day has, for schemes
    /// with a minimum of their own; `None` of a day as sent.
    pub any: Six<Option<(Mean, u32, u32)>>,
    /// Parameters whose absence does not block the index (HJ 633-2026, 5.3.2).
    pub exempt: Six<bool>,
}

impl Daily {
    /// The mean of the calendar day with at least `least` of its hours, by a function of how many it has; of a day as sent that.
    fn mean_of(&self, place: usize, least: impl Fn(u32) -> u32) -> Option<Mean> {
        match self.any[place] {
            Some((mean, n, hours)) => Some(mean).filter(|_| n >= least(hours)),
            None => self.mean[place],
        }
    }

    /// Takes in a day of one of the six, by its place among them: the usable values of its hours, the mean of all of them,
    /// however few, the same where that is valid, and their largest 8-hour mean.
    pub fn hours(
        &mut self,
        place: usize,
        hours: &[Option<Fixed>],
        all: Aggregate,
        mean: Option<Mean>,
        max8h: Option<Mean>,
    ) {
        self.mean[place] = mean;
        self.any[place] = all.mean.map(|mean| (mean, all.n, all.expected));
        let largest = hours.iter().flatten().max().map(|hour| Mean::from(*hour));
        match place {
            SO2 => self.so2_hour = largest.filter(|_| mean.is_some()),
            NO2 => (self.no2_any_hour, self.no2_hour) = (largest, largest.filter(|_| mean.is_some())),
            CO => self.co_max8h = max8h,
            O3 => (self.o3_hour, self.o3_max8h) = (largest, max8h),
            _ => {}
        }
    }
}

/// A judgement.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Sub-indices; `None` where there is nothing to make one of.
    pub sub: Six<Option<u16>>,
    /// Which of the six the index is made of.
    pub of: Six<bool>,
    /// Sub-indices of parameters that are none of the six.
    pub beside: Vec<(ParameterId, Option<u16>)>,
    /// The index; `None` when it may not be given, and then there is a reason.
    pub index: Option<u16>,
    /// The parameters with the largest sub-index, where the standard has such.
    pub primary: Vec<ParameterId>,
    /// The level where the standard gives one without an index; else it is that of the index.
    pub level: Option<u8>,
    /// A stable word: `missing`, or `beyond_table` where the standard gives a level and no number.
    pub reason: Option<&'static str>,
}

impl Verdict {
    /// The largest sub-index is the index, and the parameters that have it are primary pollutants at any level.
    fn worst(sub: Six<Option<u16>>, of: Six<bool>) -> Self {
        let index = sub.iter().flatten().max().copied();
        let leads = |sub: &Option<u16>| sub.is_some() && *sub == index;
        let primary = six().into_iter().zip(&sub).filter(|(_, sub)| leads(sub)).map(|(one, _)| one).collect();
        Self { sub, of, index, primary, reason: index.is_none().then_some("missing"), ..Self::default() }
    }
}

/// The arithmetic of one edition of a standard.
#[derive(Debug)]
pub struct Edition {
    /// Id of its row in `schemes.toml`.
    pub id: &'static str,
    /// The index of an hour; `None` where the standard knows days only.
    pub realtime: Option<fn(&Rules, &Realtime) -> Verdict>,
    /// The index of a calendar day; `None` where the standard knows hours only.
    pub daily: Option<fn(&Rules, &Daily) -> Verdict>,
}

/// Every edition that is built in.
pub static EDITIONS: [Edition; 8] = [
    hj633::EDITION_2012,
    hj633::EDITION_2026,
    us_epa::EDITION_2024,
    eaqi::EDITION_2024,
    uk_daqi::EDITION_2013,
    in_naqi::EDITION_2014,
    ca_aqhi::EDITION_2008,
    kr_cai::EDITION_2018,
];

/// The arithmetic of `scheme`.
pub fn edition(scheme: &Scheme) -> Option<&'static Edition> {
    EDITIONS.iter().find(|edition| edition.id == scheme.id)
}

#[cfg(test)]
mod tests {
    use limpid_model::StationKind;

    use super::*;

    #[test]
    fn every_scheme_has_its_arithmetic() {
        let indices = || Scheme::of_kind(StationKind::Air).filter(|scheme| !scheme.limits);
        for scheme in indices() {
            assert!(edition(scheme).is_some(), "{} is in schemes.toml and not in EDITIONS", scheme.id);
        }
        assert_eq!(EDITIONS.len(), indices().count());
    }

    #[test]
    fn positions_are_those_of_the_parameters() {
        let names = six().map(ParameterId::as_str);
        assert_eq!([PM25, PM10, SO2, NO2, CO, O3].map(|at| names[at]), ["pm25", "pm10", "so2", "no2", "co", "o3"]);
    }
}
