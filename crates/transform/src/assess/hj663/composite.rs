//! The composite index (环境空气质量综合指数): the sum of what each of the six is in parts of its limit.

use limpid_model::ParameterId;
use limpid_model::pipeline::CompositeRule;

/// The composite index of a period.
#[derive(Debug, Clone, PartialEq)]
pub struct Composite {
    /// Rounded as configured.
    pub index: f64,
    /// The parameters with the largest single index, weighted as in the sum.
    pub main: Vec<ParameterId>,
    /// Single indices, not weighted and not rounded.
    pub singles: Vec<(ParameterId, f64)>,
}

/// The composite index of values and their limits; all six must be there, as a sum of fewer is no smaller pollution.
pub fn composite(rule: &CompositeRule, values: &[(ParameterId, Option<f64>, f64)]) -> Option<Composite> {
    let single = |(parameter, value, limit): &(ParameterId, Option<f64>, f64)| Some((*parameter, (*value)? / limit));
    let singles: Vec<(ParameterId, f64)> = values.iter().map(single).collect::<Option<_>>()?;
    if singles.is_empty() {
        return None;
    }
    let rounded = |value: f64| rule.single_decimals.map_or(value, |decimals| round(value, decimals));
    let weighted = singles.iter().map(|(one, single)| (*one, rounded(*single) * f64::from(rule.weight(*one))));
    let weighted: Vec<(ParameterId, f64)> = weighted.collect();
    let largest = weighted.iter().map(|(_, value)| *value).fold(f64::NEG_INFINITY, f64::max);
    let main = weighted.iter().filter(|(_, value)| *value == largest).map(|(one, _)| *one).collect();
    let sum = weighted.iter().map(|(_, value)| value).sum();
    Some(Composite { index: round(sum, rule.decimals), main, singles })
}

/// Half to even, of the decimal that a double stands for: 0.5437 parts of a limit are not a hair above or below.
fn round(value: f64, decimals: u32) -> f64 {
    // A fraction of a limit has its exact decimal within 12 digits, or none that ends.
    let scale = 10_f64.powi(decimals as i32);
    let exact = (value * 1e12).round() / 1e12;
    (exact * scale).round_ties_even() / scale
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Limits of a year, or of a day for co and o3 (GB 3095-2012, class 2), by which the vectors were worked.
    const LIMITS: [(&str, f64); 6] =
        [("so2", 60.0), ("no2", 40.0), ("pm10", 70.0), ("pm25", 35.0), ("co", 4.0), ("o3", 160.0)];

    /// From `vectors.csv`, cc1 to cc3: inputs, single indices, index, what leads it. Where the single indices are rounded to two
    /// places first, the index is the last column: 1.73 stands in a city's bulletin.
    const VECTORS: [(&str, &str, f64, &str, f64); 3] = [
        (
            "so2=3 no2=13 pm10=16 pm25=13 co_p95=0.9 o3_p90=87",
            "so2=0.0500 no2=0.3250 pm10=0.2286 pm25=0.3714 co_p95=0.2250 o3_p90=0.5437",
            1.74,
            "o3",
            1.73,
        ),
        (
            "so2=60 no2=40 pm10=70 pm25=35 co_p95=4 o3_p90=160",
            "so2=1.0000 no2=1.0000 pm10=1.0000 pm25=1.0000 co_p95=1.0000 o3_p90=1.0000",
            6.0,
            "so2 no2 pm10 pm25 co o3",
            6.0,
        ),
        (
            "so2=10 no2=30 pm10=60 pm25=30 co_p95=1.2 o3_p90=150",
            "so2=0.1667 no2=0.7500 pm10=0.8571 pm25=0.8571 co_p95=0.3000 o3_p90=0.9375",
            3.87,
            "o3",
            3.88,
        ),
    ];

    fn values(inputs: &str) -> Vec<(ParameterId, Option<f64>, f64)> {
        let one = |(pair, (name, limit)): (&str, (&str, f64))| {
            let (input, value) = pair.split_once('=').unwrap();
            assert!(input.starts_with(name));
            (ParameterId::known(name), Some(value.parse().unwrap()), limit)
        };
        inputs.split(' ').zip(LIMITS).map(one).collect()
    }

    #[test]
    fn worked_vectors() {
        for (inputs, singles, index, main, of_rounded) in VECTORS {
            let found = composite(&CompositeRule::default(), &values(inputs)).unwrap();
            assert_eq!(found.index, index, "{inputs}");
            assert_eq!(found.main.iter().map(|one| one.as_str()).collect::<Vec<_>>().join(" "), main, "{inputs}");
            for ((_, single), expected) in found.singles.iter().zip(singles.split(' ')) {
                let expected: f64 = expected.split_once('=').unwrap().1.parse().unwrap();
                // 0.54375 stands there as 0.5437, half to even of a binary fraction.
                assert!((single - expected).abs() <= 0.000_05 + 1e-12, "{inputs}: {single} and {expected}");
            }
            let rule = CompositeRule { single_decimals: Some(2), ..CompositeRule::default() };
            assert_eq!(composite(&rule, &values(inputs)).unwrap().index, of_rounded, "{inputs}");
        }
    }

    #[test]
    fn weights_change_the_sum_and_what_leads_it() {
        let weights = [("pm25", 3), ("o3", 2), ("no2", 2)].map(|(name, weight)| (ParameterId::known(name), weight));
        let rule = CompositeRule { weights: weights.to_vec(), ..CompositeRule::default() };
        let found = composite(&rule, &values(VECTORS[1].0)).unwrap();
        assert_eq!((found.index, found.main[0].as_str(), found.main.len()), (10.0, "pm25", 1));
    }

    #[test]
    fn five_make_no_composite_index() {
        let mut values = values(VECTORS[0].0);
        values[3].1 = None;
        assert_eq!(composite(&CompositeRule::default(), &values), None);
    }
}
