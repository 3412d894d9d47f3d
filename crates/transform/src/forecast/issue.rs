//! An issue: what is expected of the next 72 hours and 7 days at every station, and in every area.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{Days, Duration};
use limpid_model::forecast::{
    DayFigure, Expected, ForecastDay, HourSeries, MethodNote, ModelNote, OutlookNote, QUANTILES,
};
use limpid_model::{Forecast, Instant, Outlook, ParameterId, Pipeline, StationId, Subject, Zone};
use limpid_store::{Journal, OutlookQuery, StoreError};

use super::bands::SCORED;
use super::fitted::{Fitted, Said};
use super::judge::{judge, proposal};
use super::load;
use super::methods::Method;
use super::outside::Outside;
use super::panel::{Panel, Series};
use super::scene::{At, Scene};
use super::target::{HOURLY, Target, lead_day};
use super::train::{Kind, ModelError, Trained};
use super::weather::{Ahead, PARTS, SERIES};
use crate::assess::six;

/// Days that are forecast.
pub const DAYS: u8 = 7;
/// Days of them that history says something about; the others are what is usual.
pub const TOLD: u8 = 3;
/// Days of hours before the origin: the longest mean that methods look at, and the errors of outside models.
const BACK: i64 = 40;
/// Days behind the origin that the panel reaches: the last day forecast, and a day for the change of clocks.
const ON: i64 = 9;
/// Weather to come is used where so many of the next 72 hours have it.
const ENOUGH: usize = 60;

/// What an issue is made of.
#[derive(Debug)]
pub struct Inputs {
    stations: Vec<StationId>,
    panel: Panel,
    origin: usize,
    ahead: Ahead,
    weather: Vec<OutlookNote>,
    outside: Vec<Outlook>,
    published: u64,
}

/// Reads what an issue at `now` is made of.
///
/// # Errors
/// Those of the journal.
pub async fn read(pipeline: &Pipeline, journal: &Arc<dyn Journal>, now: Instant) -> Result<Inputs, StoreError> {
    let zone = pipeline.publisher.zone;
    let published = *journal.published().borrow();
    let next = zone.floor_hour(now);
    let (from, to) = (next - Duration::days(BACK), next + Duration::days(ON));
    let (mut stations, mut blanks) = (Vec::new(), Vec::new());
    for id in load::stations(pipeline) {
        // What starts at or behind the hour that runs is not known yet.
        blanks.push(load::station(journal, id, &six(), from, next).await?.lengthened(to));
        stations.push(id.clone());
    }
    let mut panel = Panel::new(blanks, zone);
    let origin = panel.hour_of(next).unwrap_or(0).saturating_sub(1);

    let weather = super::panel::weather_parameters();
    let query = |parameters: Vec<ParameterId>, newest: bool| OutlookQuery {
        stations: stations.clone(),
        parameters,
        from,
        to: now,
        newest,
    };
    let (mut ahead, mut notes) = (Ahead::None, Vec::new());
    if !stations.is_empty() {
        let outlooks = journal.outlooks(query(weather, true)).await?;
        if foresee(&mut panel, &outlooks, origin) {
            ahead = Ahead::Panel;
            notes = outlooks.iter().map(|one| OutlookNote { model: one.model.clone(), issued: one.issued }).collect();
            notes.sort_by(|a, b| (&a.model, a.issued).cmp(&(&b.model, b.issued)));
            notes.dedup();
        }
    }
    let outside = if stations.is_empty() { Vec::new() } else { journal.outlooks(query(six().to_vec(), false)).await? };
    Ok(Inputs { stations, panel, origin, ahead, weather: notes, outside, published })
}

