//! Whether an hour or a day of a station keeps the limits of its class of area.

use chrono::NaiveDate;
use limpid_model::{Compared, Compliance, ParameterId};

use crate::assess::gb3095::{Average, Class};
use crate::assess::graded::Graded;
use crate::fixed::Mean;
use crate::standards::Rules;

/// Level within all limits.
pub const MET: u8 = 1;
/// Level above a limit.
pub const EXCEEDED: u8 = 2;

/// What is judged: of which parameter, which average, and the value, `None` where it is missing or invalid.
pub type Judged = (ParameterId, Average, Option<Mean>);

/// The verdict of the edition in force at `date`, with the id of that edition; `None` where it has a limit of none of
/// `values`.
///
/// Values are rounded to reporting precision before they are judged, and the limit itself is kept. One value above its limit
/// is enough to exceed; parameters above it are named, the worst first. What is missing is not judged and has no class.
pub fn judge<'r>(rules: &'r Rules, class: Class, date: NaiveDate, values: &[Judged]) -> Option<(&'r str, Graded)> {
    let mut standard = None;
    let mut items = Vec::new();
    let mut compared = Vec::new();
    for (parameter, average, value) in values {
        let Some(limit) = rules.gb3095.at(*parameter, *average, class, date) else { continue };
        standard = Some(limit.standard);
        let value = value.map(|value| value.round(parameter.decimals() as u32));
        items.push((*parameter, value.map(|value| if limit.kept(value) { MET } else { EXCEEDED })));
        compared.extend(value.map(|value| Compared {
            parameter: *parameter,
            value: value.to_f64(),
            limit: Mean::from(limit.value).to_f64(),
            // A tenth above is 0.1, without the dust of binary fractions.
            multiple: limit.multiple(value).map(|multiple| (multiple * 1e6).round() / 1e6),
        }));
    }
    let standard = standard?;
    let mut above: Vec<(ParameterId, f64)> =
        compared.iter().filter_map(|one| Some((one.parameter, one.multiple?))).collect();
    above.sort_by(|a, b| b.1.total_cmp(&a.1));
    let level = items.iter().filter_map(|(_, level)| *level).max();
    let compliance = Compliance {
        target: Some(class.number().to_string()),
        reached: level.map(|level| level == MET),
        compared,
        ..Compliance::default()
    };
    let primary = above.into_iter().map(|(parameter, _)| parameter).collect();
    Some((standard, Graded { level, reason: level.is_none().then_some("missing"), primary, items, compliance }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixed::Fixed;

    fn value(parameter: &str, average: Average, value: Option<f64>) -> Judged {
        (ParameterId::known(parameter), average, value.and_then(Fixed::from_f64).map(Mean::from))
    }

    fn judged(class: Class, date: &str, values: &[Judged]) -> Option<(&'static str, Graded)> {
        judge(Rules::built_in(), class, date.parse().unwrap(), values)
    }

    #[test]
    fn the_edition_and_its_limits_are_those_of_the_date() {
        // 70 of PM2.5: within 75 until the end of February 2026, above 60 from March on.
        let day = [value("pm25", Average::Day, Some(70.0))];
        let (standard, before) = judged(Class::Two, "2026-02-28", &day).unwrap();
        assert_eq!((standard, before.level, before.compliance.reached), ("gb3095-2012", Some(MET), Some(true)));
        let (standard, after) = judged(Class::Two, "2026-03-01", &day).unwrap();
        assert_eq!((standard, after.level, after.compliance.reached), ("gb3095-2026", Some(EXCEEDED), Some(false)));
        assert_eq!(judged(Class::Two, "2012-02-28", &day), None, "before the first edition");
    }

    #[test]
    fn the_class_of_the_area_decides() {
        let ozone = [value("o3", Average::Max8h, Some(130.0))];
        let level = |class| judged(class, "2026-07-01", &ozone).unwrap().1.level;
        assert_eq!([level(Class::One), level(Class::Two)], [Some(EXCEEDED), Some(MET)]);
        assert_eq!(judged(Class::One, "2026-07-01", &ozone).unwrap().1.compliance.target.as_deref(), Some("1"));
    }

    #[test]
    fn one_above_its_limit_is_enough_and_the_worst_is_named_first() {
        let hours = [
            value("so2", Average::Hour, Some(500.4)),
            value("no2", Average::Hour, Some(300.0)),
            value("co", Average::Hour, None),
            value("o3", Average::Hour, Some(220.0)),
            // Particles have no limit of hours.
            value("pm25", Average::Hour, Some(900.0)),
            value("nox", Average::Hour, Some(251.0)),
        ];
        let (_, hour) = judged(Class::Two, "2026-07-01", &hours).unwrap();
        let names: Vec<_> = hour.primary.iter().map(|one| one.as_str()).collect();
        // 300 is half above 200, 220 a tenth above 200, 251 is one above 250; 500.4 is reported as 500.
        assert_eq!((hour.level, names), (Some(EXCEEDED), vec!["no2", "o3", "nox"]));
        let items: Vec<_> = hour.items.iter().map(|(one, level)| (one.as_str(), *level)).collect();
        assert_eq!(items, [("so2", Some(1)), ("no2", Some(2)), ("co", None), ("o3", Some(2)), ("nox", Some(2))]);
        assert_eq!([1, 2].map(|place| hour.compliance.compared[place].multiple), [Some(0.5), Some(0.1)]);
        let (_, missing) = judged(Class::Two, "2026-07-01", &hours[2..3]).unwrap();
        assert_eq!((missing.level, missing.reason), (None, Some("missing")));
    }
}
