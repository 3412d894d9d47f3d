//! What a figure is made of: readings with the uploads that brought them, or published figures.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::Duration;
use limpid_model::explanation::{Input, Origin};
use limpid_model::{
    Instant, Mark, Observation, ParameterId, Period, Published, ReceiptId, Station, StationKind, Statistic, Zone,
};
use limpid_store::{Accepted, Journal, ObservationQuery, Result};

use crate::aggregate::How;
use crate::fixed::{Fixed, Mean};
use crate::standards::Rules;
use crate::validate;

/// A value that was corrected more often is shown with its last revisions only.
const REVISIONS: usize = 50;

/// Values of one figure: a year of days, and an hour of seconds, fit.
const INPUTS: usize = 4_000;

/// What a published figure is made of, in the order of parameter and start.
pub(super) async fn of(
    journal: &Arc<dyn Journal>,
    station: &Station,
    figure: &Observation,
    zone: Zone,
) -> Result<Vec<Input>> {
    let mut inputs = match figure.period {
        _ if figure.from.is_some() => revisions(journal, station, figure, zone).await?,
        Period::Hour if counter(figure.parameter).is_none() => readings(journal, station, figure, zone).await?,
        Period::Hour | Period::Hours8 | Period::Hours24 | Period::Day => {
            published(journal, station, Period::Hour, &sources(station.kind, figure), figure).await?
        }
        Period::Month | Period::Quarter | Period::Months12 | Period::Year => {
            let made = Rules::built_in().aggregates.at(station.kind, figure.parameter);
            let parameters: Vec<ParameterId> =
                made.how.beside().map(ParameterId::known).into_iter().chain([figure.parameter]).collect();
            let of = if made.how == How::Vector { Period::Hour } else { Period::Day };
            published(journal, station, of, &parameters, figure).await?
        }
        Period::Moment | Period::Minutes(_) => Vec::new(),
    };
    trace(journal, &mut inputs).await?;
    Ok(inputs)
}

/// The parameters whose hours a day or a window is made of.
fn sources(kind: StationKind, figure: &Observation) -> Vec<ParameterId> {
    let parameter = figure.parameter;
    if let Some(counter) = counter(parameter) {
        return vec![counter];
    }
    if ["ld", "ln", "ldn", "lden"].contains(&parameter.as_str()) {
        return vec![ParameterId::known("leq")];
    }
    let beside = Rules::built_in().aggregates.at(kind, parameter).how.beside();
    let beside = beside.filter(|_| figure.period == Period::Day).map(ParameterId::known);
    [parameter].into_iter().chain(beside).collect()
}

/// What counts a parameter, where anything does.
fn counter(parameter: ParameterId) -> Option<ParameterId> {
    Rules::built_in().counters.iter().find(|one| one.amount == parameter).map(|one| one.counter)
}

/// Published values that start within the figure's period; of a counter also the last before it.
async fn published(
    journal: &Arc<dyn Journal>,
    station: &Station,
    period: Period,
    parameters: &[ParameterId],
    figure: &Observation,
) -> Result<Vec<Input>> {
    let query = ObservationQuery {
        stations: vec![station.id.clone()],
        parameters: parameters.to_vec(),
        period,
        statistic: Statistic::Mean,
        from: if parameters.first().copied() == counter(figure.parameter) && period == Period::Hour {
            figure.start - Duration::hours(1)
        } else {
            figure.start
        },
        to: figure.end,
        as_of: None,
        after: None,
        limit: INPUTS,
    };
    let input = |Published { record, revision, .. }: Published<Observation>| Input {
        parameter: record.parameter,
        period: record.period,
        start: record.start,
        end: record.end,
        value: record.value,
        counted_as: counted(station, record.parameter, record.value, record.mark),
        flag: record.flag,
        used: record.value.is_some() && record.flag.usable(),
        revision,
        mark: record.mark,
        rules: record.rules,
        origin: record.from.map(|receipt| Origin { receipt, received: None, channel: None, sha256: None }),
    };
    Ok(journal.observations(query).await?.into_iter().map(input).collect())
}

