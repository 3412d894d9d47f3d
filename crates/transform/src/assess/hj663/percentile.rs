//! The standard's percentile (HJ 663-2013 annex A, as several public programs have it): with the values in rising order,
//! k = 1 + (n - 1) p / 100, and between the two values beside the k-th it is interpolated.

use crate::fixed::{Fixed, Mean};

/// The `percent`-th percentile of values in any order, as an exact fraction; `None` of no values, and where 100 times a value
/// is beyond what can be held.
pub fn percentile(values: &[Fixed], percent: u32) -> Option<Mean> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let last = sorted.len().checked_sub(1)?;
    let hundredths = last as u64 * u64::from(percent);
    let (place, rest) = ((hundredths / 100) as usize, (hundredths % 100) as i128);
    let low = i128::from(sorted.get(place)?.millionths());
    let high = sorted.get(place + 1).map_or(low, |high| i128::from(high.millionths()));
    Mean::new(i64::try_from(low * 100 + (high - low) * rest).ok()?, 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The values of a vector: `1..365`, `5 alone`, `10 20`.
    fn values(text: &str) -> Vec<Fixed> {
        match text.split_once("..") {
            Some((first, last)) => (first.parse().unwrap()..=last.parse().unwrap()).map(Fixed::whole).collect(),
            None => text.split(' ').filter_map(|word| word.parse().ok()).map(Fixed::whole).collect(),
        }
    }

    /// From `vectors.csv`, pp1 to pp8: percent, values, percentile.
    const VECTORS: [(&str, &str, &str); 8] = [
        ("p90", "1..10", "9.1000"),
        ("p98", "1..365", "357.7200"),
        ("p95", "1..365", "346.8000"),
        ("p90", "1..365", "328.6000"),
        ("p98", "1..366", "358.7000"),
        ("p95", "5 alone", "5.0000"),
        ("p90", "10 20", "19.0000"),
        ("p98", "1..324", "317.5400"),
    ];

    #[test]
    fn worked_vectors() {
        for (percent, text, expected) in VECTORS {
            let mut values = values(text);
            values.reverse();
            let found = percentile(&values, percent[1..].parse().unwrap()).unwrap();
            assert_eq!(format!("{:.4}", found.to_f64()), expected, "{percent} of {text}");
        }
    }

    #[test]
    fn vectors_are_those_published() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/reference/air/vectors.csv");
        let Ok(text) = std::fs::read_to_string(path) else {
            eprintln!("skipped: {path} is not there");
            return;
        };
        let rows = text.lines().filter_map(|line| line.split_once(",hj663-percentile,")).map(|(_, rest)| rest);
        let published: Vec<(&str, &str, &str)> = rows
            .map(|rest| {
                let cells: Vec<&str> = rest.split(',').collect();
                (cells[0], cells[1], cells[3])
            })
            .collect();
        assert_eq!(published, VECTORS);
    }

    #[test]
    fn ends_and_nothing() {
        let values = [Fixed::whole(3), Fixed::whole(1), Fixed::whole(2)];
        assert_eq!(percentile(&values, 100).unwrap().to_f64(), 3.0);
        assert_eq!(percentile(&[], 98), None);
        assert_eq!(percentile(&[Fixed::from_f64(1e11).unwrap()], 98), None, "100 times it is beyond 64 bits");
    }
}