/// Sets the mean of what outside models say of the weather into the hours to come. Whether that is enough.
fn foresee(panel: &mut Panel, outlooks: &[Outlook], origin: usize) -> bool {
    let value = |name: &str, hour: usize| {
        let parameter = ParameterId::known(name);
        let at = panel.instant(hour);
        let said = outlooks.iter().filter(|one| one.parameter == parameter).filter_map(|one| one.at(at));
        let (sum, count) = said.fold((0.0, 0), |(sum, count), value| (sum + value, count + 1));
        if count > 0 { (sum / f64::from(count)) as f32 } else { f32::NAN }
    };
    // The mean of directions is that of their vectors.
    let wind = |hour: usize| {
        let at = panel.instant(hour);
        let of = |name: &'static str| outlooks.iter().filter(move |one| one.parameter == ParameterId::known(name));
        let (mut east, mut north, mut count) = (0.0, 0.0, 0);
        for speed in of("wind_speed") {
            let same = |one: &&Outlook| one.station == speed.station && one.model == speed.model;
            let from = of("wind_direction").find(same).and_then(|one| one.at(at));
            if let (Some(speed), Some(from)) = (speed.at(at), from) {
                east -= speed * from.to_radians().sin();
                north -= speed * from.to_radians().cos();
                count += 1;
            }
        }
        if count > 0 { [(east / f64::from(count)) as f32, (north / f64::from(count)) as f32] } else { [f32::NAN; 2] }
    };
    let hours: Vec<[f32; PARTS]> = (origin + 1..=origin + HOURLY)
        .map(|hour| {
            let [east, north] = wind(hour);
            [value("temperature", hour), value("pressure", hour), value("dew_point", hour), east, north]
        })
        .collect();
    let whole = hours.iter().filter(|hour| hour.iter().all(|part| !part.is_nan())).count();
    if whole < ENOUGH {
        return false;
    }
    for (part, series) in SERIES.into_iter().enumerate() {
        let mut values = std::mem::take(&mut panel.weather[series].values);
        for (place, hour) in values.iter_mut().skip(origin + 1).zip(&hours) {
            *place = hour[part];
        }
        panel.weather[series] = Series::new(values);
    }
    true
}

/// What an issue says, of every station that anything can be said of, and of every area of these.
pub fn issue(pipeline: &Pipeline, trained: &Trained, note: &ModelNote, inputs: &Inputs, now: Instant) -> Vec<Forecast> {
    let zone = pipeline.publisher.zone;
    let days = days(zone, inputs, now);
    let mut stations: Vec<Forecast> =
        inputs.stations.iter().map(|id| blank(Subject::Station(id.clone()), note, inputs, now)).collect();
    for part in &trained.parts {
        let target = Target::hourly(part.parameter);
        if let Some(scene) = scene(inputs, target, &part.hourly) {
            for (place, forecast) in stations.iter_mut().enumerate() {
                forecast.hours.extend(hours(&scene, &part.hourly.fitted, place, inputs));
                forecast.young |= scene.spots[place].normal.young;
            }
        }
        if let Some(scene) = scene(inputs, Target::daily(part.parameter), &part.daily) {
            for (place, forecast) in stations.iter_mut().enumerate() {
                for (lead_day, day) in &days {
                    let figure = figure(&scene, &part.daily.fitted, place, inputs.origin, (*lead_day, day.2));
                    let scheme = &pipeline.air.scheme.at(day.0, zone).id;
                    add(forecast, (*lead_day, day.0, day.1), scheme, figure);
                }
            }
        }
    }
    stations.retain(|forecast| !forecast.hours.is_empty());
    let mut all = areas(pipeline, &stations, note, inputs, now);
    all.splice(0..0, stations);
    for forecast in &mut all {
        forecast.days.iter_mut().for_each(judge);
        forecast.proposal = proposed(forecast);
    }
    all
}

/// The warning that the days of which history says something would ask for, by the index that is as likely passed as not.
fn proposed(forecast: &Forecast) -> Option<limpid_model::forecast::Proposal> {
    let told = forecast.days.iter().filter(|day| day.lead_day <= TOLD);
    let indices: Vec<u16> = told.map_while(|day| day.median).collect();
    proposal(&indices)
}

fn blank(subject: Subject, note: &ModelNote, inputs: &Inputs, now: Instant) -> Forecast {
    Forecast {
        id: 0,
        issued: now,
        due: None,
        origin: inputs.panel.instant(inputs.origin + 1),
        subject,
        model: note.clone(),
        published: inputs.published,
        outlooks: inputs.weather.clone(),
        young: false,
        hours: Vec::new(),
        days: Vec::new(),
        amends: None,
        proposal: None,
    }
}

