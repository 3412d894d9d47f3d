//! What a round of the ledger has to work out, and working it out.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{Datelike, Duration};
use limpid_model::pipeline::PullSource;
use limpid_model::{Instant, Link, LinkSpan, Observation, Period, Pipeline, Record, Station, StationId, Statistic};
use limpid_store::{GapWindow, Journal, LedgerEntries, ObservationQuery, Result, StoreError};

use super::scope::Scope;
use super::to_date;
use crate::gaps::cause::Links;
use crate::gaps::complete::completeness;
use crate::gaps::expected::floor;
use crate::gaps::find::{Case, find, incomplete};
use crate::gaps::stood::Stood;
use crate::standards::Rules;

/// At most so much of a station is worked out at once.
const LONGEST: Duration = Duration::days(31);
/// What is touched and lies no further apart than this is worked out in one.
const NEAR: Duration = Duration::hours(48);
/// Windows kept in one transaction.
const WINDOWS: usize = 64;
/// More hourly values than a station has in the longest window and the time before it.
const HOURS: usize = 1_000_000;
/// Links are read from so long before a window, so that a connection that stood then is remembered.
const BEFORE: Duration = Duration::days(30);
/// What was refused may have been of an hour that ended so long ago.
const AFTER: Duration = Duration::hours(1);

/// Stretches of stations, and years of them.
#[derive(Debug, Default)]
pub(super) struct Work {
    stretches: BTreeMap<StationId, BTreeMap<Instant, Instant>>,
    /// Stretches in which a station owes nothing.
    nothing: Vec<GapWindow>,
    /// The day up to which completeness is counted, of each station and year.
    years: BTreeMap<(StationId, i32), Instant>,
    /// Stations whose day has come further.
    today: BTreeSet<StationId>,
    /// Up to where hours are due.
    due: Option<Instant>,
}

impl Work {
    pub fn is_empty(&self) -> bool {
        self.stretches.is_empty() && self.nothing.is_empty() && self.years.is_empty()
    }

    /// A record was published.
    pub fn published(&mut self, record: &Record, scope: &mut Scope, pipeline: &Pipeline, due: Instant) {
        let Record::Observation(Observation { station, period, start, end, .. }) = record else { return };
        let Some(station) = pipeline.stations.get(station) else { return };
        match period {
            Period::Hour => {
                let newly = scope.hour(&station.id, *start, due);
                let mut to = *end;
                if station.parameters.is_empty() || floor(station.kind, pipeline.publisher.zone, *start) != *start {
                    // Of what was sent once more is expected for a while.
                    to = *end + recent(pipeline);
                }
                self.touch(scope, pipeline, station, (*start, newly.unwrap_or(to).max(to)), due);
            }
            Period::Day => self.year(scope, pipeline, station, *start, due),
            _ => {}
        }
    }

    /// Hours fell due.
    pub fn passed(&mut self, scope: &Scope, pipeline: &Pipeline, (done, due): (Instant, Instant)) {
        let zone = pipeline.publisher.zone;
        if done >= due {
            return;
        }
        for station in pipeline.stations.iter() {
            // From the slot on that was not whole when it was last looked at.
            self.touch(scope, pipeline, station, (floor(station.kind, zone, done), due), due);
            self.day(station, due);
            if zone.date_of(done) != zone.date_of(due) {
                for at in [done, due - Duration::days(1)] {
                    self.year(scope, pipeline, station, at, due);
                }
            }
        }
    }

    /// All that there is, from the beginning, and nothing where nothing is owed.
    pub fn everything(&mut self, scope: &Scope, pipeline: &Pipeline, due: Instant) {
        let zone = pipeline.publisher.zone;
        let (first, last) = (Instant::UNIX_EPOCH, due + Duration::days(366));
        for station in pipeline.stations.iter() {
            let nothing = |from, to| GapWindow { station: station.id.clone(), from, to, gaps: Vec::new() };
            match scope.owed(pipeline, station, due) {
                None => self.nothing.push(nothing(first, last)),
                Some((from, to)) => {
                    self.nothing.extend([nothing(first, from), nothing(to, last)]);
                    self.touch(scope, pipeline, station, (from, to), due);
                    for year in zone.date_of(from).year()..=zone.date_of(to).year() {
                        let date = chrono::NaiveDate::from_ymd_opt(year, 12, 31);
                        let at = date.map_or(to, |date| zone.start_of(date)).min(due - Duration::days(1));
                        self.year(scope, pipeline, station, at.max(from), due);
                    }
                }
            }
        }
    }

