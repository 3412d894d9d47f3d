//! Every automatic check that a figure went through, with its thresholds, whatever it found.

use chrono::Datelike;
use limpid_model::explanation::Check;
use limpid_model::{Observation, Period, Station, Text, Zone};

use crate::standards::Rules;
use crate::validate::{InTime, climatology, sums, weather};

/// Rules that say of a value that it passed.
const PASSED: [&str; 3] = ["mark", "range", "climatology"];

/// The checks with what the ids of their rules begin with.
const NAMES: [(&str, &str, &str, &[&str]); 12] = [
    ("mark", "仪器标记", "the instrument's mark", &["mark"]),
    ("range", "合理范围", "gross range", &["range"]),
    ("climatology", "当月常见范围", "climatology of the month", &["climatology"]),
    ("spike", "突变（与前后小时的中值相比）", "spike", &["spike"]),
    ("rate", "变化率（与前一小时相比）", "rate of change", &["rate"]),
    ("flat", "恒值", "flat line", &["flat"]),
    ("slip", "单位错误", "slip of the unit", &["slip"]),
    ("consistency", "部分不大于整体", "a part and its whole", &["pm25-above", "no2-above"]),
    ("sum", "各部分之和", "a sum and its terms", &["nox-sum"]),
    ("neighbours", "与周围站点相比", "neighbours", &["neighbours"]),
    ("weather-wind", "风速", "wind", &["weather-wind"]),
    ("weather-rain", "降雨", "rain", &["weather-rain"]),
];

/// The checks of a figure: of an hour, sent or made of minutes, all that apply; of a shorter value those that look at nothing beside it.
/// A value that those doubt is not compared with others. Longer figures are made of hours, which went through theirs.
pub(super) fn of(rules: &Rules, station: &Station, figure: &Observation, zone: Zone) -> Vec<Check> {
    let is_hour = figure.period == Period::Hour;
    if !is_hour && !matches!(figure.period, Period::Moment | Period::Minutes(_)) {
        return Vec::new();
    }
    let told = |(id, thresholds)| check(id, thresholds, figure);
    let mut checks: Vec<Check> = by_itself(rules, station, figure, zone).into_iter().filter_map(told).collect();
    let sound = figure.value.is_some() && checks.iter().all(|check| check.found.is_none());
    if is_hour && sound {
        checks.extend(beside_others(rules, station, figure).into_iter().filter_map(told));
    }
    checks
}

/// Names of checks with their thresholds.
type Told = Vec<(&'static str, String)>;

fn by_itself(rules: &Rules, station: &Station, figure: &Observation, zone: Zone) -> Told {
    let mut told: Told = figure.mark.iter().map(|mark| ("mark", mark.as_str().to_owned())).collect();
    if figure.value.is_none() {
        return told;
    }
    told.extend(rules.ranges.told(station.kind, &station.limits, figure.parameter).map(|told| ("range", told)));
    if figure.period == Period::Hour {
        let month = zone.date_of(figure.start).month();
        told.extend(climatology::of_month(&station.limits, figure.parameter, month).map(|set| {
            let bound = |word: &str, bound: Option<f64>| bound.map(|bound| format!("suspect {word} {bound}"));
            let bounds = [bound("<", set.suspect_below), bound(">", set.suspect_above)];
            ("climatology", bounds.into_iter().flatten().collect::<Vec<_>>().join(", "))
        }));
    }
    told
}

fn beside_others(rules: &Rules, station: &Station, figure: &Observation) -> Told {
    let (limits, parameter) = (&station.limits, figure.parameter);
    let mut told: Told = InTime::of(rules, station.kind, limits, parameter).iter().flat_map(InTime::told).collect();
    let pairs = rules.consistency.pairs(limits);
    let of_pair = pairs.iter().find(|pair| pair.part == parameter || pair.whole == parameter);
    told.extend(of_pair.map(|pair| ("consistency", pair.told())));
    let sums = sums::at(&rules.sums, limits);
    let of_sum = |sum: &&sums::Sum| sum.whole == parameter || sum.terms.iter().any(|(term, _)| *term == parameter);
    told.extend(sums.iter().find(of_sum).map(|sum| ("sum", sum.told())));
    told.extend(rules.neighbours.flagged(station, parameter).map(|near| ("neighbours", near.told())));
    if let Some(set) = weather::set(limits, parameter) {
        told.extend(set.wind_above.map(|wind| ("weather-wind", format!("suspect > {wind} m/s"))));
        told.extend(set.rain_above.map(|rain| ("weather-rain", format!("suspect > {rain} mm"))));
    }
    told
}

fn check(id: &str, thresholds: String, figure: &Observation) -> Option<Check> {
    let (id, zh, en, rules) = NAMES.into_iter().find(|(name, ..)| *name == id)?;
    let of_check = |rule: &&str| !PASSED.contains(rule) && rules.iter().any(|begin| rule.starts_with(begin));
    let found = figure.rules.split(' ').find(of_check).map(str::to_owned);
    Some(Check { id: id.to_owned(), text: Text::zh_en(zh, en), thresholds, found })
}
