//! Months and years of the waters of an area: grades of its sections, rivers and lakes (measures of 2011, 3.2 to 3.4), and how
//! many of its drinking-water sources meet the standard.

use std::collections::BTreeMap;
use std::sync::Arc;

use limpid_model::station::Body;
use limpid_model::summary::{AreaWater, SectionGrade, Sources, Standing, WaterBody};
use limpid_model::{
    Assessment, Instant, Period, Pipeline, SourceRates, Station, StationId, StationKind, Statistic, Subject, Summary,
    SummaryBody,
};
use limpid_store::{AssessmentQuery, Journal, ObservationQuery, Result};

use crate::assess::drinking;
use crate::assess::gb3838::waters::{Grade, SHARES_FROM, mean};
use crate::assess::gb3838::{self, GOOD, INFERIOR};
use crate::assess::graded::Values;
use crate::engine::summaries::{Keep, stations};
use crate::fixed::{Fixed, Mean};
use crate::standards::Rules;

/// Figures of one station and period are at most so many.
const PARAMETERS: usize = 500;

/// Id of the rule that grades the rivers and lakes of an area.
const RULE: &str = "waters-grade";

/// Id of the rule that counts drinking-water sources.
const SOURCES: &str = "sources-rate";

/// Makes the summary of one month or year of an area anew.
pub(super) async fn span(
    pipeline: &Pipeline,
    journal: &Arc<dyn Journal>,
    area: &str,
    (period, start): (Period, Instant),
    keep: &mut Keep<'_>,
) -> Result<()> {
    let stations = stations(pipeline, StationKind::Water, area);
    let classes = judged(journal, &stations, gb3838::ID, (period, start)).await?;
    let values = values(journal, &stations, (period, start)).await?;
    let mut bodies = Vec::new();
    for body in [Body::River, Body::Lake] {
        let sections: Vec<&Station> = stations.iter().copied().filter(|station| station.body == body).collect();
        if !sections.is_empty() {
            bodies.push(of_body(body, &sections, &classes, &values));
        }
    }
    let sources: Vec<&Station> = stations.iter().copied().filter(|station| station.drinking).collect();
    let verdicts = judged(journal, &sources, drinking::ID, (period, start)).await?;
    let behind = classes.values().chain(verdicts.values()).filter(|one| one.level.is_some());
    let mut rules = vec![RULE, gb3838::ID];
    if !sources.is_empty() {
        rules.extend([SOURCES, drinking::ID]);
    }
    let whole = bodies.iter().all(|body| body.n == body.expected)
        && sources.iter().all(|source| verdicts.get(&source.id).is_some_and(|one| one.level.is_some()));
    let body = AreaWater {
        scheme: gb3838::ID.to_owned(),
        standing: Standing::of(behind.map(|one| (one.status, one.event)), &rules, whole),
        bodies,
        sources: of_sources(&sources, &verdicts),
        unverified: ["grade of exactly five sections", "means of sections"].map(str::to_owned).to_vec(),
    };
    let end = period.end(start, pipeline.publisher.zone);
    let subject = Subject::Area(area.to_owned());
    keep.add(Summary { subject, period, start, end, body: SummaryBody::Water(body) }).await
}

fn of_body(
    body: Body,
    stations: &[&Station],
    classes: &BTreeMap<StationId, Assessment>,
    values: &BTreeMap<StationId, Values>,
) -> WaterBody {
    let grade = |station: &&Station| {
        let class = classes.get(&station.id)?.level?;
        Some(SectionGrade { station: station.id.clone(), class, grade: Grade::of_class(class) as u8 })
    };
    let sections: Vec<SectionGrade> = stations.iter().filter_map(grade).collect();
    let levels: Vec<u8> = sections.iter().map(|section| section.class).collect();
    let n = levels.len() as u32;
    let percent = |counts: fn(u8) -> bool| {
        let counted = levels.iter().filter(|class| counts(**class)).count();
        (n > 0).then(|| (1000.0 * counted as f64 / f64::from(n)).round() / 10.0)
    };
    let shares = body == Body::River && levels.len() >= SHARES_FROM;
    // Of sections without a class nobody knows what their mean would be part of.
    let points: Vec<Values> = sections.iter().filter_map(|section| values.get(&section.station).cloned()).collect();
    let class = if shares { None } else { mean(Rules::built_in(), body, &points).level };
    let grade = if shares { Grade::of_river(&levels) } else { class.map(Grade::of_class) };
    WaterBody {
        body: body.as_str().to_owned(),
        grade: grade.map(|grade| grade as u8),
        class,
        by: if shares { "shares" } else { "mean" }.to_owned(),
        good_percent: percent(|class| class <= GOOD),
        inferior_percent: percent(|class| class >= INFERIOR),
        n,
        expected: stations.len() as u32,
        sections,
    }
}

fn of_sources(stations: &[&Station], verdicts: &BTreeMap<StationId, Assessment>) -> Option<Sources> {
    let verdict = |station: &&Station| Some((verdicts.get(&station.id)?.compliance.as_ref()?.reached?, station.drawn));
    let rates = SourceRates::of(stations.iter().filter_map(verdict))?;
    let tenth = |percent: f64| (percent * 10.0).round() / 10.0;
    Some(Sources {
        scheme: drinking::ID.to_owned(),
        met: rates.met,
        n: rates.judged,
        expected: stations.len() as u32,
        met_percent: tenth(100.0 * f64::from(rates.met) / f64::from(rates.judged)),
        volume_percent: rates.volume_percent.map(tenth),
    })
}

/// What stands of a period under a scheme, by station.
pub(super) async fn judged(
    journal: &Arc<dyn Journal>,
    stations: &[&Station],
    scheme: &str,
    (period, start): (Period, Instant),
) -> Result<BTreeMap<StationId, Assessment>> {
    if stations.is_empty() {
        return Ok(BTreeMap::new());
    }
    let query = AssessmentQuery {
        stations: stations.iter().map(|station| station.id.clone()).collect(),
        scheme: scheme.to_owned(),
        period,
        from: start,
        to: start + chrono::Duration::microseconds(1),
        as_of: None,
        after: None,
        limit: stations.len(),
    };
    let found = journal.assessments(query).await?.into_iter().map(|published| published.record);
    Ok(found.map(|one| (one.station.clone(), one)).collect())
}

async fn values(
    journal: &Arc<dyn Journal>,
    stations: &[&Station],
    (period, start): (Period, Instant),
) -> Result<BTreeMap<StationId, Values>> {
    let mut values: BTreeMap<StationId, Values> = BTreeMap::new();
    if stations.is_empty() {
        return Ok(values);
    }
    let query = ObservationQuery {
        stations: stations.iter().map(|station| station.id.clone()).collect(),
        parameters: Vec::new(),
        period,
        statistic: Statistic::Mean,
        from: start,
        to: start + chrono::Duration::microseconds(1),
        as_of: None,
        after: None,
        limit: stations.len() * PARAMETERS,
    };
    for published in journal.observations(query).await? {
        let one = published.record;
        if let Some(value) = one.value.filter(|_| one.flag.usable()).and_then(Fixed::from_f64) {
            values.entry(one.station).or_default().insert(one.parameter, Mean::from(value));
        }
    }
    Ok(values)
}
