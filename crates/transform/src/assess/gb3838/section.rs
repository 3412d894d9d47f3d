//! The class of one section or lake point.

use std::cmp::{Ordering, Reverse};

use limpid_model::station::Body;
use limpid_model::{Compared, Compliance, ParameterId};

use super::oxygen::{self, CLASS_I_PERCENT};
use super::{GOOD, numeral};
use crate::assess::graded::{Graded, Values};
use crate::assess::limit::multiple;
use crate::fixed::Mean;
use crate::standards::Rules;

/// At most so many lead pollutants are named (measures, 3.2).
const LEADS: usize = 3;

/// Items without which an automatic station's class would say little: those that the national real-time feed classes by.
const AUTOMATIC: [&str; 5] = ["ph", "do", "codmn", "nh3n", "tp"];

/// What is known of the section beside its values.
#[derive(Debug, Clone, Copy)]
pub struct Section<'a> {
    /// Rivers and lakes have limits of their own for phosphorus.
    pub body: Body,
    /// The class to be kept.
    pub target: Option<u8>,
    /// What is to be measured there; empty when not stated, and then [`AUTOMATIC`] is.
    pub plan: &'a [ParameterId],
    /// Altitude in m where class I may be met by saturation; `None` where only mg/L count.
    pub saturation: Option<f64>,
}

/// An item that was measured.
struct Found<'a> {
    item: &'a super::limits::Item,
    value: Mean,
    class: u8,
}

/// The class of a section from values in canonical units: means of an hour, a day, a month or a year, or one sample.
///
/// Each value is rounded to its reporting precision before it is classed. Without an item of the plan there is no class:
/// the missing one might be the worst. Lead pollutants are the items worse than class III, the worst class first, then the
/// largest multiple of the limit of class III; cyanide, lead and other heavy metals before all others.
pub fn section(rules: &Rules, about: Section<'_>, values: &Values) -> Graded {
    let mut found: Vec<Found<'_>> = Vec::new();
    let mut items = Vec::new();
    let mut apart = Vec::new();
    let mut complete = true;
    for item in rules.gb3838.of(about.body) {
        let Some(value) = values.get(&item.parameter) else {
            if item.counts && planned(about.plan, item.parameter) {
                items.push((item.parameter, None));
                complete = false;
            }
            continue;
        };
        let value = item.rounded(*value);
        let mut class = item.class(value);
        if class > 1 && item.parameter.as_str() == "do" && saturated(about, values, value) {
            class = 1;
        }
        if item.counts {
            items.push((item.parameter, Some(class)));
            found.push(Found { item, value, class });
        } else {
            apart.push((item.parameter, Some(class)));
        }
    }
    let temperature = ParameterId::known("water_temperature");
    if values.contains_key(&temperature) {
        apart.push((temperature, None));
    }
    let worst = found.iter().map(|one| one.class).max();
    let level = worst.filter(|_| complete);
    let reason = level.is_none().then_some("missing");
    let compared = leads(&found);
    let compliance = Compliance {
        target: about.target.map(|class| numeral(class).to_owned()),
        reached: level.zip(about.target).map(|(class, target)| class <= target),
        compared: compared.clone(),
        apart,
        ..Compliance::default()
    };
    Graded { level, reason, primary: compared.iter().map(|lead| lead.parameter).collect(), items, compliance }
}

fn planned(plan: &[ParameterId], parameter: ParameterId) -> bool {
    if plan.is_empty() { AUTOMATIC.contains(&parameter.as_str()) } else { plan.contains(&parameter) }
}

fn saturated(about: Section<'_>, values: &Values, oxygen: Mean) -> bool {
    let temperature = values.get(&ParameterId::known("water_temperature"));
    let percent = about
        .saturation
        .zip(temperature)
        .and_then(|(altitude, temperature)| oxygen::saturation(oxygen, *temperature, altitude));
    percent.is_some_and(|percent| percent >= CLASS_I_PERCENT)
}

/// The items worse than class III that are named.
fn leads(found: &[Found<'_>]) -> Vec<Compared> {
    let mut worse: Vec<(&Found<'_>, Compared)> = Vec::new();
    for one in found.iter().filter(|one| one.class > GOOD) {
        let Some(limit) = one.item.bound(GOOD, one.value) else { continue };
        let multiple = one.item.multiple.then(|| multiple(one.value, limit)).flatten();
        let limit = Mean::from(limit).to_f64();
        worse.push((one, Compared { parameter: one.item.parameter, value: one.value.to_f64(), limit, multiple }));
    }
    worse.sort_by(|(a, left), (b, right)| {
        let first = |found: &Found<'_>| found.item.first.unwrap_or(u8::MAX);
        let times = |compared: &Compared| compared.multiple.unwrap_or(0.0);
        let by_multiple = || times(right).partial_cmp(&times(left)).unwrap_or(Ordering::Equal);
        first(a).cmp(&first(b)).then(Reverse(a.class).cmp(&Reverse(b.class))).then_with(by_multiple)
    });
    worse.into_iter().take(LEADS).map(|(_, compared)| compared).collect()
}