/// The days that begin after the issue: days ahead, start, end, and hours from the origin to their last hour.
fn days(zone: Zone, inputs: &Inputs, now: Instant) -> Vec<(u8, (Instant, Instant, usize))> {
    let today = zone.date_of(now);
    let day = |ahead: u8| {
        let (start, end) = zone.day(today + Days::new(ahead.into()));
        let last = inputs.panel.hour_of(zone.floor_hour(end - Duration::seconds(1)))?;
        Some((ahead, (start, end, last.checked_sub(inputs.origin)?)))
    };
    (1..=DAYS).filter_map(day).collect()
}

fn scene<'p>(inputs: &'p Inputs, target: Target, kind: &Kind) -> Option<Scene<'p>> {
    let normals = inputs.stations.iter().map(|id| kind.normal(id).clone()).collect();
    let mut scene = Scene::new(&inputs.panel, target, normals, inputs.ahead)?;
    if target == Target::hourly(target.parameter) {
        for (place, id) in inputs.stations.iter().enumerate() {
            let said = inputs.outside.iter().filter(|one| one.station == *id && one.parameter == target.parameter);
            // One model for each station: errors of two would be mixed.
            let model = said.clone().map(|one| &one.model).min().cloned();
            scene.outside[place] = Outside::new(&inputs.panel, said.filter(|one| Some(&one.model) == model.as_ref()));
        }
    }
    Some(scene)
}

/// What the chosen method says, or where it has nothing to go on the best that has.
fn say(scene: &Scene<'_>, fitted: &Fitted, at: At) -> Option<(Said, bool)> {
    if let Some(said) = fitted.chosen(scene, at) {
        return Some(said);
    }
    let fell_back = fitted.choice(at.lead).is_some_and(|choice| choice.fell_back);
    let next = [Method::Ridge, Method::DampedAnomaly].into_iter().find_map(|method| fitted.say(scene, at, method));
    next.or_else(|| fitted.usually(scene, at)).map(|said| (said, fell_back))
}

fn hours(scene: &Scene<'_>, fitted: &Fitted, place: usize, inputs: &Inputs) -> Option<HourSeries> {
    let origin = inputs.origin;
    if !scene.known(place, origin) {
        return None;
    }
    let mut methods: Vec<MethodNote> = Vec::new();
    let mut hours = Vec::with_capacity(HOURLY);
    for lead in 1..=HOURLY {
        let at = At { place, origin, lead };
        let said = say(scene, fitted, at);
        if let Some((said, fell_back)) = said.as_ref().filter(|_| methods.len() < lead_day(lead)) {
            methods.push(method(said, *fell_back));
        }
        hours.push(said.map(|(said, _)| expected(scene, at, &said)));
    }
    let start = inputs.panel.instant(origin + 1);
    let series = HourSeries { parameter: scene.target.parameter, start, methods, hours };
    series.hours.iter().any(Option::is_some).then_some(series)
}

fn figure(
    scene: &Scene<'_>,
    fitted: &Fitted,
    place: usize,
    origin: usize,
    (ahead, lead): (u8, usize),
) -> Option<DayFigure> {
    if !scene.known(place, origin) {
        return None;
    }
    let at = At { place, origin, lead };
    let said = if ahead <= TOLD { say(scene, fitted, at) } else { fitted.usually(scene, at).map(|said| (said, false)) };
    let (said, fell_back) = said?;
    Some(DayFigure {
        parameter: scene.target.parameter,
        statistic: scene.target.statistic(),
        method: method(&said, fell_back),
        expected: expected(scene, at, &said),
    })
}

fn method(said: &Said, fell_back: bool) -> MethodNote {
    MethodNote { method: said.method.as_str().to_owned(), fell_back }
}

fn expected(scene: &Scene<'_>, at: At, said: &Said) -> Expected {
    let digits = scene.target.parameter.decimals() as i32 + 2;
    let step = 10_f32.powi(digits);
    // More digits than an instrument has only fill the disk.
    let tidy = |value: f32| (value * step).round() / step;
    Expected {
        mean: tidy(said.mean),
        usual: tidy(scene.usual(at)),
        quantiles: SCORED.map(|place| tidy(said.spread.0[place])),
    }
}

