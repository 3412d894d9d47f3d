//! Judgements under named, dated standards.
//!
//! A scheme is a row of `data/standards/schemes.toml` (names, dates, levels), breakpoints in a table beside it, and an
//! [`Edition`] here: two pure functions, from an hour and from a day to a [`Verdict`]. [`edition`] is the list.

pub mod hj633;

use std::sync::LazyLock;

use limpid_model::parameter::AIR_INDEX;
use limpid_model::{ParameterId, Scheme};

use crate::fixed::Mean;
use crate::standards::Rules;

/// One thing for each of the six parameters of [`AIR_INDEX`], in that order.
pub type Six<T> = [T; AIR_INDEX.len()];

/// Position of particles and ozone among the six.
pub(crate) const PM25: usize = 0;
pub(crate) const PM10: usize = 1;
pub(crate) const SO2: usize = 2;
pub(crate) const CO: usize = 4;
pub(crate) const O3: usize = 5;

/// The six, as parameters.
pub fn six() -> Six<ParameterId> {
    static SIX: LazyLock<Six<ParameterId>> = LazyLock::new(|| AIR_INDEX.map(ParameterId::known));
    *SIX
}

/// What a real-time index is made of, in canonical units. `None` is missing or invalid.
#[derive(Debug, Clone, Copy, Default)]
pub struct Realtime {
    /// Means of the hour.
    pub hour: Six<Option<Mean>>,
    /// Means of the 24 hours that end with the hour.
    pub moving24: Six<Option<Mean>>,
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
    /// Parameters whose absence does not block the index (HJ 633-2026, 5.3.2).
    pub exempt: Six<bool>,
}

/// A judgement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Sub-indices; `None` where there is nothing to make one of.
    pub sub: Six<Option<u16>>,
    /// The index, at most 500; `None` when it may not be given, and then there is a reason.
    pub index: Option<u16>,
    /// The parameters with the largest sub-index, when the index is above 50.
    pub primary: Vec<ParameterId>,
    /// A stable word: `missing`.
    pub reason: Option<&'static str>,
}

/// The arithmetic of one edition of a standard.
#[derive(Debug)]
pub struct Edition {
    /// Id of its row in `schemes.toml`.
    pub id: &'static str,
    /// The index of an hour.
    pub realtime: fn(&Rules, &Realtime) -> Verdict,
    /// The index of a calendar day.
    pub daily: fn(&Rules, &Daily) -> Verdict,
}

/// Every edition that is built in.
pub static EDITIONS: [Edition; 2] = [hj633::EDITION_2012, hj633::EDITION_2026];

/// The arithmetic of `scheme`.
pub fn edition(scheme: &Scheme) -> Option<&'static Edition> {
    EDITIONS.iter().find(|edition| edition.id == scheme.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scheme_has_its_arithmetic() {
        for scheme in Scheme::all() {
            assert!(edition(scheme).is_some(), "{} is in schemes.toml and not in EDITIONS", scheme.id);
        }
        assert_eq!(EDITIONS.len(), Scheme::all().len());
    }

    #[test]
    fn positions_are_those_of_the_parameters() {
        let names = six().map(ParameterId::as_str);
        assert_eq!([PM25, PM10, SO2, CO, O3].map(|at| names[at]), ["pm25", "pm10", "so2", "co", "o3"]);
    }
}
