//! All entities but observations, as they are for one request, and how they are related.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::http::HeaderMap;
use limpid_model::{Station, Zone};
use limpid_store::ObservationQuery;

use super::entity::{Entity, Place, Stream};
use super::filter::Val;
use super::filter::eval::MOST_VALUES;
use super::json;
use super::observed::LOOKED_THROUGH;
use super::schema::Set;
use crate::answer::Failure;
use crate::app::Shared;
use crate::links;

/// Where this door is.
pub const ROOT: &str = "/sta/v1.1";

/// All entities but observations.
#[derive(Clone)]
pub struct World {
    /// What handlers share.
    pub app: Shared,
    /// Address of the service, as the client reached it.
    pub base: String,
    /// Ordered by station; those of one station by parameter, period and statistic.
    streams: Arc<Vec<Arc<Stream>>>,
    /// Records that may still be looked through for this request, in all of its lists together.
    left: Arc<AtomicUsize>,
}

impl World {
    /// As it is now.
    ///
    /// # Errors
    /// Those of the journal.
    pub async fn now(app: &Shared, headers: &HeaderMap) -> Result<Self, Failure> {
        let series = app.known_series.get(&*app.journal).await?;
        let stations: std::collections::HashMap<_, _> =
            app.pipeline.stations.shared().map(|station| (&station.id, station)).collect();
        // A station that left the registry has its series in the journal still, and no Thing.
        let stream = |series: &limpid_store::PublishedSeries| {
            let station = Arc::clone(stations.get(&series.station)?);
            Some(Arc::new(Stream { station, series: series.clone() }))
        };
        let streams = Arc::new(series.iter().filter_map(stream).collect());
        Ok(Self {
            app: app.clone(),
            base: links::absolute(headers, ROOT),
            streams,
            left: Arc::new(LOOKED_THROUGH.into()),
        })
    }

    /// Takes records that are looked through from what is left; what is left then, `None` where it is not enough.
    pub fn look(&self, records: usize) -> Option<usize> {
        let left = self.left.load(Ordering::Relaxed);
        self.left.store(left.saturating_sub(records), Ordering::Relaxed);
        left.checked_sub(records)
    }

    /// The zone of times.
    pub fn zone(&self) -> Zone {
        self.app.zone()
    }

    /// Address of the whole site.
    pub fn site(&self) -> &str {
        self.base.strip_suffix(ROOT).unwrap_or_default()
    }

    /// Address of an entity.
    pub fn link(&self, entity: &Entity) -> String {
        format!("{}/{}('{}')", self.base, entity.set().plural(), entity.id())
    }

    /// Every series.
    pub fn streams(&self) -> &[Arc<Stream>] {
        &self.streams
    }

    /// The series of one station.
    pub fn streams_of(&self, station: &Station) -> &[Arc<Stream>] {
        let first = self.streams.partition_point(|stream| stream.series.station < station.id);
        let count = self.streams[first..].partition_point(|stream| stream.series.station == station.id);
        &self.streams[first..first + count]
    }

    /// Where a station is and was, the oldest first; at least one.
    pub fn places(&self, station: &Arc<Station>) -> Vec<Arc<Place>> {
        let mut places: Vec<Place> = Vec::new();
        for episode in self.app.pipeline.stations.episodes(station) {
            let stay = (episode.from, episode.to);
            match places.iter_mut().find(|place| (place.lat, place.lon) == (episode.lat, episode.lon)) {
                Some(place) => {
                    match place.stays.last_mut() {
                        Some(last) if last.1 == episode.from => last.1 = episode.to,
                        _ => place.stays.push(stay),
                    }
                    place.name = episode.name;
                }
                None => places.push(Place {
                    station: station.clone(),
                    lat: episode.lat,
                    lon: episode.lon,
                    name: episode.name,
                    stays: vec![stay],
                }),
            }
        }
        places.into_iter().map(Arc::new).collect()
    }

    fn all_places(&self) -> Vec<Arc<Place>> {
        self.app.pipeline.stations.shared().flat_map(|station| self.places(station)).collect()
    }

    /// Every entity of a set that is held in memory; none of observations.
    pub fn all(&self, set: Set) -> Vec<Entity> {
        let stations = || self.app.pipeline.stations.shared().cloned();
        match set {
            Set::Things => stations().map(Entity::Thing).collect(),
            Set::Sensors => stations().map(Entity::Sensor).collect(),
            Set::Locations => self.all_places().into_iter().map(Entity::Location).collect(),
            Set::FeaturesOfInterest => self.all_places().into_iter().map(Entity::FeatureOfInterest).collect(),
            Set::HistoricalLocations => self.all_places().iter().flat_map(came).collect(),
            Set::Datastreams => self.streams.iter().cloned().map(Entity::Datastream).collect(),
            Set::ObservedProperties => {
                let mut parameters: Vec<_> = self.streams.iter().map(|stream| stream.series.parameter).collect();
                parameters.sort_unstable();
                parameters.dedup();
                parameters.into_iter().map(Entity::ObservedProperty).collect()
            }
            Set::Observations => Vec::new(),
        }
    }

