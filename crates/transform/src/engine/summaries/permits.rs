//! Days and months of outlets against the permits that were in force on them.
//!
//! Permits are the released revisions of the register `permits` whose outlets name a station; times that a unit marked are
//! those of the register `operating-marks`. When either changes, everything of the stations concerned is judged anew.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{Days, Duration, Months, NaiveDate};
use limpid_model::permit::PermitMonth;
use limpid_model::register::PublicRecord;
use limpid_model::summary::Standing;
use limpid_model::{
    Flag, Instant, Observation, ParameterId, Period, Pipeline, StationId, Status, Subject, Summary, SummaryBody,
};
use limpid_store::{Journal, PublicEntry, PublicQuery, PublicRevision, Result, SummaryQuery};
use serde_json::Value;

use super::super::calendar::read;
use super::Keep;
use crate::compliance::day::{BACK_DAYS, Marked, Measured, judge};
use crate::compliance::permit::{Outlet, outlets};
use crate::compliance::quantity::{self, Mass};

/// The registers that are read, and the fields that say which station is meant: of permits in a table.
const PERMITS: (&str, &str) = ("permits", "outlets");
const MARKS: (&str, &str) = ("operating-marks", "station");

/// Records read at once.
const PAGE: usize = 1_000;

/// Why a day or month that was judged before is judged no more: no permit that is public was in force, or the one that was
/// says no quantity.
const NO_PERMIT: &str = "no_permit";
const NO_QUANTITY: &str = "no_quantity";

/// Which permits have, or had, an outlet that a station measures: a revision that leaves the outlet out does not change what
/// was permitted before it. Read anew when anything was done to a permit.
#[derive(Debug, Default)]
pub(super) struct Named {
    permits: BTreeMap<StationId, BTreeSet<String>>,
    /// The number of the last deed that it knows of.
    deed: Option<u64>,
}

impl Named {
    /// Reads it anew where anything was done to a permit since.
    pub(super) async fn bring_up(&mut self, journal: &Arc<dyn Journal>) -> Result<()> {
        let mut deed = self.deed;
        while let Some(last) = journal.registers().deeds(PERMITS.0, None, deed.unwrap_or(0), PAGE).await?.last() {
            deed = Some(last.id);
        }
        if self.deed.is_some() && self.deed == deed {
            return Ok(());
        }
        let mut permits: BTreeMap<StationId, BTreeSet<String>> = BTreeMap::new();
        for entry in entries(journal, PERMITS.0, Vec::new()).await? {
            let Some((_, revisions)) = journal.registers().public_record(PERMITS.0, &entry.id).await? else { continue };
            for station in revisions.iter().flat_map(|one| stations_in(|field| one.record.fields().get(field))) {
                permits.entry(station).or_default().insert(entry.id.clone());
            }
        }
        *self = Self { permits, deed };
        Ok(())
    }
}

/// What is known of a station's permits.
pub(super) struct Permits {
    outlets: Vec<Outlet>,
    marked: Vec<Marked>,
}

impl Permits {
    /// Everything that was ever permitted at a station's outlets, as far as it is public.
    pub(super) async fn of(journal: &Arc<dyn Journal>, named: &Named, station: &StationId) -> Result<Self> {
        let mut found = Vec::new();
        for id in named.permits.get(station).into_iter().flatten() {
            if let Some((entry, revisions)) = journal.registers().public_record(PERMITS.0, id).await? {
                let end = entry.repealed.map(|notice| notice.on);
                found.extend(versions(id, &revisions, end).into_iter().filter(|one| one.station == *station));
            }
        }
        let marks = entries(journal, MARKS.0, vec![(MARKS.1.to_owned(), station.to_string())]).await?;
        let marked = marks.iter().filter_map(|entry| mark_of(entry.record.as_ref()?)).collect();
        Ok(Self { outlets: found, marked })
    }

    /// What was permitted on a day; of several permits the one that began last.
    fn on(&self, date: NaiveDate) -> Option<&Outlet> {
        self.outlets.iter().filter(|one| one.in_force(date)).max_by_key(|one| (one.from, one.version.revision))
    }
}

