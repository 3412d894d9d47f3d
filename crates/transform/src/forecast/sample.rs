//! Which pairs of origin and lead a block is fitted on.

use super::scene::{At, Scene};
use super::target::Block;

/// So many pairs are enough: neighbouring hours say nearly the same.
const ENOUGH: usize = 60_000;
/// Leads of each origin that are taken.
const LEADS: usize = 2;
/// The longest mean that the regression looks at, in hours: earlier origins have nothing to go on.
const WARM_UP: usize = 168;
/// A history of fewer hours, 60 days, is taken whole: there is nothing in it to spare.
const SHORT: usize = 60 * 24;

/// Pairs, by station and origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample(pub Vec<At>);

impl Sample {
    /// Pairs of a block whose truth is known before hour `end`, spread evenly over stations, origins and leads.
    pub fn new(scene: &Scene<'_>, block: Block, end: usize, least_step: usize) -> Self {
        let leads = block.fitted_on();
        let (first, count) = (*leads.start(), leads.end() - leads.start() + 1);
        let wanted = scene.spots.len() * end * LEADS / ENOUGH;
        // No divisor in common with 24, so that every hour of the day has its turn.
        let sparse = if end < SHORT { 1 } else { 5 };
        let step = (wanted.max(least_step).max(sparse)..).find(|step| step % 2 != 0 && step % 3 != 0).unwrap_or(sparse);
        let mut sample = Vec::new();
        let mut turn = 0;
        for place in 0..scene.spots.len() {
            let mut origin = WARM_UP + place % step;
            while origin + block.last + LEADS < end {
                turn += 1;
                for other in 0..LEADS {
                    let at = At { place, origin, lead: first + (turn * 3 + other * 5) % count };
                    if !scene.truth(at).is_nan() && scene.known(place, origin) {
                        sample.push(at);
                    }
                }
                origin += step;
            }
        }
        Self(sample)
    }
}
