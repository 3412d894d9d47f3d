//! How a published figure came about: its rules, what it is made of, and the arithmetic with the numbers put in.
//!
//! The figure is also derived once more by the same pure functions that made it, and compared with what is published.
//!
//! - [`rules`]: what rule ids mean
//! - `checks`: every check that it went through, with thresholds
//! - `inputs`: readings down to their uploads, or the published figures of a shorter period
//! - `steps`: the arithmetic as text
//! - `index`: how an air quality index follows

mod checks;
mod index;
mod inputs;
pub mod rules;
mod steps;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{Duration, Months};
use limpid_model::{Explanation, Instant, Observation, Period, Pipeline, Question, Record};
use limpid_store::{Journal, ObservationQuery, Result};

use crate::engine::{around, derive_months};
use crate::standards::Rules;

/// Explains a figure; `None` where none such is published, or its station is not in the registry.
///
/// # Errors
/// Those of the journal.
pub async fn explain(
    pipeline: Arc<Pipeline>,
    journal: Arc<dyn Journal>,
    question: Question,
    now: Instant,
) -> Result<Option<Explanation>> {
    let zone = pipeline.publisher.zone;
    let Some(station) = pipeline.stations.get(&question.station) else { return Ok(None) };
    let query = ObservationQuery {
        stations: vec![question.station.clone()],
        parameters: vec![question.parameter],
        period: question.period,
        statistic: question.statistic,
        from: question.start,
        to: question.start + Duration::microseconds(1),
        as_of: None,
        after: None,
        limit: 1,
    };
    let Some(figure) = journal.observations(query).await?.pop() else { return Ok(None) };
    let rules = Rules::built_in();
    let inputs = inputs::of(&journal, station, &figure.record, zone).await?;
    let derived = derived(&pipeline, &journal, &question, &figure.record, now).await?;
    let mut steps = steps::of(rules, &pipeline, &figure.record, &inputs);
    steps.extend(index::of(rules, &pipeline, station, &figure.record));
    let agrees = derived.as_ref().is_some_and(|derived| {
        let said = |one: &Observation| (one.value.map(f64::to_bits), one.flag, one.rules.clone());
        said(derived) == said(&figure.record)
    });
    Ok(Some(Explanation {
        rules: rules::said(rules, station, figure.record.parameter, &figure.record.rules),
        checks: checks::of(rules, station, &figure.record, zone),
        inputs,
        steps,
        derived: derived.and_then(|derived| derived.value),
        agrees,
        figure,
    }))
}

/// The figure as it comes out now.
async fn derived(
    pipeline: &Arc<Pipeline>,
    journal: &Arc<dyn Journal>,
    question: &Question,
    figure: &Observation,
    now: Instant,
) -> Result<Option<Observation>> {
    let zone = pipeline.publisher.zone;
    let records = match question.period {
        Period::Month | Period::Quarter | Period::Months12 | Period::Year => {
            let last = zone.date_of(figure.end) - Months::new(1);
            derive_months(pipeline, journal, &question.station, &BTreeSet::from([last]), now).await?
        }
        _ => around(pipeline, journal, question, now).await?,
    };
    Ok(records.into_iter().find_map(|record| match record {
        Record::Observation(one)
            if (one.parameter, one.period, one.statistic, one.start)
                == (question.parameter, question.period, question.statistic, question.start) =>
        {
            Some(one)
        }
        _ => None,
    }))
}
