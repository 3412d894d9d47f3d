//! An outside model less its usual error at the station and hour of the day.

use super::{Forecaster, Method, not_below_zero};
use crate::forecast::scene::{At, Scene};

const DAY: usize = 24;
/// Days back that its errors are looked at.
const DAYS: usize = 30;
/// What an error counts a day later.
const FADES: f32 = 0.9;
/// Errors that count as much as the belief that there is none.
const DOUBT: f32 = 2.0;

/// The outside model, corrected by its errors of the last [`DAYS`] days, the latest counting most.
#[derive(Debug, Clone, Copy)]
pub struct External;

impl Forecaster for External {
    fn method(&self) -> Method {
        Method::External
    }

    fn expect(&self, scene: &Scene<'_>, at: At) -> f32 {
        let outside = &scene.outside[at.place];
        let said = outside.said(at.origin, at.hour());
        if said.is_nan() {
            return f32::NAN;
        }
        let truth = &scene.spots[at.place].truth;
        // The latest hour of that hour of the day that is known, and those of the days before, each as it was forecast as
        // long ahead as now.
        let latest = at.lead.div_ceil(DAY) * DAY;
        let (mut sum, mut weights, mut weight) = (0.0, DOUBT, 1.0);
        for back in (0..DAYS).map(|day| latest + day * DAY) {
            let Some((hour, origin)) = at.hour().checked_sub(back).zip(at.origin.checked_sub(back)) else { break };
            let error = truth.values.get(hour).copied().unwrap_or(f32::NAN) - outside.said(origin, hour);
            if !error.is_nan() {
                sum += weight * error;
                weights += weight;
            }
            weight *= FADES;
        }
        not_below_zero(said + sum / weights)
    }
}
