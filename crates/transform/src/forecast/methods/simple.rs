//! Methods that need no fitting: what any other has to beat.

use super::{Forecaster, Method};
use crate::forecast::scene::{At, Scene};

const DAY: usize = 24;

/// As it is now.
#[derive(Debug, Clone, Copy)]
pub struct Persistence;

impl Forecaster for Persistence {
    fn method(&self) -> Method {
        Method::Persistence
    }

    fn expect(&self, scene: &Scene<'_>, at: At) -> f32 {
        scene.spots[at.place].truth.now(at.origin)
    }
}

/// As it was at the same hour of the last day of which that hour is known.
#[derive(Debug, Clone, Copy)]
pub struct SameHour;

impl Forecaster for SameHour {
    fn method(&self) -> Method {
        Method::SameHour
    }

    fn expect(&self, scene: &Scene<'_>, at: At) -> f32 {
        let truth = &scene.spots[at.place].truth;
        let same = truth.before(at.hour(), at.lead.div_ceil(DAY) * DAY);
        if same.is_nan() { truth.now(at.origin) } else { same }
    }
}

/// As it usually is.
#[derive(Debug, Clone, Copy)]
pub struct Usually;

impl Forecaster for Usually {
    fn method(&self) -> Method {
        Method::Climatology
    }

    fn expect(&self, scene: &Scene<'_>, at: At) -> f32 {
        scene.usual(at)
    }
}