/// Public records that `filters` let through.
async fn entries(
    journal: &Arc<dyn Journal>,
    register: &str,
    filters: Vec<(String, String)>,
) -> Result<Vec<PublicEntry>> {
    let mut query = PublicQuery { register: register.to_owned(), filters, limit: PAGE, ..PublicQuery::default() };
    let mut found = Vec::new();
    loop {
        let page = journal.registers().public_records(query.clone()).await?;
        let last = page.last().filter(|_| page.len() == PAGE).map(|entry| entry.number);
        found.extend(page);
        if last.is_none() {
            return Ok(found);
        }
        query.before = last;
    }
}

/// The outlets of every revision of a permit, each in force until the next one is. A revision begins with its first valid day,
/// or with the day on which it was decided where that is later; one that begins no later than the one before corrects it.
fn versions(permit: &str, revisions: &[PublicRevision], repealed: Option<NaiveDate>) -> Vec<Outlet> {
    let day_before = |day: NaiveDate| day.checked_sub_days(Days::new(1));
    let mut found = Vec::new();
    let mut next: Option<NaiveDate> = repealed;
    for revision in revisions.iter().rev() {
        let validity = revision.record.validity();
        let decided = revision.record.fields().get("decided").and_then(|value| value.as_str()?.parse().ok());
        let from = validity.from.max(decided).unwrap_or(NaiveDate::MIN);
        let ends = [validity.to, validity.ended.and_then(day_before), next.and_then(day_before)];
        let to = ends.into_iter().flatten().min();
        if to.is_none_or(|to| from <= to) {
            found.extend(outlets((permit, revision.revision), revision.record.fields(), (from, to)));
        }
        next = Some(next.map_or(from, |next| next.min(from)));
    }
    found
}

fn mark_of(record: &PublicRecord) -> Option<Marked> {
    let text = |name: &str| record.fields().get(name).and_then(|value| value.as_str());
    let time = |name: &str| Some(chrono::DateTime::parse_from_rfc3339(text(name)?).ok()?.to_utc());
    Some(Marked { from: time("from")?, to: time("to")?, kind: text("kind")?.to_owned() })
}

/// Judges days of a station anew, those of which anything is published.
pub(super) async fn days(
    pipeline: &Pipeline,
    journal: &Arc<dyn Journal>,
    station: &StationId,
    permits: &Permits,
    dates: &BTreeSet<NaiveDate>,
    keep: &mut Keep<'_>,
) -> Result<()> {
    let mut vacant = Vacant::default();
    for date in dates {
        let (start, end) = pipeline.publisher.zone.day(*date);
        let Some(outlet) = permits.on(*date) else {
            vacant.insert(start, NO_PERMIT);
            continue;
        };
        let parameters: Vec<ParameterId> = outlet.concentrations.iter().map(|limit| limit.parameter).collect();
        let mut hours = read(journal, station, parameters.clone(), Period::Hour, (start, end)).await?;
        let days = read(journal, station, parameters.clone(), Period::Day, (start, end)).await?;
        if hours.is_empty() && days.is_empty() {
            continue;
        }
        let back = start - Duration::days(BACK_DAYS);
        hours.extend(read(journal, station, parameters, Period::Hour, (back, start)).await?);
        let by_key = |found: Vec<Observation>| found.into_iter().map(|one| ((one.parameter, one.start), one)).collect();
        let measured = Measured { hours: by_key(hours), days: by_key(days) };
        let body = SummaryBody::Permit(judge(outlet, (start, end), &measured, &permits.marked));
        keep.add(Summary { subject: Subject::Station(station.clone()), period: Period::Day, start, end, body }).await?;
    }
    vacate(journal, station, ("permit", Period::Day), &vacant, keep).await
}

