//! How good what was issued has been: worked out anew from the issues that are kept and the truth as it stands now.
//!
//! - `truth`: what came
//! - `tally`: what was said against it

mod tally;
#[cfg(test)]
mod tests;
mod truth;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{Days, Duration};
use limpid_model::forecast::{Expected, Scored};
use limpid_model::{Forecast, ForecastScore, Instant, Pipeline, Scheme, Subject, Zone};
use limpid_store::{ForecastQuery, Journal, Result, StoreError};

use self::tally::{Day, Tally};
use self::truth::Truth;
use super::judge;
use super::levels::Levels;
use super::load;
use super::target::lead_day;

/// The spans that scores are about, in days.
pub const WINDOWS: [u16; 3] = [30, 90, 365];
/// What was issued by the program.
pub const ISSUED: &str = "issued";
/// What stood in the end, amendments included.
pub const AMENDED: &str = "amended";
/// So much before an issue the truth is looked at: persistence is a day of then.
const BEFORE: Duration = Duration::days(2);
/// Issues of one subject read in one go: some megabytes.
const ISSUES: usize = 100;

/// Works the scores out as of `now`, for each station, each area and all stations together, and keeps them.
///
/// # Errors
/// Those of the journal.
pub async fn work_out(pipeline: &Pipeline, journal: &Arc<dyn Journal>, now: Instant) -> Result<usize> {
    let mut tallies = Tallies::new();
    for subject in subjects(pipeline) {
        tallies = of_subject(pipeline, journal, &subject, now, tallies).await?;
    }
    let rolling = |(key, tally): (Key, Tally)| {
        let from = now - Duration::days(key.4.into());
        score(key, tally, from, now)
    };
    let scores: Vec<ForecastScore> = tallies.into_iter().filter_map(rolling).collect();
    let count = scores.len();
    journal.set_forecast_scores(scores).await?;
    Ok(count)
}

/// Who is forecast: the air stations, and the areas in which they lie.
fn subjects(pipeline: &Pipeline) -> Vec<Subject> {
    let stations: Vec<Subject> = load::stations(pipeline).cloned().map(Subject::Station).collect();
    let of = load::stations(pipeline).filter_map(|id| pipeline.stations.get(id));
    let areas: BTreeSet<&str> = of.flat_map(|station| pipeline.areas_of(station)).collect();
    stations.into_iter().chain(areas.into_iter().map(|area| Subject::Area(area.to_owned()))).collect()
}

