//! Months and years of the noise of an area: how often the limits of each class of zone were kept by day and by night, and the
//! grade of the mean level.
//!
//! HJ 640 grades the mean of a survey's grid. Of the stations of an area it says less, and the summary says so.

use std::collections::BTreeMap;
use std::sync::Arc;

use limpid_model::summary::{AreaNoise, ClassRate, PartLevel, Standing};
use limpid_model::{
    Instant, ParameterId, Part, Period, Pipeline, Station, StationKind, Statistic, Status, Subject, Summary,
    SummaryBody,
};
use limpid_store::{Journal, ObservationQuery, Result};

use crate::assess::{gb3096, hj640};
use crate::engine::summaries::water::judged;
use crate::engine::summaries::{Keep, stations};
use crate::fixed::{Fixed, Mean};
use crate::review;
use crate::standards::Rules;

/// Id of the rule that counts how often limits were kept.
const RULE: &str = "noise-rates";

/// Makes the summary of one month or year of an area anew.
pub(super) async fn span(
    pipeline: &Pipeline,
    journal: &Arc<dyn Journal>,
    area: &str,
    (period, start): (Period, Instant),
    keep: &mut Keep<'_>,
) -> Result<()> {
    let zone = pipeline.publisher.zone;
    let stations = stations(pipeline, StationKind::Noise, area);
    let end = period.end(start, zone);
    let days = (zone.date_of(end) - zone.date_of(start)).num_days() as u32;
    let mut rates: BTreeMap<(String, Part), ClassRate> = BTreeMap::new();
    let mut behind = Vec::new();
    for judged in judged(journal, &stations, gb3096::ID, (period, start)).await?.into_values() {
        behind.extend(judged.level.map(|_| (judged.status, judged.event)));
        let Some(compliance) = judged.compliance else { continue };
        let Some(class) = compliance.target else { continue };
        for met in compliance.met {
            let rate = rates.entry((class.clone(), met.part)).or_insert_with(|| ClassRate {
                class: class.clone(),
                part: met.part,
                stations: 0,
                met: 0,
                n: 0,
                expected: 0,
                met_percent: None,
            });
            rate.stations += 1;
            rate.met += met.met;
            rate.n += met.judged;
            rate.expected += days;
        }
    }
    let percent =
        |rate: &ClassRate| (rate.n > 0).then(|| (1000.0 * f64::from(rate.met) / f64::from(rate.n)).round() / 10.0);
    let classes = rates.into_values().map(|rate| ClassRate { met_percent: percent(&rate), ..rate }).collect();
    let mut levels = Vec::new();
    for (part, name) in [(Part::Day, "ld"), (Part::Night, "ln")] {
        if let Some((level, of_stations)) = level(journal, &stations, part, name, (period, start)).await? {
            levels.push(level);
            behind.extend(of_stations);
        }
    }
    let whole = !levels.is_empty() && levels.iter().all(|level| level.n == level.expected);
    let unverified = ["HJ 640 grade: of automatic stations, not of a survey's grid", "HJ 640 mean"];
    let body = AreaNoise {
        scheme: gb3096::ID.to_owned(),
        standing: Standing::of(behind, &[RULE, gb3096::ID, hj640::ID], whole),
        classes,
        levels,
        unverified: unverified.map(str::to_owned).to_vec(),
    };
    let subject = Subject::Area(area.to_owned());
    keep.add(Summary { subject, period, start, end, body: SummaryBody::Noise(body) }).await
}

/// The mean of the stations' levels, with the status of each and whether an event is marked in it; `None` where no station has one.
async fn level(
    journal: &Arc<dyn Journal>,
    stations: &[&Station],
    part: Part,
    name: &str,
    (period, start): (Period, Instant),
) -> Result<Option<(PartLevel, Vec<(Status, bool)>)>> {
    if stations.is_empty() {
        return Ok(None);
    }
    let query = ObservationQuery {
        stations: stations.iter().map(|station| station.id.clone()).collect(),
        parameters: vec![ParameterId::known(name)],
        period,
        statistic: Statistic::Mean,
        from: start,
        to: start + chrono::Duration::microseconds(1),
        as_of: None,
        after: None,
        limit: stations.len(),
    };
    let found = journal.observations(query).await?.into_iter().map(|published| published.record);
    let usable = found.filter_map(|one| {
        let level = one.value.filter(|_| one.flag.usable()).and_then(Fixed::from_f64)?;
        Some((level, (one.status, review::is_event(&one.rules))))
    });
    let (levels, behind): (Vec<Fixed>, Vec<(Status, bool)>) = usable.unzip();
    let graded = hj640::area_mean(&levels)
        .map(|mean| mean.round(1))
        .and_then(|mean| Some((mean, hj640::grade(Rules::built_in(), hj640::Kind::Area, part, mean)?)));
    let (n, expected) = (levels.len() as u32, stations.len() as u32);
    let graded = graded.map(|(mean, grade): (Mean, u8)| PartLevel { part, mean: mean.to_f64(), grade, n, expected });
    Ok(graded.map(|graded| (graded, behind)))
}