/// Adds up months of a station anew, in their order, those in which anything was discharged that a quantity is permitted of.
/// Earlier months are taken as they were kept.
pub(super) async fn months(
    pipeline: &Pipeline,
    journal: &Arc<dyn Journal>,
    station: &StationId,
    permits: &Permits,
    months: &BTreeSet<NaiveDate>,
    keep: &mut Keep<'_>,
) -> Result<()> {
    let zone = pipeline.publisher.zone;
    let mut vacant = Vacant::default();
    let outlet_of = |end: Instant| permits.on(zone.date_of(end - Duration::microseconds(1)));
    for first in months {
        let start = zone.start_of(*first);
        match outlet_of(Period::Month.end(start, zone)) {
            None => _ = vacant.insert(start, NO_PERMIT),
            Some(outlet) if outlet.quantities.is_empty() => _ = vacant.insert(start, NO_QUANTITY),
            Some(_) => {}
        }
    }
    // Months that are judged no more are no part of the twelve of later ones.
    vacate(journal, station, ("quantity", Period::Month), &vacant, keep).await?;
    for first in months {
        let start = zone.start_of(*first);
        let end = Period::Month.end(start, zone);
        let Some(outlet) = outlet_of(end).filter(|outlet| !outlet.quantities.is_empty()) else { continue };
        let flow = ParameterId::known("flow");
        let mut parameters: Vec<ParameterId> = outlet.quantities.iter().map(|permitted| permitted.parameter).collect();
        parameters.push(flow);
        let hours = read(journal, station, parameters, Period::Hour, (start, end)).await?;
        if hours.is_empty() {
            continue;
        }
        let flows: BTreeMap<Instant, f64> = hours
            .iter()
            .filter(|one| one.parameter == flow)
            .filter_map(|one| Some((one.start, usable(one)?)))
            .collect();
        // Earlier months of this run must be kept before they are read.
        keep.hand_over(None).await?;
        let before = earlier(journal, station, (first, zone)).await?;
        // Of hours none of which counts there is no sum that anybody could have reviewed.
        let counted = hours.iter().any(|one| usable(one).is_some());
        let mut body = PermitMonth {
            version: outlet.version.clone(),
            reason: None,
            quantities: Vec::new(),
            reviewed: counted
                && hours.iter().filter_map(|one| usable(one).map(|_| one.status)).all(|one| one > Status::Provisional),
            standing: Standing {
                status: match counted {
                    true => hours.iter().map(|one| one.status).min().unwrap_or(Status::Provisional),
                    false => Status::Provisional,
                },
                flag: if counted { Flag::Pass } else { Flag::Missing },
                rules: "permit-quantity".to_owned(),
                event: false,
            },
        };
        for permitted in &outlet.quantities {
            let mut mass = Mass { expected: hours_of(start, end), ..Mass::default() };
            for one in hours.iter().filter(|one| one.parameter == permitted.parameter) {
                let hour = usable(one).zip(flows.get(&one.start));
                if let Some(kg) = hour.and_then(|(value, flow)| quantity::kilograms(one.parameter, value, *flow)) {
                    (mass.kg, mass.n) = (mass.kg + kg, mass.n + 1);
                }
            }
            let mut masses: Vec<Mass> = before
                .iter()
                .map(|(start, end, month)| {
                    let expected = hours_of(*start, *end);
                    let kept = month
                        .iter()
                        .flat_map(|month| &month.quantities)
                        .find(|one| one.parameter == permitted.parameter);
                    kept.map_or(Mass { expected, ..Mass::default() }, |kept| Mass {
                        kg: kept.month_kg,
                        n: kept.n,
                        expected,
                    })
                })
                .collect();
            masses.push(mass);
            body.quantities.extend(quantity::judge(permitted, &masses));
        }
        let body = SummaryBody::Quantity(body);
        keep.add(Summary { subject: Subject::Station(station.clone()), period: Period::Month, start, end, body })
            .await?;
    }
    Ok(())
}

/// Days or months that nothing is in force on, by their start, each with the reason.
type Vacant = BTreeMap<Instant, &'static str>;

