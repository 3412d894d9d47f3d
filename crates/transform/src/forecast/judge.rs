//! The index, level and primary pollutants of a day that is forecast, and the warning that its days would ask for.

use std::sync::LazyLock;

use limpid_model::forecast::{DayFigure, Expected, ForecastDay, Proposal, QUANTILES};
use limpid_model::{Scheme, table};
use serde::Deserialize;

use super::bands::DRAWS;
use super::levels::Chances;
use crate::assess::{CO, Daily, O3, Verdict, edition, six};
use crate::fixed::{Fixed, Mean};
use crate::standards::Rules;

/// Which of the draws the range of the index ends with: every second day lies within.
const RANGE: [usize; 2] = [DRAWS / 4, DRAWS - DRAWS / 4 - 1];

/// The quantile of `share`, 0 to 1, between neighbours by a straight line, and flat beyond the ends.
pub fn quantile(expected: &Expected, share: f32) -> f32 {
    let share = share * 1000.0;
    let after = QUANTILES.partition_point(|kept| f32::from(*kept) <= share);
    let Some(before) = after.checked_sub(1) else { return expected.quantiles[0] };
    let Some(upper) = expected.quantiles.get(after) else { return expected.quantiles[before] };
    let (from, to) = (f32::from(QUANTILES[before]), f32::from(QUANTILES[after]));
    expected.quantiles[before] + (share - from) / (to - from) * (upper - expected.quantiles[before])
}

/// Judges a day by its figures. Pollutants are taken to be high together: the outcome in which one comes to a quantile is
/// that in which all do. Those that are not forecast here do not block the index.
pub fn judge(day: &mut ForecastDay) {
    let Some(scheme) = Scheme::parse(&day.scheme) else { return };
    let Some(daily) = edition(scheme).and_then(|edition| edition.daily) else { return };
    let verdict =
        |value: &dyn Fn(&Expected) -> f32| -> Verdict { daily(Rules::built_in(), &figures(&day.figures, value)) };
    let draws: Vec<Verdict> =
        (0..DRAWS).map(|at| verdict(&|expected| quantile(expected, (at as f32 + 0.5) / DRAWS as f32))).collect();
    let Some(indices) = draws.iter().map(|draw| draw.index).collect::<Option<Vec<u16>>>() else { return };
    let mut counts = vec![0; scheme.levels().count()];
    for index in &indices {
        let level = scheme.level_of(*index).map_or(1, |level| level.level);
        if let Some(count) = counts.get_mut(usize::from(level.max(1)) - 1) {
            *count += 1;
        }
    }
    day.index = Some(RANGE.map(|draw| indices[draw]));
    day.median = Some(indices[DRAWS / 2]);
    day.primary = draws[DRAWS / 2].primary.clone();
    day.chances = counts.iter().map(|count| *count as f32 / DRAWS as f32).collect();
    day.level = Some(Chances::new(counts).announced());
}

/// The index that a day's figures come to: `mean` is the one as likely passed as not, `usual` that of what is usual; `None`
/// where the day was not judged.
pub fn index(day: &ForecastDay) -> Option<Expected> {
    let daily = edition(Scheme::parse(&day.scheme)?)?.daily?;
    let index =
        |value: &dyn Fn(&Expected) -> f32| daily(Rules::built_in(), &figures(&day.figures, value)).index.map(f32::from);
    let mut quantiles = [0.0; QUANTILES.len()];
    for (place, at) in quantiles.iter_mut().enumerate() {
        *at = index(&|expected| expected.quantiles[place])?;
    }
    Some(Expected { mean: f32::from(day.median?), usual: index(&|expected| expected.usual)?, quantiles })
}

/// What an index is made of.
fn figures(figures: &[DayFigure], value: &dyn Fn(&Expected) -> f32) -> Daily {
    let mut day = Daily { exempt: [true; six_len()], ..Daily::default() };
    for (place, parameter) in six().into_iter().enumerate() {
        let Some(figure) = figures.iter().find(|figure| figure.parameter == parameter) else { continue };
        let Some(value) = Fixed::from_f64(f64::from(value(&figure.expected))).map(Mean::from) else { continue };
        day.exempt[place] = false;
        match place {
            O3 => day.o3_max8h = Some(value),
            CO => (day.mean[CO], day.co_max8h) = (Some(value), Some(value)),
            place => day.mean[place] = Some(value),
        }
    }
    day
}