/// Subject, model, what is scored, days ahead, window.
type Key = (Option<Subject>, &'static str, Scored, u8, u16);
type Tallies = BTreeMap<Key, Tally>;

fn score(
    (subject, model, of, lead_day, window): Key,
    tally: Tally,
    from: Instant,
    to: Instant,
) -> Option<ForecastScore> {
    let (hours, daily, days) = (tally.hours.errors(), tally.daily.errors(), tally.days);
    (hours.n + daily.n + days.n > 0).then(|| ForecastScore {
        subject,
        model: model.to_owned(),
        of,
        lead_day,
        window,
        from,
        to,
        hours,
        daily,
        days,
    })
}

/// The scores of one issue, of what has come of it by `now`; `None` where there is no such issue. Their span is the issue
/// alone: [`ForecastScore::window`] is 0, and both ends are when it was issued.
///
/// # Errors
/// Those of the journal.
pub async fn of_issue(
    pipeline: &Pipeline,
    journal: &Arc<dyn Journal>,
    id: u64,
    now: Instant,
) -> Result<Option<(Forecast, Vec<ForecastScore>)>> {
    let Some(after) = id.checked_sub(1) else { return Ok(None) };
    let (from, to) = (Instant::UNIX_EPOCH, Instant::MAX_UTC);
    let query = ForecastQuery { subjects: Vec::new(), from, to, newest: false, after, limit: 1 };
    let Some(forecast) = journal.forecasts(query).await?.pop().filter(|forecast| forecast.id == id) else {
        return Ok(None);
    };
    let issued = forecast.issued;
    let truth = Truth::read(pipeline, journal, &forecast.subject, issued - BEFORE, now).await?;
    let model = if forecast.amends.is_some() { AMENDED } else { ISSUED };
    let mut tallies = Tallies::new();
    let own = [Some(forecast.subject.clone())];
    let into = Counted { subjects: &own, windows: &[0], model };
    count(pipeline.publisher.zone, &forecast, &into, &truth, &mut tallies);
    let scores = tallies.into_iter().filter_map(|(key, tally)| score(key, tally, issued, issued)).collect();
    Ok(Some((forecast, scores)))
}

/// Counts the issues of a subject, off the runtime's threads: a year of them has a million hours.
async fn of_subject(
    pipeline: &Pipeline,
    journal: &Arc<dyn Journal>,
    subject: &Subject,
    now: Instant,
    mut tallies: Tallies,
) -> Result<Tallies> {
    let zone = pipeline.publisher.zone;
    let longest = Duration::days(WINDOWS[2].into());
    let subjects = vec![subject.clone()];
    let mut query = ForecastQuery { subjects, from: now - longest, to: now, newest: false, after: 0, limit: ISSUES };
    let mut truth = None;
    let mut page = journal.forecasts(query.clone()).await?;
    while let Some(last) = page.last() {
        query.after = last.id;
        let truth = match &truth {
            Some(truth) => Arc::clone(truth),
            None => {
                let read = Truth::read(pipeline, journal, subject, page[0].issued - BEFORE, now).await?;
                truth.insert(Arc::new(read)).clone()
            }
        };
        let next = journal.forecasts(query.clone()).await?;
        let superseded: BTreeSet<u64> =
            page.iter().chain(&next).filter_map(|issue| issue.amends.as_ref().map(|amends| amends.of)).collect();
        let counting = tokio::task::spawn_blocking(move || {
            for forecast in &page {
                let models: &[&'static str] = if forecast.amends.is_some() { &[AMENDED] } else { &[ISSUED, AMENDED] };
                // What an amendment stands in the place of is scored as issued; as amended only where none came after it.
                for model in models.iter().filter(|model| **model == ISSUED || !superseded.contains(&forecast.id)) {
                    count_rolling(zone, forecast, model, &truth, now, &mut tallies);
                }
            }
            tallies
        });
        tallies = counting.await.map_err(|failed| StoreError::io("scoring forecasts", failed))?;
        page = next;
    }
    Ok(tallies)
}

/// Counts an issue into every span that it falls into, for its subject and, of a station, for all together.
fn count_rolling(
    zone: Zone,
    forecast: &Forecast,
    model: &'static str,
    truth: &Truth,
    now: Instant,
    tallies: &mut Tallies,
) {
    let age = now - forecast.issued;
    let windows: Vec<u16> = WINDOWS.into_iter().filter(|window| age <= Duration::days((*window).into())).collect();
    let together = matches!(forecast.subject, Subject::Station(_)).then_some(None);
    let subjects: Vec<Option<Subject>> = together.into_iter().chain([Some(forecast.subject.clone())]).collect();
    count(zone, forecast, &Counted { subjects: &subjects, windows: &windows, model }, truth, tallies);
}

/// What an issue counts for.
struct Counted<'i> {
    subjects: &'i [Option<Subject>],
    windows: &'i [u16],
    model: &'static str,
}

/// Counts an issue.
fn count(zone: Zone, forecast: &Forecast, into: &Counted<'_>, truth: &Truth, tallies: &mut Tallies) {
    let mut each = |of: Scored, lead: u8, change: &dyn Fn(&mut Tally)| {
        for subject in into.subjects {
            for window in into.windows {
                change(tallies.entry((subject.clone(), into.model, of, lead, *window)).or_default());
            }
        }
    };
    for series in &forecast.hours {
        let known = truth.hours.get(&(series.parameter, series.start - Duration::hours(1))).copied();
        let pair = |(hour, expected): (i64, &Option<Expected>)| {
            let came = truth.hours.get(&(series.parameter, series.start + Duration::hours(hour)));
            Some((lead_day(hour as usize + 1) as u8, (*expected)?, *came?))
        };
        let pairs: Vec<(u8, Expected, f32)> = (0..).zip(&series.hours).filter_map(pair).collect();
        // All hours of a day ahead are counted at once: finding the tally takes longer than adding.
        for of_day in pairs.chunk_by(|a, b| a.0 == b.0) {
            each(Scored::Parameter(series.parameter), of_day[0].0, &|tally| {
                of_day.iter().for_each(|(_, expected, came)| tally.hours.add(expected, *came, known));
            });
        }
    }
    // Persistence is the last whole day that was known when the issue was made.
    let before = zone.start_of(zone.date_of(forecast.issued) - Days::new(1));
    for day in &forecast.days {
        let Some(scheme) = Scheme::parse(&day.scheme) else { continue };
        for figure in &day.figures {
            let Some(levels) = Levels::new(scheme, figure.parameter) else { continue };
            let Some(came) = truth.days.get(&(figure.parameter, day.start)).copied() else { continue };
            let known = truth.days.get(&(figure.parameter, before)).copied();
            let scored = Day::of_figure(&levels, &figure.expected, came, known);
            each(Scored::Parameter(figure.parameter), day.lead_day, &|tally| {
                tally.daily.add(&figure.expected, came, known);
                scored.count(&mut tally.days);
            });
        }
        let (Some(expected), Some(came)) = (judge::index(day), truth.index(scheme, day.start)) else { continue };
        let known = truth.index(scheme, before);
        let scored = Day::of_index(scheme, day, &expected, came, known);
        each(Scored::Index, day.lead_day, &|tally| {
            tally.daily.add(&expected, came.index.into(), known.map(|known| known.index.into()));
            scored.count(&mut tally.days);
        });
    }
}
