//! The arithmetic of a figure as text, with the numbers put in.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use limpid_model::explanation::{Input, Step};
use limpid_model::{Instant, Limit, Observation, ParameterId, Pipeline, Text};

use crate::aggregate::energy::energy_mean;
use crate::aggregate::mean::mean;
use crate::aggregate::noise;
use crate::assess::gb3095::Class;
use crate::fixed::{Fixed, Mean};
use crate::standards::Rules;

/// So many terms are written out; of more, the first ones and the last.
const TERMS: usize = 31;

/// The steps from the inputs to the figure.
pub(super) fn of(rules: &Rules, pipeline: &Pipeline, figure: &Observation, inputs: &[Input]) -> Vec<Step> {
    let result = with_unit(figure.parameter, figure.value);
    if figure.from.is_some() {
        return as_sent(figure, inputs, result);
    }
    let job = Job { rules, pipeline, figure, inputs, result };
    let made = figure.rules.split(' ').find_map(|rule| Some((rule, job.needs(rule)?)));
    // The trophic level index has a table of its own and no count.
    let Some((rule, needs)) = made else { return Vec::new() };
    let (n, expected) = (figure.n.unwrap_or_default(), figure.expected);
    let count = expected.map_or(format!("n = {n}"), |expected| format!("n = {n} / {expected}"));
    let mut steps = vec![step(
        "可用值个数、应有个数、最低要求",
        "usable values, of how many, and how many are needed",
        format!("{count}; >= {needs}"),
    )];
    if figure.value.is_none() {
        steps.push(step("有效值不足，不给出数值", "there are too few of them: no figure is given", "-".to_owned()));
    } else {
        steps.extend(job.arithmetic(rule));
    }
    steps
}

fn step(zh: &str, en: &str, formula: String) -> Step {
    Step { text: Text::zh_en(zh, en), formula }
}

fn with_unit(parameter: ParameterId, value: Option<f64>) -> String {
    value.map_or("-".to_owned(), |value| format!("{value} {}", parameter.unit()).trim_end().to_owned())
}

fn as_sent(figure: &Observation, inputs: &[Input], result: String) -> Vec<Step> {
    let sent = inputs.last().and_then(|input| input.value);
    let text = with_unit(figure.parameter, sent);
    let mut steps = vec![step("收到的数值（标准单位）", "the value as received, in the canonical unit", text)];
    if sent != figure.value {
        steps.push(step("审核人员订正后", "as a reviewer corrected it", result));
    }
    steps
}

struct Job<'a> {
    rules: &'a Rules,
    pipeline: &'a Pipeline,
    figure: &'a Observation,
    inputs: &'a [Input],
    result: String,
}

