//! Amounts from counters that only rise, such as a meter of water: what it counted from one reading to the next.
//!
//! A counter that falls was set back. Where it is known at which number it turns over to zero, and the amount up to there and on is
//! less than half a turn, it turned over; else it was reset, and what it shows since is the least that was counted.

use crate::aggregate::Aggregate;
use crate::fixed::{Fixed, Mean};

/// Id of the rule of an amount in which the counter turned over.
pub const TURNED: &str = "counter-rollover";

/// Id of the rule of an amount in which the counter was reset: it is the least that was counted.
pub const RESET: &str = "counter-reset";

/// What a counter counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// The amount; `None` where the counter is not known at both ends. `n` and `expected` count readings.
    pub amount: Aggregate,
    /// Whether it turned over.
    pub turned: bool,
    /// Whether it was reset.
    pub reset: bool,
}

/// What was counted from `before`, the last reading before a period, to the last of its `readings`, one cell an hour. A reading in
/// between that is missing takes nothing away; without the first or the last there is no amount. `turn` is the number at
/// which the counter is zero again.
pub fn counted(before: Option<Fixed>, readings: &[Option<Fixed>], turn: Option<Fixed>) -> Counted {
    let n = u32::from(before.is_some()) + readings.iter().flatten().count() as u32;
    let mut counted = Counted {
        amount: Aggregate { mean: None, n, expected: readings.len() as u32 + 1 },
        turned: false,
        reset: false,
    };
    let (Some(first), Some(Some(_))) = (before, readings.last()) else { return counted };
    let (mut known, mut sum) = (first.millionths(), 0_i64);
    for reading in readings.iter().flatten() {
        let reading = reading.millionths();
        let turn = turn.map(Fixed::millionths).filter(|turn| known <= *turn);
        let over = turn.map(|turn| (turn - known + reading, turn)).filter(|(amount, turn)| 2 * amount < *turn);
        let step = match over {
            _ if reading >= known => reading - known,
            Some((amount, _)) => {
                counted.turned = true;
                amount
            }
            None => {
                counted.reset = true;
                reading.max(0)
            }
        };
        sum = sum.saturating_add(step);
        known = reading;
    }
    counted.amount.mean = Mean::new(sum, 1);
    counted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(before: Option<f64>, readings: &[Option<f64>], turn: Option<f64>) -> (Option<f64>, u32, bool, bool) {
        let fixed = |value: &Option<f64>| value.and_then(Fixed::from_f64);
        let readings: Vec<_> = readings.iter().map(fixed).collect();
        let found = counted(fixed(&before), &readings, turn.and_then(Fixed::from_f64));
        (found.amount.mean.map(Mean::to_f64), found.amount.n, found.turned, found.reset)
    }

    #[test]
    fn an_amount_is_the_difference_of_its_ends() {
        let whole = of(Some(100.5), &[Some(101.0), None, Some(107.25)], None);
        assert_eq!(whole, (Some(6.75), 3, false, false), "what is missing in between is counted by the next reading");
        assert_eq!(of(None, &[Some(101.0), Some(107.0)], None).0, None);
        assert_eq!(of(Some(100.0), &[Some(101.0), None], None).0, None);
        assert_eq!(of(Some(100.0), &[], None).0, None);
    }

    #[test]
    fn a_counter_turns_over_or_is_reset() {
        // A counter of six digits: from 999,990 to 15 are 25.
        assert_eq!(of(Some(999_990.0), &[Some(15.0)], Some(1e6)), (Some(25.0), 2, true, false));
        // From 400,000 it does not turn within an hour: the meter was changed.
        assert_eq!(of(Some(400_000.0), &[Some(15.0)], Some(1e6)), (Some(15.0), 2, false, true));
        assert_eq!(of(Some(999_990.0), &[Some(15.0)], None), (Some(15.0), 2, false, true));
        // 10 before the reset, 7 after it, and 3 more.
        assert_eq!(of(Some(90.0), &[Some(100.0), Some(7.0), Some(10.0)], None), (Some(20.0), 4, false, true));
        assert_eq!(of(Some(1e9), &[Some(5.0)], Some(1e6)), (Some(5.0), 2, false, true), "beyond its own end");
    }
}
