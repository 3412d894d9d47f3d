//! A value that stands still, from `data/validation/flat.csv`: an instrument that hangs repeats its last value.

use limpid_model::limit::Flat;
use limpid_model::{Flag, ParameterId};
use serde::Deserialize;

use crate::fixed::Fixed;
use crate::standards::{self, TableError};
use crate::validate::table::ByKind;

const TABLE: &str = "flat.csv";

#[derive(Deserialize)]
struct Row {
    parameter: String,
    kind: String,
    suspect_hours: Option<u8>,
    fail_hours: Option<u8>,
    tolerance: f64,
}

/// Reads the table.
///
/// # Errors
/// For an unknown parameter or kind, a row that stands twice, and hours beyond [`Flat::LONGEST`].
pub fn parse(text: &str) -> Result<ByKind<Flat>, TableError> {
    let mut flats = ByKind::default();
    for row in standards::rows::<Row>(TABLE, text)? {
        let parameter: ParameterId = standards::parameter(TABLE, &row.parameter)?;
        let hours = [row.suspect_hours, row.fail_hours];
        if hours.iter().flatten().any(|hours| !(1..=Flat::LONGEST).contains(hours)) {
            let detail = format!("hours must be 1 to {}", Flat::LONGEST);
            return Err(TableError::content(TABLE, row.parameter, detail));
        }
        let flat = Flat { suspect_hours: row.suspect_hours, fail_hours: row.fail_hours, tolerance: row.tolerance };
        flats.insert(TABLE, parameter, &row.kind, flat)?;
    }
    Ok(flats)
}

/// The worse flag of the last hour of `hours`, and the id of the rule: suspect when it and as many hours before it as the
/// limit says are all there and differ by no more than the tolerance.
pub fn judge(flat: Flat, hours: &[Option<Fixed>]) -> Option<(Flag, &'static str)> {
    let tolerance = Fixed::from_f64(flat.tolerance)?.millionths();
    let still = |hours_before: Option<u8>| {
        let length = usize::from(hours_before?) + 1;
        let last = hours.get(hours.len().checked_sub(length)?..)?;
        let (mut low, mut high) = (i64::MAX, i64::MIN);
        for hour in last {
            let value = (*hour)?.millionths();
            (low, high) = (low.min(value), high.max(value));
        }
        Some(high - low <= tolerance)
    };
    if still(flat.fail_hours) == Some(true) {
        Some((Flag::Fail, "flat-fail"))
    } else {
        (still(flat.suspect_hours) == Some(true)).then_some((Flag::Suspect, "flat-suspect"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hour_after_so_many_still_ones_is_suspect() {
        let flat = Flat { suspect_hours: Some(3), fail_hours: Some(5), tolerance: 0.5 };
        let judge = |values: &[f64]| {
            let hours: Vec<_> = values.iter().map(|value| Fixed::from_f64(*value)).collect();
            super::judge(flat, &hours).map(|(_, rule)| rule)
        };
        assert_eq!(judge(&[7.0, 7.0, 7.0]), None);
        assert_eq!(judge(&[7.0, 7.5, 7.0, 7.2]), Some("flat-suspect"), "within the tolerance is still");
        assert_eq!(judge(&[7.0, 7.6, 7.0, 7.2]), None);
        assert_eq!(judge(&[1.0, 7.0, 7.0, 7.0, 7.0, 7.0]), Some("flat-suspect"));
        assert_eq!(judge(&[7.0; 6]), Some("flat-fail"));
        // A gap is no repetition.
        assert_eq!(judge(&[7.0, 7.0, f64::NAN, 7.0, 7.0]), None);
        assert_eq!(super::judge(Flat { suspect_hours: None, fail_hours: None, tolerance: 0.0 }, &[]), None);
    }
}
