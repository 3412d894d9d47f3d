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
use limpid_model::forecast::Scored;
use limpid_model::{Forecast, ForecastScore, Instant, Pipeline, Scheme, Subject};
use limpid_store::{ForecastQuery, Journal, Result};

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
/// Issues of one subject read in one go: some megabytes.
const ISSUES: usize = 100;

/// Works the scores out as of `now`, for each station, each area and all stations together, and keeps them.
///
/// # Errors
/// Those of the journal.
pub async fn work_out(pipeline: &Pipeline, journal: &Arc<dyn Journal>, now: Instant) -> Result<usize> {
    let mut tallies = Tallies::new();
    for subject in subjects(pipeline) {
        of_subject(pipeline, journal, &subject, now, &mut tallies).await?;
    }
    let scores: Vec<ForecastScore> = tallies.into_iter().filter_map(|(key, tally)| score(key, tally, now)).collect();
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

fn score((subject, model, of, lead_day, window): Key, tally: Tally, now: Instant) -> Option<ForecastScore> {
    let (hours, daily, days) = (tally.hours.errors(), tally.daily.errors(), tally.days);
    (hours.n + daily.n + days.n > 0).then(|| ForecastScore {
        subject,
        model: model.to_owned(),
        of,
        lead_day,
        window,
        from: now - Duration::days(window.into()),
        to: now,
        hours,
        daily,
        days,
    })
}

async fn of_subject(
    pipeline: &Pipeline,
    journal: &Arc<dyn Journal>,
    subject: &Subject,
    now: Instant,
    tallies: &mut Tallies,
) -> Result<()> {
    let longest = Duration::days(WINDOWS[2].into());
    let subjects = vec![subject.clone()];
    let mut query = ForecastQuery { subjects, from: now - longest, to: now, newest: false, after: 0, limit: ISSUES };
    let mut truth = None;
    let mut page = journal.forecasts(query.clone()).await?;
    while let Some(last) = page.last() {
        query.after = last.id;
        let truth = match &truth {
            Some(truth) => truth,
            None => {
                truth.insert(Truth::read(pipeline, journal, subject, page[0].issued - Duration::days(2), now).await?)
            }
        };
        let next = journal.forecasts(query.clone()).await?;
        let superseded: BTreeSet<u64> =
            page.iter().chain(&next).filter_map(|issue| issue.amends.as_ref().map(|amends| amends.of)).collect();
        for forecast in &page {
            let models: &[&'static str] = if forecast.amends.is_some() { &[AMENDED] } else { &[ISSUED, AMENDED] };
            // What an amendment stands in the place of is scored as issued; as amended only where none came after it.
            for model in models.iter().filter(|model| **model == ISSUED || !superseded.contains(&forecast.id)) {
                count(pipeline, forecast, model, truth, now, tallies);
            }
        }
        page = next;
    }
    Ok(())
}

/// Counts an issue into every span that it falls into, for its subject and, of a station, for all together.
fn count(
    pipeline: &Pipeline,
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
    let mut each = |of: Scored, lead: u8, change: &dyn Fn(&mut Tally)| {
        for subject in &subjects {
            for window in &windows {
                change(tallies.entry((subject.clone(), model, of, lead, *window)).or_default());
            }
        }
    };
    for series in &forecast.hours {
        let known = truth.hours.get(&(series.parameter, series.start - Duration::hours(1))).copied();
        for (hour, expected) in (0..).zip(&series.hours) {
            let came = truth.hours.get(&(series.parameter, series.start + Duration::hours(hour)));
            let (Some(expected), Some(came)) = (expected, came) else { continue };
            let lead = lead_day(hour as usize + 1) as u8;
            each(Scored::Parameter(series.parameter), lead, &|tally| tally.hours.add(expected, *came, known));
        }
    }
    let zone = pipeline.publisher.zone;
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