    /// The entity with this id.
    ///
    /// # Errors
    /// Those of the journal, which is asked for an observation.
    pub async fn find(&self, set: Set, id: &str) -> Result<Option<Entity>, Failure> {
        let station = |id: &str| self.app.pipeline.stations.shared().find(|station| station.id.as_str() == id).cloned();
        Ok(match set {
            Set::Things => station(id).map(Entity::Thing),
            Set::Sensors => station(id).map(Entity::Sensor),
            Set::Datastreams => self.stream(id).map(Entity::Datastream),
            Set::Observations => self.observation(id).await?,
            // The id of a place begins with that of its station.
            Set::Locations | Set::FeaturesOfInterest | Set::HistoricalLocations => {
                let places = id.split_once('@').and_then(|(id, _)| station(id)).map(|station| self.places(&station));
                let entities = places.into_iter().flatten().flat_map(|place| match set {
                    Set::Locations => vec![Entity::Location(place)],
                    Set::FeaturesOfInterest => vec![Entity::FeatureOfInterest(place)],
                    _ => came(&place),
                });
                entities.into_iter().find(|entity| entity.id() == id)
            }
            Set::ObservedProperties => self.all(set).into_iter().find(|entity| entity.id() == id),
        })
    }

    /// The series of this id; `S1.pm25` is the hours, as where observations are sent to.
    pub fn stream(&self, id: &str) -> Option<Arc<Stream>> {
        let named = |id: &str| self.streams.iter().find(|stream| stream.to_string() == id).cloned();
        named(id).or_else(|| named(&format!("{id}.PT1H")))
    }

    async fn observation(&self, id: &str) -> Result<Option<Entity>, Failure> {
        let Some((stream, start)) = id.split_once('@') else { return Ok(None) };
        let start = super::time::Interval::parse(start).map(|time| time.start);
        let (Some(stream), Some(start)) = (self.stream(stream), start) else { return Ok(None) };
        let to = start + chrono::Duration::microseconds(1);
        let found = self.app.journal.observations(ObservationQuery { limit: 1, ..ask(&stream, start, to) }).await?;
        Ok(found.into_iter().next().map(|published| Entity::Observation(stream, Arc::new(published))))
    }

    /// The entities that one is related to; none of observations, of which there may be too many to hold.
    pub fn related(&self, entity: &Entity, name: &str) -> Vec<Entity> {
        match (entity, name) {
            (Entity::Thing(station), "Locations") => {
                self.places(station).pop().map(Entity::Location).into_iter().collect()
            }
            (Entity::Thing(station), "HistoricalLocations") => self.places(station).iter().flat_map(came).collect(),
            (Entity::Thing(station) | Entity::Sensor(station), "Datastreams") => {
                self.streams_of(station).iter().cloned().map(Entity::Datastream).collect()
            }
            (Entity::Location(place), "Things") | (Entity::HistoricalLocation(place, _), "Thing") => {
                vec![Entity::Thing(place.station.clone())]
            }
            (Entity::Location(place), "HistoricalLocations") => came(place),
            (Entity::HistoricalLocation(place, _), "Locations") => vec![Entity::Location(place.clone())],
            (Entity::Datastream(stream), "Thing") => vec![Entity::Thing(stream.station.clone())],
            (Entity::Datastream(stream), "Sensor") => vec![Entity::Sensor(stream.station.clone())],
            (Entity::Datastream(stream), "ObservedProperty") => {
                vec![Entity::ObservedProperty(stream.series.parameter)]
            }
            (Entity::ObservedProperty(parameter), "Datastreams") => {
                let of = self.streams.iter().filter(|stream| stream.series.parameter == *parameter);
                of.cloned().map(Entity::Datastream).collect()
            }
            (Entity::Observation(stream, _), "Datastream") => vec![Entity::Datastream(stream.clone())],
            (Entity::Observation(stream, published), "FeatureOfInterest") => {
                let mut places = self.places(&stream.station);
                let then = places.iter().position(|place| place.at(published.record.start));
                let place = places.swap_remove(then.unwrap_or(places.len() - 1));
                vec![Entity::FeatureOfInterest(place)]
            }
            _ => Vec::new(),
        }
    }

    /// The values that a checked path leads to; one null where it leads to nothing.
    pub fn values(&self, of: &Entity, path: &[String]) -> Vec<Val> {
        let Some((first, rest)) = path.split_first() else { return vec![Val::Null] };
        if of.set().relation(first).is_none() {
            return vec![json::value(of, first, rest, self)];
        }
        let related = self.related(of, first);
        let found: Vec<Val> = related.iter().flat_map(|entity| self.values(entity, rest)).take(MOST_VALUES).collect();
        if found.is_empty() { vec![Val::Null] } else { found }
    }
}

/// What to ask the journal for a stretch of a series.
pub fn ask(stream: &Stream, from: limpid_model::Instant, to: limpid_model::Instant) -> ObservationQuery {
    let series = &stream.series;
    ObservationQuery {
        stations: vec![series.station.clone()],
        parameters: vec![series.parameter],
        period: series.period,
        statistic: series.statistic,
        from,
        to,
        as_of: None,
        after: None,
        limit: usize::MAX,
    }
}

/// Each time that a station came to a place, where that is known.
fn came(place: &Arc<Place>) -> Vec<Entity> {
    let starts = place.stays.iter().filter_map(|stay| stay.0);
    starts.map(|from| Entity::HistoricalLocation(place.clone(), from)).collect()
}