/// The readings of minutes and moments that an hour is made of.
async fn readings(
    journal: &Arc<dyn Journal>,
    station: &Station,
    figure: &Observation,
    zone: Zone,
) -> Result<Vec<Input>> {
    let made = Rules::built_in().aggregates.at(station.kind, figure.parameter);
    let beside = (made.how == How::Vector).then(|| ParameterId::known("wind_speed"));
    let takes = |accepted: &Accepted| {
        let (parameter, period) = (accepted.reading.parameter, accepted.reading.period);
        let of = parameter == figure.parameter || Some(parameter) == beside;
        of && matches!(period, Period::Moment | Period::Minutes(_))
    };
    let window = journal.window(&station.id, figure.start, figure.end, None).await?;
    let taken = window.iter().filter(|one| takes(one)).take(INPUTS);
    Ok(taken.map(|accepted| reading(station, accepted, zone, true)).collect())
}

/// The reading that was published as sent, with the revisions before it, the oldest first.
async fn revisions(
    journal: &Arc<dyn Journal>,
    station: &Station,
    figure: &Observation,
    zone: Zone,
) -> Result<Vec<Input>> {
    let same = |accepted: &Accepted| {
        let reading = &accepted.reading;
        (reading.parameter, reading.period, reading.start) == (figure.parameter, figure.period, figure.start)
    };
    let mut found: Vec<Accepted> = Vec::new();
    let mut as_of = None;
    while found.len() < REVISIONS {
        let window = journal.window(&station.id, figure.start, figure.start + Duration::microseconds(1), as_of).await?;
        let Some(one) = window.into_iter().find(same) else { break };
        let first = one.revision <= 1 || found.last().is_some_and(|newer| newer.revision <= one.revision);
        as_of = Some(one.received - Duration::microseconds(1));
        found.push(one);
        if first {
            break;
        }
    }
    let newest = found.first().map(|one| one.seq);
    found.dedup_by_key(|one| one.seq);
    found.reverse();
    Ok(found.iter().map(|one| reading(station, one, zone, Some(one.seq) == newest)).collect())
}

/// What stands for a value below a limit.
fn counted(station: &Station, parameter: ParameterId, value: Option<f64>, mark: Option<Mark>) -> Option<f64> {
    mark.filter(|mark| mark.is_below())?;
    let limit = Fixed::from_f64(value?)?;
    let used = Rules::built_in().detection.used(station.kind, &station.limits, parameter, limit, mark);
    Some(Mean::from(used).to_f64())
}

/// A reading as an input, judged by itself.
fn reading(station: &Station, accepted: &Accepted, zone: Zone, newest: bool) -> Input {
    let one = &accepted.reading;
    let judged = validate::reading(Rules::built_in(), station.kind, &station.limits, one);
    Input {
        parameter: one.parameter,
        period: one.period,
        start: one.start,
        end: one.period.end(one.start, zone),
        value: one.value,
        counted_as: counted(station, one.parameter, one.value, one.mark),
        flag: judged.flag,
        used: newest && judged.usable().is_some(),
        revision: accepted.revision,
        mark: one.mark,
        rules: judged.rules,
        origin: Some(Origin { receipt: accepted.receipt, received: None, channel: None, sha256: None }),
    }
}

/// Adds when and how each upload came, and what its bytes hash to.
async fn trace(journal: &Arc<dyn Journal>, inputs: &mut [Input]) -> Result<()> {
    let mut known: HashMap<ReceiptId, Origin> = HashMap::new();
    let receipts: BTreeMap<ReceiptId, ()> =
        inputs.iter().filter_map(|input| input.origin.as_ref()).map(|origin| (origin.receipt, ())).collect();
    for receipt in receipts.into_keys() {
        if let Some(stored) = journal.submission(receipt).await? {
            let received: Instant = stored.receipt.received;
            let sha256 = stored.sha256.iter().map(|byte| format!("{byte:02x}")).collect();
            let origin =
                Origin { receipt, received: Some(received), channel: Some(stored.channel), sha256: Some(sha256) };
            known.insert(receipt, origin);
        }
    }
    for origin in inputs.iter_mut().filter_map(|input| input.origin.as_mut()) {
        if let Some(traced) = known.get(&origin.receipt) {
            *origin = traced.clone();
        }
    }
    Ok(())
}