    fn touch(
        &mut self,
        scope: &Scope,
        pipeline: &Pipeline,
        station: &Station,
        (from, to): (Instant, Instant),
        due: Instant,
    ) {
        let Some((first, last)) = scope.owed(pipeline, station, due) else { return };
        let zone = pipeline.publisher.zone;
        let from = floor(station.kind, zone, from).max(first);
        // Up to the end of the slot that the last moment lies in.
        let mut end = floor(station.kind, zone, to);
        if end < to {
            end = to + Duration::hours(4);
            end = floor(station.kind, zone, end);
        }
        let to = end.min(last);
        if from < to {
            let stretches = self.stretches.entry(station.id.clone()).or_default();
            let end = stretches.entry(from).or_insert(to);
            *end = to.max(*end);
        }
    }

    fn day(&mut self, station: &Station, due: Instant) {
        self.today.insert(station.id.clone());
        self.due = self.due.max(Some(due));
    }

    fn year(&mut self, scope: &Scope, pipeline: &Pipeline, station: &Station, at: Instant, due: Instant) {
        let zone = pipeline.publisher.zone;
        if scope.owed(pipeline, station, due).is_none() {
            return;
        }
        self.day(station, due);
        let year = zone.date_of(at).year();
        let end = Period::Year.end(zone.start_of(zone.date_of(at)), zone);
        let until = end.min(zone.start_of(zone.date_of(due)));
        if zone.date_of(until - Duration::seconds(1)).year() == year {
            self.years.insert((station.id.clone(), year), until);
        }
    }