const fn six_len() -> usize {
    limpid_model::parameter::AIR_INDEX.len()
}

#[derive(Deserialize)]
struct WarningRow {
    level: String,
    group: u8,
    index: u16,
    days: usize,
}

static WARNINGS: LazyLock<Vec<WarningRow>> =
    LazyLock::new(|| table::rows("forecast/warnings.csv", include_str!("../../../../data/forecast/warnings.csv")));

/// The warning that days with these indices ask for, in their order, without a gap between them.
pub fn proposal(indices: &[u16]) -> Option<Proposal> {
    let holds = |row: &WarningRow| indices.windows(row.days).any(|days| days.iter().all(|index| *index > row.index));
    let due = |row: &&WarningRow| {
        WARNINGS.iter().filter(|other| other.level == row.level && other.group == row.group).all(holds)
    };
    // The table goes from the least level to the worst.
    let worst = WARNINGS.iter().rfind(due)?;
    Some(Proposal { level: worst.level.clone(), indices: indices.to_vec() })
}

#[cfg(test)]
mod tests {
    use limpid_model::forecast::MethodNote;
    use limpid_model::{ParameterId, Statistic};

    use super::*;

    #[test]
    fn warnings_are_proposed_by_the_plans_examples() {
        let level = |indices: &[u16]| proposal(indices).map(|proposal| proposal.level);
        for (indices, expected) in [
            (&[201][..], Some("yellow")),
            (&[151, 151], Some("yellow")),
            (&[151], None),
            (&[200], None),
            (&[201, 201], Some("orange")),
            (&[151, 160, 170], Some("orange")),
            (&[210, 301, 205], Some("red")),
            (&[210, 220, 230], Some("orange")),
            (&[301, 301], Some("orange")),
            (&[151, 100, 151], None),
            (&[], None),
        ] {
            assert_eq!(level(indices).as_deref(), expected, "{indices:?}");
        }
    }

    fn day(figures: &[(&str, [f32; 7])]) -> ForecastDay {
        let figure = |(parameter, quantiles): &(&str, [f32; 7])| DayFigure {
            parameter: ParameterId::known(parameter),
            statistic: Statistic::Mean,
            method: MethodNote { method: "ridge".into(), fell_back: false },
            expected: Expected { mean: quantiles[3], usual: 0.0, quantiles: *quantiles },
        };
        let mut day = ForecastDay {
            start: Default::default(),
            end: Default::default(),
            lead_day: 1,
            figures: figures.iter().map(figure).collect(),
            scheme: "hj633-2012".into(),
            index: None,
            median: None,
            level: None,
            chances: Vec::new(),
            primary: Vec::new(),
        };
        judge(&mut day);
        day
    }

    #[test]
    fn a_day_is_judged_from_its_chances_and_not_from_its_middle() {
        // HJ 633-2012 table 1: PM2.5 35, 75, 115, 150, 250 end the levels. The median says level 4; six days of ten are worse.
        let heavy = day(&[("pm25", [60.0, 70.0, 110.0, 149.0, 230.0, 240.0, 249.0])]);
        assert_eq!(heavy.level, Some(5));
        assert_eq!(heavy.primary, [ParameterId::known("pm25")]);
        assert!((heavy.chances[4] - 0.5).abs() < 0.03 && heavy.chances.iter().sum::<f32>() > 0.999, "{heavy:?}");
        // 35 is index 50 and 75 is index 100: linear between.
        let range = day(&[("pm25", [55.0; 7])]);
        assert_eq!((range.index, range.level), (Some([75, 75]), Some(2)));
        let clean = day(&[("pm25", [10.0; 7]), ("o3", [50.0; 7])]);
        assert_eq!((clean.level, clean.primary.len()), (Some(1), 0));
        assert_eq!(day(&[]).level, None);
    }
}
