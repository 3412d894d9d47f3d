//! The sum of amounts, such as rain.

use crate::aggregate::Aggregate;
use crate::fixed::{Fixed, Mean};

/// The sum of the usable cells of `window`, valid with at least `minimum` of them. What is missing is not made up for: a sum of
/// 20 hours is the least that fell.
pub fn sum(window: &[Option<Fixed>], minimum: u32) -> Aggregate {
    let (mut sum, mut n) = (0, 0);
    for value in window.iter().flatten() {
        sum += value.millionths();
        n += 1;
    }
    Aggregate { mean: Mean::new(sum, 1).filter(|_| n >= minimum.max(1)), n, expected: window.len() as u32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_add_up() {
        let hours: Vec<Option<Fixed>> = (0..24).map(|hour| Fixed::from_f64(0.1).filter(|_| hour > 3)).collect();
        let found = sum(&hours, 20);
        assert_eq!((found.mean.map(Mean::to_f64), found.n, found.expected), (Some(2.0), 20, 24));
        assert_eq!(sum(&hours, 21).mean, None);
        assert_eq!(sum(&[None; 24], 0).mean, None);
    }
}