impl Job<'_> {
    /// How many values a rule asks for; `None` of a rule that makes no aggregate.
    fn needs(&self, rule: &str) -> Option<String> {
        let (validity, noise) = (&self.rules.validity, &self.pipeline.noise);
        let of_month = || format!("{} ({} of February)", validity.month_days, validity.month_days_february);
        Some(match rule {
            "hour-mean" | "hour-energy-mean" | "hour-sum" | "hour-vector" => {
                let set = |limit| if let Limit::Minutes(minutes) = limit { Some(minutes) } else { None };
                let station = self.pipeline.stations.get(&self.figure.station);
                let set = station.and_then(|station| Limit::set(&station.limits, self.figure.parameter, set));
                set.unwrap_or(validity.hour_minutes).to_string()
            }
            "moving-8h" => validity.moving_8h_hours.to_string(),
            "moving-24h" => validity.moving_24h_hours.to_string(),
            "day-mean" | "day-energy-mean" | "day-sum" | "day-vector" | "day-flow-weighted" => {
                // 24 of TSP, of a shorter day all.
                let hours = (self.figure.end - self.figure.start).num_hours();
                validity.day_hours_of(self.figure.parameter, usize::try_from(hours).unwrap_or(24)).to_string()
            }
            "day-max8h" => {
                let station = self.pipeline.stations.get(&self.figure.station);
                let class = station.map_or(Class::default(), |station| Class::parse(&station.class));
                let limit = plain(validity.max8h_limit_of(class));
                format!("{}, or the largest above {limit}", validity.max8h_windows)
            }
            "month-mean" | "month-energy-mean" | "month-flow-weighted" => of_month(),
            "quarter-mean" | "quarter-energy-mean" | "quarter-flow-weighted" => {
                format!("{} in each month", of_month())
            }
            "year-mean"
            | "year-energy-mean"
            | "year-flow-weighted"
            | "twelve-months-mean"
            | "twelve-months-energy-mean"
            | "twelve-months-flow-weighted" => {
                format!("{}, and {} in each month", validity.year_days, of_month())
            }
            "month-sum" | "quarter-sum" | "twelve-months-sum" | "year-sum" => {
                self.figure.expected.unwrap_or_default().to_string()
            }
            "month-vector" => (self.figure.expected.unwrap_or_default() * 5 / 6).to_string(),
            "year-month-mean" | "twelve-months-month-mean" => validity.water_year_months.to_string(),
            "quarter-month-mean" => format!("{} days with samples", validity.water_quarter_samples),
            "hour-sample-mean" | "day-sample-mean" | "month-sample-mean" | "hour-last" => "1".to_owned(),
            "hour-counter" | "day-counter" => "the first and the last".to_owned(),
            "noise-day" => noise.day_hours.to_string(),
            "noise-night" => noise.night_hours.to_string(),
            "noise-ldn" | "noise-lden" => format!("{} by day, {} by night", noise.day_hours, noise.night_hours),
            _ => return None,
        })
    }

    fn arithmetic(&self, rule: &str) -> Vec<Step> {
        let values = self.values(self.figure.parameter);
        let result = &self.result;
        match rule {
            "hour-mean" => vec![self.by_minutes()],
            "hour-energy-mean"
            | "day-energy-mean"
            | "month-energy-mean"
            | "quarter-energy-mean"
            | "twelve-months-energy-mean"
            | "year-energy-mean" => {
                vec![energy("能量平均", "the mean of the energy", &values, result)]
            }
            "noise-day" | "noise-night" => {
                vec![energy("能量平均", "the mean of the energy", &self.values(ParameterId::known("leq")), result)]
            }
            "noise-ldn" | "noise-lden" => self.parts_of_the_day(rule),
            "day-max8h" => self.windows(),
            "hour-sum" | "day-sum" | "month-sum" | "quarter-sum" | "twelve-months-sum" | "year-sum" => {
                vec![step(
                    "各值之和",
                    "the sum",
                    format!("{} = {result}", terms(&values, " + ", |value| value.to_string())),
                )]
            }
            "hour-last" => vec![step("最后一个读数", "the last reading", result.clone())],
            "hour-counter" | "day-counter" => self.counted(),
            "day-flow-weighted"
            | "month-flow-weighted"
            | "quarter-flow-weighted"
            | "twelve-months-flow-weighted"
            | "year-flow-weighted" => vec![step(
                "按流量 q 加权",
                "each concentration c weighted by the flow q beside it",
                format!("Σ c·q / Σ q = {result}"),
            )],
            "hour-vector" | "day-vector" | "month-vector" => vec![step(
                "风矢量之和的方向（v 为风速，d 为风向）",
                "the direction of the sum of the vectors (v the speed, d the direction)",
                format!("atan2(Σ v·sin d, Σ v·cos d) = {result}"),
            )],
            "quarter-month-mean" | "twelve-months-month-mean" | "year-month-mean" => self.months(),
            _ => vec![average(&values, result)],
        }
    }

    fn used(&self, parameter: ParameterId) -> impl Iterator<Item = &Input> {
        self.inputs.iter().filter(move |input| input.used && input.parameter == parameter)
    }

    fn values(&self, parameter: ParameterId) -> Vec<f64> {
        self.used(parameter).filter_map(counted).collect()
    }

    /// The hours that start within a span, one cell an hour.
    fn cells(&self, parameter: ParameterId, (from, to): (Instant, Instant)) -> Vec<Option<Fixed>> {
        let values: BTreeMap<Instant, f64> =
            self.used(parameter).filter_map(|input| Some((input.start, counted(input)?))).collect();
        let hours = self.pipeline.publisher.zone.hours(from, to);
        hours.map(|hour| values.get(&hour).copied().and_then(Fixed::from_f64)).collect()
    }

    fn by_minutes(&self) -> Step {
        let minutes = |input: &Input| ((input.end - input.start).num_minutes(), counted(input));
        let of: Vec<(i64, Option<f64>)> = self.used(self.figure.parameter).map(minutes).collect();
        let values: Vec<f64> = of.iter().filter_map(|(_, value)| *value).collect();
        match of.first() {
            Some((first, _)) if of.iter().all(|(length, _)| length == first) => average(&values, &self.result),
            _ => step(
                "按分钟数 m 加权的平均",
                "the mean of the values v weighted by their minutes m, counting no minute twice",
                format!("Σ v·m / Σ m = {}", self.result),
            ),
        }
    }

    /// Every window of eight hours, and the largest of them.
    fn windows(&self) -> Vec<Step> {
        let (figure, zone) = (self.figure, self.pipeline.publisher.zone);
        let hours = self.cells(figure.parameter, (figure.start, figure.end));
        let validity = &self.rules.validity;
        let starts: Vec<Instant> = zone.hours(figure.start, figure.end).collect();
        let window = |end: usize| {
            let made = mean(&hours[end - 8..end], validity.moving_8h_hours);
            let value = made.mean.map_or("-".to_owned(), |mean| format!("{:.3}", mean.to_f64()));
            let from = starts.get(end - 8).map(|start| start.with_timezone(&zone.0).format("%H:%M").to_string());
            format!("{}: {value} ({}/8)", from.unwrap_or_default(), made.n)
        };
        let all: Vec<String> = (validity.max8h_first_end.max(8)..=hours.len()).map(window).collect();
        vec![
            step(
                "各 8 小时平均（自该时起；有效小时数）",
                "the mean of eight hours from each hour on (usable hours)",
                all.join("; "),
            ),
            step("其中最大者", "the largest of them", self.result.clone()),
        ]
    }

    /// Levels of the parts of the day, and how they are weighed.
    fn parts_of_the_day(&self, rule: &str) -> Vec<Step> {
        let (noise, zone) = (&self.pipeline.noise, self.pipeline.publisher.zone);
        let date = zone.date_of(self.figure.start);
        let level = |span| {
            let made = energy_mean(&self.cells(ParameterId::known("leq"), span), 1);
            made.mean.map_or("-".to_owned(), |level| format!("{:.2}", level.to_f64()))
        };
        let formula = if rule == "noise-ldn" {
            let [day, night] = [limpid_model::Part::Day, limpid_model::Part::Night]
                .map(|part| level(noise::span(noise, part, date, zone)));
            format!("10·lg((16·10^({day}/10) + 8·10^(({night} + 10)/10)) / 24) = {}", self.result)
        } else {
            let [day, evening, night] = noise::end_spans(noise, date, zone).map(level);
            format!(
                "10·lg((12·10^({day}/10) + 4·10^(({evening} + 5)/10) + 8·10^(({night} + 10)/10)) / 24) = {}",
                self.result
            )
        };
        vec![step("各时段能量平均加权", "the levels of the parts of the day, weighed", formula)]
    }

    /// The readings of a counter at both ends.
    fn counted(&self) -> Vec<Step> {
        let counter = self.rules.counters.iter().find(|one| one.amount == self.figure.parameter);
        let readings = counter.map(|one| self.values(one.counter)).unwrap_or_default();
        let (first, last) =
            (readings.first().copied().unwrap_or_default(), readings.last().copied().unwrap_or_default());
        vec![step(
            "累计读数之差（归零处另计）",
            "the difference of the readings (on from zero where it was set back)",
            format!("{last} - {first} = {}", self.result),
        )]
    }

    /// The means of the months of a year of samples.
    fn months(&self) -> Vec<Step> {
        let zone = self.pipeline.publisher.zone;
        let mut months: BTreeMap<Option<NaiveDate>, Vec<Option<Fixed>>> = BTreeMap::new();
        for input in self.used(self.figure.parameter) {
            let month = zone.date_of(input.start).with_day(1);
            months.entry(month).or_default().push(counted(input).and_then(Fixed::from_f64));
        }
        let means: Vec<f64> = months.values().filter_map(|days| mean(days, 1).mean).map(Mean::to_f64).collect();
        let means: Vec<f64> = means.into_iter().map(|mean| (mean * 1e6).round() / 1e6).collect();
        vec![average(&means, &self.result)]
    }
}

/// The value that entered the figure.
fn counted(input: &Input) -> Option<f64> {
    input.counted_as.or(input.value)
}

fn plain(value: Fixed) -> f64 {
    Mean::from(value).to_f64()
}

fn average(values: &[f64], result: &str) -> Step {
    let sum = terms(values, " + ", |value| value.to_string());
    step("算术平均", "the arithmetic mean", format!("({sum}) / {} = {result}", values.len()))
}

fn energy(zh: &str, en: &str, levels: &[f64], result: &str) -> Step {
    let sum = terms(levels, " + ", |level| format!("10^({level}/10)"));
    step(zh, en, format!("10·lg(({sum}) / {}) = {result}", levels.len()))
}

/// Values written out, of many only the first ones and the last.
fn terms(values: &[f64], between: &str, write: impl Fn(&f64) -> String) -> String {
    if values.len() <= TERMS {
        return values.iter().map(write).collect::<Vec<_>>().join(between);
    }
    let mut shown: Vec<String> = values[..TERMS - 2].iter().map(&write).collect();
    shown.push("…".to_owned());
    shown.extend(values.last().map(write));
    shown.join(between)
}
