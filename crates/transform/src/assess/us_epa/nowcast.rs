//! NowCast of particles: the mean of the last twelve hours, the more weighted to the newest the more they vary
//! (EPA-454/B-24-002).

use crate::fixed::{Fixed, Mean};

/// Hours that it is made of.
pub const HOURS: usize = 12;

/// Of the newest three hours so many must be valid.
const OF_THREE: usize = 2;

/// The smallest weight factor.
const LEAST: f64 = 0.5;

/// The NowCast of `hours`, the oldest first; `None` with fewer than two of the last three.
///
/// The weight of an hour is w to the power of its age in hours, w the smallest value over the largest, at least 0.5. To the
/// millionth of the unit.
pub fn nowcast(hours: &[Option<Fixed>; HOURS]) -> Option<Mean> {
    if hours[HOURS - 3..].iter().flatten().count() < OF_THREE {
        return None;
    }
    let value = |hour: &Fixed| Mean::from(*hour).to_f64();
    let smallest = hours.iter().flatten().min().map(value)?;
    let largest = hours.iter().flatten().max().map(value)?;
    // Hours of nothing but zeros, or below, do not vary.
    let factor = if largest > 0.0 { (smallest / largest).max(LEAST) } else { 1.0 };
    let (mut sum, mut weights, mut weight) = (0.0, 0.0, 1.0);
    for hour in hours.iter().rev() {
        if let Some(hour) = hour {
            sum += weight * value(hour);
            weights += weight;
        }
        weight *= factor;
    }
    Fixed::from_f64(sum / weights).map(Mean::from)
}
