//! The mean of wind directions: that of the vectors, because 350 and 10 degrees have north between them and not south.

use crate::aggregate::Aggregate;
use crate::fixed::{Fixed, Mean};

/// Vectors that cancel each other to less than this part of their length have no direction.
const NO_DIRECTION: f64 = 1e-9;

/// A direction in degrees of the circle, the speed beside it, and how much it counts (minutes; 1 for an hour).
#[derive(Debug, Clone, Copy)]
pub struct Wind {
    /// Where it comes from, in degrees.
    pub direction: Fixed,
    /// Its speed; `None` where it is not known.
    pub speed: Option<Fixed>,
    /// Its weight.
    pub weight: u32,
}

/// The direction of the sum of the winds' vectors, in degrees from 0 to below 360, to the millionth. `n` and `expected` count
/// weights.
///
/// Each counts with its speed. Where no speed at all is known all count alike (a circular mean); where some are known, those
/// without do not count. Valid with at least `minimum`, and unless the vectors cancel each other, as they do in a calm.
pub fn vector_mean(winds: &[Wind], expected: u32, minimum: u32) -> Aggregate {
    let any_speed = winds.iter().any(|wind| wind.speed.is_some());
    let (mut north, mut east, mut length, mut n) = (0.0, 0.0, 0.0, 0);
    for wind in winds {
        let speed = if any_speed { wind.speed.map(|speed| Mean::from(speed).to_f64()) } else { Some(1.0) };
        let Some(speed) = speed else { continue };
        let weight = speed * f64::from(wind.weight);
        let (sin, cos) = Mean::from(wind.direction).to_f64().to_radians().sin_cos();
        north += weight * cos;
        east += weight * sin;
        length += weight.abs();
        n += wind.weight;
    }
    let has_direction = north.hypot(east) > length * NO_DIRECTION;
    let degrees = east.atan2(north).to_degrees().rem_euclid(360.0);
    // Half a millionth below a whole circle is north.
    let degrees = Fixed::from_f64(degrees).filter(|degrees| *degrees < Fixed::whole(360)).unwrap_or(Fixed::whole(0));
    let mean = (has_direction && n >= minimum).then(|| Mean::from(degrees));
    Aggregate { mean, n, expected }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean(winds: &[(f64, Option<f64>)]) -> Option<f64> {
        let wind = |(direction, speed): &(f64, Option<f64>)| Wind {
            direction: Fixed::from_f64(*direction).unwrap(),
            speed: speed.and_then(Fixed::from_f64),
            weight: 1,
        };
        let winds: Vec<Wind> = winds.iter().map(wind).collect();
        vector_mean(&winds, 24, 2).mean.map(Mean::to_f64)
    }

    #[test]
    fn north_lies_between_350_and_10() {
        assert_eq!(mean(&[(350.0, None), (10.0, None)]), Some(0.0));
        assert_eq!(mean(&[(350.0, None), (30.0, None)]), Some(10.0));
        assert_eq!(mean(&[(90.0, Some(2.0)), (180.0, Some(2.0))]), Some(135.0));
    }

    #[test]
    fn a_strong_wind_counts_more() {
        // From 3 m/s of east and 4 m/s of north: atan2(3, 4) is 36.869898 degrees.
        assert_eq!(mean(&[(90.0, Some(3.0)), (0.0, Some(4.0))]), Some(36.869_898));
        assert_eq!(
            mean(&[(90.0, Some(3.0)), (0.0, None), (90.0, Some(1.0))]),
            Some(90.0),
            "without a speed none counts"
        );
    }

    #[test]
    fn opposite_winds_and_calms_have_no_direction() {
        assert_eq!(mean(&[(0.0, None), (180.0, None)]), None);
        assert_eq!(mean(&[(45.0, Some(0.0)), (90.0, Some(0.0))]), None);
        assert_eq!(mean(&[(45.0, Some(2.0))]), None, "one of two that are needed");
    }
}
