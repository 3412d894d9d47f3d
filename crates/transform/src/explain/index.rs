//! How the sub-index of an air quality index follows from a figure: the interpolation of HJ 633, with the numbers put in.

use limpid_model::explanation::Step;
use limpid_model::{Observation, Period, Pipeline, Station, StationKind, Statistic, Text};

use crate::assess::hj633::interpolate::sub_index;
use crate::assess::{Average, CO, O3, PM10, PM25, six};
use crate::fixed::{Fixed, Mean};
use crate::standards::Rules;

/// The steps from an hour or a day of one of the six to its sub-index, where the pipeline judges by an edition of HJ 633 that looks
/// at such figures: of an hour of particles only the edition of 2026 does.
pub(super) fn of(rules: &Rules, pipeline: &Pipeline, station: &Station, figure: &Observation) -> Vec<Step> {
    let scheme = pipeline.air.scheme.at(figure.start, pipeline.publisher.zone);
    let place = six().iter().position(|one| *one == figure.parameter);
    let value = figure.value.filter(|_| figure.flag.usable()).and_then(Fixed::from_f64);
    let (Some(place), Some(value)) = (place, value) else { return Vec::new() };
    if station.kind != StationKind::Air || scheme.family != "hj633" {
        return Vec::new();
    }
    let newer = scheme.id == "hj633-2026";
    let particles = place == PM25 || place == PM10;
    let average = match (figure.period, figure.statistic) {
        (Period::Hour, _) if particles && newer => Average::Day,
        (Period::Hour, _) if !particles => Average::Hour,
        (Period::Hours24, _) if particles && !newer => Average::Day,
        (Period::Day, Statistic::Mean) if place != O3 => Average::Day,
        (Period::Day, Statistic::Max8h) if place == O3 => Average::Hours8,
        _ => return Vec::new(),
    };
    let curve = rules.breakpoints.curve(&scheme.id, place, average);
    let exact = Mean::from(value);
    // Only the edition of 2026 rounds before it looks up (4.2.2, 4.2.3).
    let looked = if newer { exact.round(u32::from(place == CO)) } else { exact };
    let Some(index) = sub_index(curve, looked) else { return Vec::new() };
    let concentration = looked.to_f64();
    let mut steps = Vec::new();
    if looked != exact {
        steps.push(step(
            "按标准修约",
            "rounded as the standard says",
            format!("{} -> {concentration}", exact.to_f64()),
            &scheme.id,
        ));
    }
    let pair = curve.windows(2).find(|pair| concentration <= pair[1].0 as f64);
    let formula = match pair {
        Some(&[(low, index_low), (high, index_high)]) => format!(
            "({index_high} - {index_low}) / ({high} - {low}) * ({concentration} - {low}) + {index_low} -> {index}"
        ),
        _ => format!("{concentration} > {} -> {index}", curve.last().map_or(0, |last| last.0)),
    };
    steps.push(step("空气质量分指数（向上取整）", "the sub-index, rounded up", formula, &scheme.id));
    steps
}

fn step(zh: &str, en: &str, formula: String, scheme: &str) -> Step {
    Step { text: Text::zh_en(format!("{zh}，{scheme}"), format!("{en}, {scheme}")), formula }
}
