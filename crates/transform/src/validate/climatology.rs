//! Values that are usual in a month at a place. There are no built-in ones: what is usual depends on the place, so that
//! bounds are set in the pipeline (`[[validation.limit]]` with `check = "climatology"`).

use limpid_model::limit::Climatology;
use limpid_model::{Flag, Limit, ParameterId};

use crate::fixed::Fixed;

/// The flag of an hour in a calendar month (1 to 12) and the id of the rule; `None` where no bound is set. Of several bounds
/// the first one of that month counts.
pub fn judge(
    limits: &[(ParameterId, Limit)],
    parameter: ParameterId,
    month: u32,
    value: Fixed,
) -> Option<(Flag, &'static str)> {
    let limit = of_month(limits, parameter, month)?;
    let below = limit.suspect_below.and_then(Fixed::from_f64).is_some_and(|bound| value < bound);
    let above = limit.suspect_above.and_then(Fixed::from_f64).is_some_and(|bound| value > bound);
    Some(if below || above { (Flag::Suspect, "climatology-suspect") } else { (Flag::Pass, "climatology") })
}

/// What is set for a parameter in a calendar month.
pub fn of_month(limits: &[(ParameterId, Limit)], parameter: ParameterId, month: u32) -> Option<Climatology> {
    limits.iter().find_map(|(of, limit)| match limit {
        Limit::Climatology(limit) if *of == parameter && limit.month.is_none_or(|only| only == month) => Some(*limit),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bounds_of_the_month_count() {
        let temperature = ParameterId::known("temperature");
        let row = |month, below, above| {
            let limit = Climatology { month, suspect_below: Some(below), suspect_above: Some(above) };
            (temperature, Limit::Climatology(limit))
        };
        let limits = [row(Some(1), -30.0, 10.0), row(None, -30.0, 42.0)];
        let flag = |month, value| {
            let judged = judge(&limits, temperature, month, Fixed::from_f64(value).unwrap());
            judged.map(|(flag, _)| flag.code())
        };
        assert_eq!([flag(1, 10.0), flag(1, 10.1), flag(7, 10.1), flag(7, 42.1)], [1, 3, 1, 3].map(Some));
        assert_eq!(judge(&limits, ParameterId::known("o3"), 1, Fixed::whole(1)), None);
    }
}