    /// Works all of it out and keeps it; the cursors move with the last.
    pub async fn run(
        self,
        pipeline: &Arc<Pipeline>,
        journal: &Arc<dyn Journal>,
        scope: &Scope,
        now: Instant,
        cursors: Vec<(&'static str, u64)>,
    ) -> Result<()> {
        let mut entries = LedgerEntries::default();
        let tasks = self.windows(pipeline);
        let from = tasks.iter().map(|(_, (from, _))| *from).min();
        let to = tasks.iter().map(|(_, (_, to))| *to).max();
        // One row a change of each link: what a platform has of them in years fits into memory.
        let spans = match from.zip(to) {
            Some((from, to)) => journal.links(from - BEFORE, to + AFTER).await?,
            None => Vec::new(),
        };
        let spans = Arc::new(by_link(spans));
        for window in self.nothing {
            entries.windows.push(window);
            flush(journal, &mut entries).await?;
        }
        for (station, window) in tasks {
            entries.windows.push(look(pipeline, journal, &spans, station, window, now).await?);
            flush(journal, &mut entries).await?;
        }
        for ((station, _), until) in self.years {
            let Some(one) = pipeline.stations.get(&station) else { continue };
            let Some((begin, _)) = scope.owed(pipeline, one, until + Duration::days(1)) else { continue };
            let zone = pipeline.publisher.zone;
            let start = Period::Year.start(Period::Year.end(until - Duration::seconds(1), zone), zone);
            let mut days = Vec::new();
            for statistic in [Statistic::Mean, Statistic::Max8h] {
                days.extend(observations(journal, &station, (Period::Day, statistic), start, until).await?);
            }
            let found = completeness(Rules::built_in(), zone, one, &days, begin, until);
            entries.completeness.extend(found);
        }
        if let Some(due) = self.due {
            to_date::days(pipeline, journal, &self.today, due, &mut entries.completeness).await?;
        }
        entries.cursors = cursors;
        journal.keep_ledger(entries).await
    }

    /// What is touched, in windows that are neither long nor far apart.
    fn windows(&self, pipeline: &Pipeline) -> Vec<(StationId, (Instant, Instant))> {
        let mut windows: Vec<(StationId, (Instant, Instant))> = Vec::new();
        for (station, stretches) in &self.stretches {
            let Some(one) = pipeline.stations.get(station) else { continue };
            let mut joined: Vec<(Instant, Instant)> = Vec::new();
            for (from, to) in stretches {
                match joined.last_mut() {
                    Some(last) if *from <= last.1 + NEAR => last.1 = last.1.max(*to),
                    _ => joined.push((*from, *to)),
                }
            }
            for (mut from, to) in joined {
                while from < to {
                    let edge = || floor(one.kind, pipeline.publisher.zone, from + LONGEST);
                    let end = if to - from > LONGEST { edge() } else { to };
                    windows.push((station.clone(), (from, end)));
                    from = end;
                }
            }
        }
        windows
    }
}

async fn flush(journal: &Arc<dyn Journal>, entries: &mut LedgerEntries) -> Result<()> {
    if entries.windows.len() >= WINDOWS {
        journal.keep_ledger(std::mem::take(entries)).await?;
    }
    Ok(())
}

type Spans = BTreeMap<Link, Vec<LinkSpan>>;

fn by_link(spans: Vec<LinkSpan>) -> Spans {
    let mut of_link: Spans = BTreeMap::new();
    for span in spans {
        of_link.entry(span.link.clone()).or_default().push(span);
    }
    of_link
}

fn recent(pipeline: &Pipeline) -> Duration {
    Duration::days(pipeline.gaps.recent_days.cast_signed())
}

/// The pull sources that name a station. What a source that names nobody brings is not known before it brings it.
fn sources<'a>(pipeline: &'a Pipeline, station: &'a Station) -> impl Iterator<Item = &'a str> {
    let named = |source: &&PullSource| source.stations.iter().any(|(_, id)| *id == station.id);
    pipeline.sources.iter().filter(named).map(|source| source.id.as_str())
}

/// The gaps of a station in a window.
async fn look(
    pipeline: &Arc<Pipeline>,
    journal: &Arc<dyn Journal>,
    spans: &Arc<Spans>,
    station: StationId,
    (from, to): (Instant, Instant),
    now: Instant,
) -> Result<GapWindow> {
    let before = from - recent(pipeline);
    let hours = observations(journal, &station, (Period::Hour, Statistic::Mean), before, to).await?;
    let mut minutes = Vec::new();
    for hour in incomplete(&hours, from) {
        minutes.extend(journal.window(&station, hour, hour + Duration::hours(1), None).await?);
    }
    let refused = journal.refused(&station, from, to + AFTER).await?;
    let (pipeline, spans) = (pipeline.clone(), spans.clone());
    let found = tokio::task::spawn_blocking(move || {
        let gaps = pipeline.stations.get(&station).map_or_else(Vec::new, |one| {
            let stood = |link: &Link| spans.get(link).map_or_else(Stood::default, Stood::of);
            let links = Links {
                platform: stood(&Link::Platform),
                sources: sources(&pipeline, one).map(|id| stood(&Link::Source(id.to_owned()))).collect(),
                connection: stood(&Link::Station(station.clone())),
            };
            find(&Case {
                rules: Rules::built_in(),
                zone: pipeline.publisher.zone,
                station: one,
                window: (from, to),
                now,
                recent: recent(&pipeline),
                hours: &hours,
                minutes: &minutes,
                refused: &refused,
                links: &links,
            })
        });
        GapWindow { station, from, to, gaps }
    });
    found.await.map_err(|failed| StoreError::io("finding the gaps of a station", failed))
}

/// Published values of a station that start in `from..to`.
pub(super) async fn observations(
    journal: &Arc<dyn Journal>,
    station: &StationId,
    (period, statistic): (Period, Statistic),
    from: Instant,
    to: Instant,
) -> Result<Vec<Observation>> {
    let query = ObservationQuery {
        stations: vec![station.clone()],
        parameters: Vec::new(),
        period,
        statistic,
        from,
        to,
        as_of: None,
        after: None,
        limit: HOURS,
    };
    Ok(journal.observations(query).await?.into_iter().map(|published| published.record).collect())
}
