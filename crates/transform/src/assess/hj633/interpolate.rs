//! A sub-index between two breakpoints (formula 1 of both editions), in exact integers.
//!
//! Doubles give one too many for 22 of the 1,501 carbon monoxide inputs from 0.0 to 150.0, because the result is
//! rounded up: 2.2 mg/m3 is exactly 55, and 55.00000000000001 becomes 56.

use crate::fixed::Mean;

/// The sub-index of `value`, rounded up. Above the last breakpoint it is that breakpoint's; `None` without breakpoints.
pub fn sub_index(curve: &[(i64, u16)], value: Mean) -> Option<u16> {
    let (num, den) = value.fraction();
    // Compare and interpolate in units of 1/den.
    let beyond = |concentration: i64| num > i128::from(concentration) * den;
    let (first, last) = (curve.first()?, curve.last()?);
    if !beyond(first.0) {
        return Some(first.1);
    }
    let Some(pair) = curve.windows(2).find(|pair| !beyond(pair[1].0)) else { return Some(last.1) };
    let [(low, index_low), (high, index_high)] = [pair[0], pair[1]];
    let rise = i128::from(index_high - index_low) * (num - i128::from(low) * den);
    let run = i128::from(high - low) * den;
    let step = (rise + run - 1) / run;
    // Within 0..=index_high - index_low, because low < value <= high.
    Some(index_low + step as u16)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixed::Fixed;

    const CO_DAY: [(i64, u16); 4] = [(0, 0), (2, 50), (4, 100), (14, 150)];

    fn at(value: f64) -> Option<u16> {
        sub_index(&CO_DAY, Fixed::from_f64(value).unwrap().into())
    }

    #[test]
    fn exact_values_are_not_rounded_up() {
        assert_eq!([0.0, 2.0, 2.2, 4.0, 14.0].map(at), [0, 50, 55, 100, 150].map(Some));
    }

    #[test]
    fn the_least_excess_is_rounded_up() {
        assert_eq!([0.000001, 2.000001, 2.200001].map(at), [1, 51, 56].map(Some));
    }

    #[test]
    fn ends_of_the_curve() {
        assert_eq!([-1.0, 14.000001, 99999.0].map(at), [0, 150, 150].map(Some));
        assert_eq!(sub_index(&[], Fixed::whole(1).into()), None);
    }

    #[test]
    fn a_mean_without_finite_decimal_is_exact() {
        // 1/3 of the way from 2 to 5 in steps of 3: exactly one.
        let third = Mean::new(9_000_000, 3).unwrap();
        assert_eq!(sub_index(&[(2, 0), (5, 3)], third), Some(1));
        let a_little_more = Mean::new(9_000_001, 3).unwrap();
        assert_eq!(sub_index(&[(2, 0), (5, 3)], a_little_more), Some(2));
    }
}
