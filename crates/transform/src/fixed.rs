//! Exact decimals. A measured value is a whole number of millionths of its unit, so that sums are exact and do not
//! depend on their order, and a mean is a fraction until somebody asks for a decimal.

use std::cmp::Ordering;

/// Millionths in a unit.
pub const SCALE: i64 = 1_000_000;

/// Larger values cannot be held: 60 of them still add up in 64 bits.
const LARGEST: f64 = 1e11;

/// A value in millionths of its unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fixed(i64);

impl Fixed {
    /// The millionth nearest to `value`; `None` where it is not finite or beyond 1e11.
    pub fn from_f64(value: f64) -> Option<Self> {
        (value.abs() <= LARGEST).then(|| Self((value * SCALE as f64).round() as i64))
    }

    /// A whole number of units, at most 1e11.
    pub const fn whole(units: i64) -> Self {
        Self(units * SCALE)
    }

    /// A number of hundredths of a unit, at most 1e13.
    pub const fn hundredths(hundredths: i64) -> Self {
        Self(hundredths * (SCALE / 100))
    }

    /// So many millionths of a unit, at most 1e17.
    pub(crate) const fn of_millionths(millionths: i64) -> Self {
        Self(millionths)
    }

    /// Millionths of the unit.
    pub const fn millionths(self) -> i64 {
        self.0
    }
}

/// The mean of values, as the exact fraction `sum / weight`. A single value is a mean of weight 1.
#[derive(Debug, Clone, Copy)]
pub struct Mean {
    sum: i64,
    weight: u32,
}

impl Mean {
    /// The mean of values that add up to `sum` millionths; `None` of no values.
    pub fn new(sum: i64, weight: u32) -> Option<Self> {
        (weight > 0).then_some(Self { sum, weight })
    }

    /// The double nearest to the mean. Exact rounding holds while the sum is below 9e9 units, which is so for
    /// everything but counts of algae; beyond, the last digit may be off by one.
    pub fn to_f64(self) -> f64 {
        let divisor = i64::from(self.weight) * SCALE;
        if self.sum.unsigned_abs() < 1 << 53 {
            return self.sum as f64 / divisor as f64;
        }
        let (whole, rest) = (self.sum / divisor, self.sum % divisor);
        whole as f64 + rest as f64 / divisor as f64
    }

    /// Numerator and denominator in units, for exact arithmetic. The denominator is positive.
    pub fn fraction(self) -> (i128, i128) {
        (self.sum.into(), i128::from(self.weight) * i128::from(SCALE))
    }

    /// Rounded to `decimals` (at most 6) by GB/T 8170, half to even.
    pub fn round(self, decimals: u32) -> Mean {
        // One unit of the last digit that stays, in millionths.
        let step = i128::from(SCALE / 10_i64.pow(decimals.min(6)));
        let divisor = step * i128::from(self.weight);
        let sum = i128::from(self.sum);
        let (floor, rest) = (sum.div_euclid(divisor), sum.rem_euclid(divisor));
        let up = match (2 * rest).cmp(&divisor) {
            Ordering::Less => 0,
            Ordering::Equal => floor.rem_euclid(2),
            Ordering::Greater => 1,
        };
        Mean { sum: ((floor + up) * step) as i64, weight: 1 }
    }
}

impl From<Fixed> for Mean {
    fn from(value: Fixed) -> Self {
        Self { sum: value.0, weight: 1 }
    }
}

impl PartialEq for Mean {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Mean {}

impl PartialOrd for Mean {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Mean {
    fn cmp(&self, other: &Self) -> Ordering {
        let cross = |a: &Self, b: &Self| i128::from(a.sum) * i128::from(b.weight);
        cross(self, other).cmp(&cross(other, self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean(values: &[f64]) -> Mean {
        let sum = values.iter().map(|value| Fixed::from_f64(*value).unwrap().millionths()).sum();
        Mean::new(sum, values.len() as u32).unwrap()
    }

    #[test]
    fn decimals_that_doubles_cannot_hold_are_exact() {
        assert_eq!(Fixed::from_f64(2.2).unwrap().millionths(), 2_200_000);
        assert_eq!(Fixed::from_f64(-0.000001).unwrap().millionths(), -1);
        assert_eq!(Fixed::from_f64(1234567.891).unwrap().millionths(), 1_234_567_891_000);
        // 0.1 + 0.2 + 0.3 is 0.6000000000000001 in doubles.
        assert_eq!(mean(&[0.1, 0.2, 0.3]).to_f64(), 0.2);
        assert!(mean(&[1.0, 2.0, 2.0]) > mean(&[1.6, 1.7]));
        assert_eq!(mean(&[1.5]), mean(&[1.0, 2.0]));
    }

    #[test]
    fn what_no_instrument_sends_is_refused() {
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1.1e11, -1e300] {
            assert_eq!(Fixed::from_f64(value), None, "{value}");
        }
        let sixty = mean(&[1e11; 60]);
        assert_eq!(sixty.to_f64(), 1e11);
    }

    #[test]
    fn halves_go_to_the_even_neighbour() {
        // The examples of GB/T 8170-2008 3.2, and their mirror images below zero.
        for (value, decimals, expected) in [
            (12.1498, 1, 12.1),
            (10.502, 0, 11.0),
            (1.05, 1, 1.0),
            (0.35, 1, 0.4),
            (60.5, 0, 60.0),
            (61.5, 0, 62.0),
            (-0.5, 0, 0.0),
            (-1.5, 0, -2.0),
            (-12.7, 0, -13.0),
        ] {
            assert_eq!(mean(&[value]).round(decimals).to_f64(), expected, "{value}");
        }
        // (60 + 61 + 61 + 60) / 4 is exactly a half as well.
        assert_eq!(mean(&[60.0, 61.0, 61.0, 60.0]).round(0).to_f64(), 60.0);
        assert_eq!(mean(&[60.0, 61.0, 61.0]).round(0).to_f64(), 61.0);
    }
}