/// Takes back what was judged before of days or months on which nothing is in force any more: the next revision says why and
/// keeps only by what it was judged.
async fn vacate(
    journal: &Arc<dyn Journal>,
    station: &StationId,
    (kind, period): (&str, Period),
    vacant: &Vacant,
    keep: &mut Keep<'_>,
) -> Result<()> {
    let (Some((first, _)), Some((last, _))) = (vacant.first_key_value(), vacant.last_key_value()) else {
        return Ok(());
    };
    let mut query = SummaryQuery {
        subjects: vec![Subject::Station(station.clone())],
        kind: kind.to_owned(),
        period,
        from: *first,
        to: *last + Duration::microseconds(1),
        as_of: None,
        after: None,
        limit: PAGE,
    };
    loop {
        let page = journal.summaries(query.clone()).await?;
        query.after = page.last().map(|last| (last.summary.subject.clone(), last.summary.start));
        let is_last = page.len() < PAGE;
        for kept in page {
            let Some(reason) = vacant.get(&kept.summary.start) else { continue };
            let body = match kept.summary.body {
                SummaryBody::Permit(day) => SummaryBody::Permit(day.vacated(reason)),
                SummaryBody::Quantity(month) => SummaryBody::Quantity(month.vacated(reason)),
                other => other,
            };
            keep.add(Summary { body, ..kept.summary }).await?;
        }
        if is_last {
            return Ok(());
        }
    }
}

/// The eleven months before a month, each with what was kept of it.
async fn earlier(
    journal: &Arc<dyn Journal>,
    station: &StationId,
    (first, zone): (&NaiveDate, limpid_model::Zone),
) -> Result<Vec<(Instant, Instant, Option<PermitMonth>)>> {
    let starts: Vec<Instant> = (1..12)
        .rev()
        .filter_map(|back| first.checked_sub_months(Months::new(back)))
        .map(|date| zone.start_of(date))
        .collect();
    let query = SummaryQuery {
        subjects: vec![Subject::Station(station.clone())],
        kind: "quantity".to_owned(),
        period: Period::Month,
        from: starts.first().copied().unwrap_or(Instant::MIN_UTC),
        to: zone.start_of(*first),
        as_of: None,
        after: None,
        limit: 12,
    };
    let mut kept: BTreeMap<Instant, PermitMonth> = BTreeMap::new();
    for found in journal.summaries(query).await? {
        if let SummaryBody::Quantity(month) = found.summary.body {
            kept.insert(found.summary.start, month);
        }
    }
    let month = |start: Instant| (start, Period::Month.end(start, zone), kept.remove(&start));
    Ok(starts.into_iter().map(month).collect())
}

fn hours_of(start: Instant, end: Instant) -> u32 {
    u32::try_from((end - start).num_hours()).unwrap_or(0)
}

fn usable(observation: &Observation) -> Option<f64> {
    observation.value.filter(|_| observation.flag.usable())
}

/// The stations that any revision of these records names, what was withdrawn since included.
pub(super) async fn stations_of(
    journal: &Arc<dyn Journal>,
    register: &str,
    records: BTreeSet<String>,
) -> Result<BTreeSet<StationId>> {
    let mut stations = BTreeSet::new();
    for record in records {
        for revision in journal.registers().revisions(register, &record).await? {
            stations.extend(stations_in(|field| revision.values.get(field)));
        }
    }
    Ok(stations)
}

/// The stations that a record with these fields names: itself, or in its outlets.
fn stations_in<'a>(field: impl Fn(&str) -> Option<&'a Value>) -> Vec<StationId> {
    let rows = field(PERMITS.1).and_then(Value::as_array).into_iter().flatten();
    let named = field(MARKS.1).into_iter().chain(rows.filter_map(|row| row.get("station")));
    named.filter_map(|value| StationId::parse(value.as_str()?)).collect()
}

/// The registers whose deeds are followed, each with the cursor up to which.
pub(super) const FOLLOWED: [(&str, &str); 2] = [(PERMITS.0, "permit-deeds"), (MARKS.0, "mark-deeds")];
