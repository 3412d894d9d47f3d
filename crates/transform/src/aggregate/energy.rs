//! Means of sound levels: of their energy, never of the decibels themselves.
//!
//! A level that is exceeded a part of the time (L10, L50, L90) has no mean at all: it is made of samples or not at all.

use crate::aggregate::Aggregate;
use crate::fixed::{Fixed, Mean};

/// The energetic mean of levels in dB over equal times, 10 lg(mean of 10^(L/10)), to the millionth, valid with at least
/// `minimum` of them. `window` has one cell for each; a cell without a value does not count.
pub fn energy_mean(window: &[Option<Fixed>], minimum: u32) -> Aggregate {
    let levels: Vec<f64> = window.iter().flatten().map(|level| level.millionths() as f64 / 1e6).collect();
    let n = levels.len() as u32;
    let mean =
        (n > 0 && n >= minimum).then(|| level(levels.iter().map(|level| energy(*level)).sum::<f64>() / f64::from(n)));
    Aggregate { mean: mean.flatten(), n, expected: window.len() as u32 }
}

/// The level of several parts of a day, each with its hours and the dB that are added to it: Ldn and Lden.
pub fn weighted(parts: &[(Mean, f64, f64)]) -> Option<Mean> {
    let hours: f64 = parts.iter().map(|part| part.1).sum();
    let energies = parts.iter().map(|(level, hours, penalty)| hours * energy(level.to_f64() + penalty));
    level(energies.sum::<f64>() / hours)
}

fn energy(level: f64) -> f64 {
    10f64.powf(level / 10.0)
}

/// `None` where no sound has such a level: of nothing, and beyond what can be held.
fn level(energy: f64) -> Option<Mean> {
    Fixed::from_f64(10.0 * energy.log10()).map(Mean::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn levels(values: &[f64]) -> Vec<Option<Fixed>> {
        values.iter().map(|value| Fixed::from_f64(*value)).collect()
    }

    fn near(found: Option<Mean>, expected: f64) {
        let found = found.unwrap().to_f64();
        assert!((found - expected).abs() < 5e-5, "{found} and not {expected}");
    }

    /// From `noise_rules.toml`.
    #[test]
    fn worked_vectors() {
        near(energy_mean(&levels(&[60.0, 70.0]), 2).mean, 67.4036);
        near(energy_mean(&levels(&[55.0, 60.0, 65.0, 70.0]), 4).mean, 65.5866);
        let of = |level: f64| Mean::from(Fixed::from_f64(level).unwrap());
        let lden =
            |day, evening, night| weighted(&[(of(day), 12.0, 0.0), (of(evening), 4.0, 5.0), (of(night), 8.0, 10.0)]);
        near(lden(60.0, 55.0, 50.0), 60.0);
        near(lden(65.0, 62.0, 57.0), 66.1141);
        near(weighted(&[(of(55.0), 16.0, 0.0), (of(45.0), 8.0, 10.0)]), 55.0);
    }

    #[test]
    fn a_mean_of_decibels_it_is_not() {
        let aggregate = energy_mean(&levels(&[40.0, 80.0]), 1);
        // Half of the energy of the louder one: 3 dB below it. The mean of the decibels would be 60.
        near(aggregate.mean, 76.990_13);
        assert_eq!((aggregate.n, aggregate.expected), (2, 2));
    }

    #[test]
    fn too_few_have_no_mean() {
        let mut window = levels(&[50.0; 6]);
        window.resize(8, None);
        let aggregate = energy_mean(&window, 6);
        assert_eq!((aggregate.mean.map(Mean::to_f64), aggregate.n, aggregate.expected), (Some(50.0), 6, 8));
        assert_eq!(energy_mean(&window, 7).mean, None);
        assert_eq!(energy_mean(&[], 0).mean, None);
        assert_eq!(energy_mean(&levels(&[1e10]), 1).mean, None, "beyond any sound");
    }
}
