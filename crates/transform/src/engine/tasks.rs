//! Deriving several stations at once, on blocking threads.

use std::sync::Arc;

use futures::StreamExt;
use futures::stream::BoxStream;
use limpid_model::{Instant, Pipeline, Record, Review, Station, StationId};
use limpid_store::{Accepted, Journal, Result, ReviewQuery, StoreError};

use crate::engine::air::limits;
use crate::engine::beside::{self, Around};
use crate::engine::derive::{Judging, derive_of};
use crate::engine::hours::Hours;
use crate::engine::noise::nights;
use crate::engine::sealed;
use crate::engine::wanted::Wanted;
use crate::engine::water::classes;
use crate::review::Decided;
use crate::standards::Rules;

/// What to derive of one station.
#[derive(Debug)]
pub(super) struct Task {
    /// The station.
    pub station: StationId,
    /// What of it.
    pub wanted: Wanted,
    /// Its hours as far as they are known.
    pub known: Option<Arc<Hours>>,
}

/// What came of a task.
#[derive(Debug, Default)]
pub(super) struct Derived {
    /// Of which station.
    pub station: Option<StationId>,
    /// To be published.
    pub records: Vec<Record>,
    /// The station, and its hours over the span that was wanted, where moving windows were.
    pub hours: Option<(StationId, Hours)>,
}

/// Derives each task's station, several at once, and gives what comes of them in the order of the tasks.
pub(super) fn derive_all(
    pipeline: &Arc<Pipeline>,
    journal: &Arc<dyn Journal>,
    tasks: Vec<Task>,
    now: Instant,
) -> BoxStream<'static, Result<Derived>> {
    let (pipeline, journal) = (pipeline.clone(), journal.clone());
    // One more than there are processors is ready while another is being published; each holds at most a month.
    let at_once = std::thread::available_parallelism().map_or(2, usize::from) + 1;
    futures::stream::iter(tasks)
        // A task of the runtime each, so that it goes on while the caller publishes.
        .map(move |task| tokio::spawn(derive_one(pipeline.clone(), journal.clone(), task, now)))
        .buffered(at_once)
        .map(|joined| joined.unwrap_or_else(|failed| Err(StoreError::io("deriving a station", failed))))
        .boxed()
}

/// Reads what the task needs beyond what is known, and derives. Nothing, for a station that the registry does not have.
async fn derive_one(pipeline: Arc<Pipeline>, journal: Arc<dyn Journal>, task: Task, now: Instant) -> Result<Derived> {
    let Task { station, wanted, known } = task;
    let zone = pipeline.publisher.zone;
    let Some((from, to)) = wanted.span(zone) else { return Ok(Derived::default()) };
    let known = known.filter(|known| known.reaches_back_to(from));
    let known_to = known.as_ref().map_or(from, |known| known.end());
    let read_from = wanted.touched_from(zone, now).unwrap_or(to).min(known_to).clamp(from, to);
    let reviews = reviews_of(&journal, &station, from, to).await?;
    let readings = sealed::readings(&journal, &station, (read_from, to), None, (&reviews, zone)).await?;
    let around = beside::read(&pipeline, &journal, &station, (from, to), None).await?;
    let derived = tokio::task::spawn_blocking(move || {
        let Some(one) = pipeline.stations.get(&station) else { return Derived::default() };
        let inputs = Inputs { readings, reviews, read: (read_from, to), around };
        let (records, hours) = work(&pipeline, one, &inputs, &wanted, known.as_deref(), now);
        let hours = (!wanted.windows.is_empty()).then(|| (station.clone(), hours.kept()));
        Derived { station: Some(station), records, hours }
    });
    derived.await.map_err(|failed| StoreError::io("deriving a station", failed))
}

/// What the figures of one station are derived from.
#[derive(Debug)]
pub(super) struct Inputs {
    /// Its readings that start within `read`.
    pub readings: Vec<Accepted>,
    /// All that was decided about them.
    pub reviews: Vec<Review>,
    /// From when to when.
    pub read: (Instant, Instant),
    /// The same of the stations that it is judged beside, over all that is wanted.
    pub around: Vec<Around>,
}

/// Everything that is published of one station's inputs, beside the means of months and years, and its hours. Pure: live,
/// history and verification all come through here.
pub(super) fn work(
    pipeline: &Pipeline,
    station: &Station,
    inputs: &Inputs,
    wanted: &Wanted,
    known: Option<&Hours>,
    now: Instant,
) -> (Vec<Record>, Hours) {
    let (rules, zone) = (Rules::built_in(), pipeline.publisher.zone);
    let decided = Decided::new(&inputs.reviews);
    let mut hours = Hours::of(rules, station, zone, &inputs.readings, decided, inputs.read, now);
    if let (Some(known), Some((from, _))) = (known, wanted.span(zone)) {
        hours = hours.after(known, from);
    }
    let mut hours = hours.in_time(rules, station);
    if let Some(span) = wanted.span(zone).filter(|_| !inputs.around.is_empty()) {
        hours.beside(rules, station, &beside::neighbours(pipeline, station, &inputs.around, span, now));
    }
    hours.count(rules, station, decided);
    let judging = Judging { rules, station, zone, decided };
    let mut records = derive_of(&judging, &hours, &inputs.readings, wanted, now);
    records.extend(nights(rules, pipeline, station, &hours, wanted, now));
    let classes = classes(rules, &pipeline.water, station, &records);
    records.extend(classes);
    let limits = limits(rules, station, zone, &records);
    records.extend(limits);
    decided.settle(&mut records);
    (records, hours)
}

/// All that was decided about a station's hours within `from..to`.
pub(super) async fn reviews_of(
    journal: &Arc<dyn Journal>,
    station: &StationId,
    from: Instant,
    to: Instant,
) -> Result<Vec<Review>> {
    let (from, to) = (Some(from), Some(to));
    journal.reviews(ReviewQuery { station: Some(station.clone()), from, to, after: 0, limit: usize::MAX }).await
}
