//! Concentrations of a discharge, each weighted by the flow beside it: a mean of the water that left, not of the hours.

use crate::aggregate::Aggregate;
use crate::fixed::{Fixed, Mean};

/// The flow-weighted mean of concentrations, to the millionth. Both windows have the same cells. An hour counts where it has
/// both; valid with at least `minimum` of them, and where anything flowed. A flow below zero counts as none.
pub fn flow_weighted(concentrations: &[Option<Fixed>], flows: &[Option<Fixed>], minimum: u32) -> Aggregate {
    let (mut load, mut water, mut n) = (0_i128, 0_i128, 0);
    for (concentration, flow) in concentrations.iter().zip(flows) {
        let (Some(concentration), Some(flow)) = (concentration, flow) else { continue };
        let flow = i128::from(flow.millionths().max(0));
        load += i128::from(concentration.millionths()) * flow;
        water += flow;
        n += 1;
    }
    let mean = (water > 0 && n >= minimum).then(|| {
        // Half up: far below what an instrument tells.
        i64::try_from((2 * load + water).div_euclid(2 * water)).ok().and_then(|mean| Mean::new(mean, 1))
    });
    Aggregate { mean: mean.flatten(), n, expected: concentrations.len() as u32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(values: &[f64]) -> Vec<Option<Fixed>> {
        values.iter().map(|value| Fixed::from_f64(*value)).collect()
    }

    #[test]
    fn an_hour_counts_by_its_water() {
        // 10 mg/L in 3 m3/s and 50 mg/L in 1 m3/s are 20 mg/L of 4 m3/s, not 30.
        let found = flow_weighted(&cells(&[10.0, 50.0]), &cells(&[3.0, 1.0]), 2);
        assert_eq!((found.mean.map(Mean::to_f64), found.n, found.expected), (Some(20.0), 2, 2));
        let found = flow_weighted(&cells(&[10.0, 50.0, 70.0]), &cells(&[3.0, 1.0, f64::NAN]), 2);
        assert_eq!((found.mean.map(Mean::to_f64), found.n), (Some(20.0), 2), "an hour without a flow does not count");
    }

    #[test]
    fn nothing_flowed_is_no_mean() {
        assert_eq!(flow_weighted(&cells(&[10.0, 50.0]), &cells(&[0.0, -1.0]), 1).mean, None);
        assert_eq!(flow_weighted(&cells(&[10.0]), &cells(&[1.0]), 2).mean, None);
    }
}