fn add(
    forecast: &mut Forecast,
    (lead_day, start, end): (u8, Instant, Instant),
    scheme: &str,
    figure: Option<DayFigure>,
) {
    let Some(figure) = figure else { return };
    match forecast.days.iter_mut().find(|day| day.lead_day == lead_day) {
        Some(day) => day.figures.push(figure),
        None => forecast.days.push(ForecastDay {
            start,
            end,
            lead_day,
            figures: vec![figure],
            scheme: scheme.to_owned(),
            index: None,
            median: None,
            level: None,
            chances: Vec::new(),
            primary: Vec::new(),
        }),
    }
}

/// The areas of the registry: the mean of what is expected at their stations, quantile by quantile, as if all of an area
/// were high together. Neighbours mostly are.
fn areas(pipeline: &Pipeline, stations: &[Forecast], note: &ModelNote, inputs: &Inputs, now: Instant) -> Vec<Forecast> {
    let mut by_area: BTreeMap<&str, Vec<&Forecast>> = BTreeMap::new();
    for forecast in stations {
        let Subject::Station(id) = &forecast.subject else { continue };
        for area in pipeline.stations.get(id).into_iter().flat_map(|station| pipeline.areas_of(station)) {
            by_area.entry(area).or_default().push(forecast);
        }
    }
    let area = |(name, members): (&str, Vec<&Forecast>)| {
        let mut forecast = blank(Subject::Area(name.to_owned()), note, inputs, now);
        for parameter in six() {
            let of: Vec<&HourSeries> = members
                .iter()
                .filter_map(|one| one.hours.iter().find(|series| series.parameter == parameter))
                .collect();
            let Some(first) = of.first() else { continue };
            let hour = |at: usize| mean(of.iter().filter_map(|series| series.hours[at].as_ref()));
            let hours = (0..first.hours.len()).map(hour).collect();
            forecast.hours.push(HourSeries { hours, ..(*first).clone() });
        }
        for lead_day in 1..=DAYS {
            let of: Vec<&ForecastDay> =
                members.iter().filter_map(|one| one.days.iter().find(|day| day.lead_day == lead_day)).collect();
            let Some(first) = of.first() else { continue };
            for parameter in six() {
                let figures: Vec<&DayFigure> =
                    of.iter().filter_map(|day| day.figures.iter().find(|one| one.parameter == parameter)).collect();
                let (Some(one), Some(expected)) = (figures.first(), mean(figures.iter().map(|one| &one.expected)))
                else {
                    continue;
                };
                let figure = DayFigure { expected, ..(*one).clone() };
                add(&mut forecast, (lead_day, first.start, first.end), &first.scheme, Some(figure));
            }
        }
        forecast
    };
    by_area.into_iter().map(area).collect()
}

fn mean<'e>(all: impl Iterator<Item = &'e Expected>) -> Option<Expected> {
    let mut sum = Expected { mean: 0.0, usual: 0.0, quantiles: [0.0; QUANTILES.len()] };
    let mut count = 0.0_f32;
    for one in all {
        sum.mean += one.mean;
        sum.usual += one.usual;
        for (total, value) in sum.quantiles.iter_mut().zip(one.quantiles) {
            *total += value;
        }
        count += 1.0;
    }
    (count > 0.0).then(|| Expected { usual: sum.usual / count, ..sum.scaled(1.0 / count) })
}

/// What stands between reading and keeping: unpacks the model and issues, off the runtime's threads.
///
/// # Errors
/// [`ModelError::Unreadable`].
pub async fn make(
    pipeline: &Arc<Pipeline>,
    model: limpid_store::KeptModel,
    inputs: Inputs,
    now: Instant,
) -> Result<Vec<Forecast>, ModelError> {
    let pipeline = pipeline.clone();
    let making = tokio::task::spawn_blocking(move || {
        let trained = Trained::unpack(&model)?;
        Ok(issue(&pipeline, &trained, &model.note, &inputs, now))
    });
    making.await.map_err(|failed| StoreError::io("making a forecast", failed))?
}

#[cfg(test)]
mod tests;
