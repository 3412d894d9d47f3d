//! What is usual, and the part of what departs from it now that has lasted so long before.

use serde::{Deserialize, Serialize};

use super::{Forecaster, Method, not_below_zero};
use crate::forecast::gram::Gram;
use crate::forecast::scene::{At, Scene};

const DAY: usize = 24;
/// Hours from one origin that it is fitted on to the next: more say the same again. It shares no divisor with 24, so that
/// every hour of the day has its turn.
const STEP: usize = 5;

/// Three numbers for each lead: a constant, the weight of the departure now, and that of its mean over a day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Damped {
    first: usize,
    leads: Vec<[f32; 3]>,
}

impl Damped {
    /// Fits it for leads `first..=last` on pairs whose truth is known before hour `end`.
    pub fn fit(scene: &Scene<'_>, first: usize, last: usize, end: usize) -> Self {
        let leads = (first..=last).map(|lead| {
            let mut gram = Gram::new(3);
            for (place, spot) in scene.spots.iter().enumerate() {
                let mut origin = place % STEP;
                while origin + lead < end {
                    let row = departures(scene, At { place, origin, lead });
                    let truth = spot.departure.values[origin + lead];
                    if !truth.is_nan() && row.iter().all(|value| !value.is_nan()) {
                        gram.add(&row, truth);
                    }
                    origin += STEP;
                }
            }
            gram.settle();
            let weights = gram.solve(0.0);
            [weights[0], weights[1], weights[2]]
        });
        Self { first, leads: leads.collect() }
    }
}

fn departures(scene: &Scene<'_>, at: At) -> [f32; 3] {
    let departure = &scene.spots[at.place].departure;
    let now = departure.now(at.origin);
    let day = departure.rolling.mean(at.origin, DAY);
    [1.0, now, if day.is_nan() { now } else { day }]
}

impl Forecaster for Damped {
    fn method(&self) -> Method {
        Method::DampedAnomaly
    }

    fn expect(&self, scene: &Scene<'_>, at: At) -> f32 {
        let Some(weights) = at.lead.checked_sub(self.first).and_then(|place| self.leads.get(place)) else {
            return f32::NAN;
        };
        let row = departures(scene, at);
        let lasting: f32 = row.iter().zip(weights).map(|(value, weight)| value * weight).sum();
        not_below_zero(scene.usual(at) + lasting)
    }
}
