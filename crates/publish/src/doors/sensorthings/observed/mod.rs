//! A page of observations, read from the journal as far as it goes and no further.
//!
//! - `narrow`: what of a filter narrows what is read; `pages`: reading; `count`: counting

mod count;
mod narrow;
mod pages;

use std::sync::Arc;

use chrono::Duration;
use limpid_model::{Instant, Observation, Published};
use limpid_store::ObservationQuery;

use super::entity::{Entity, Place, Stream};
use super::filter::{Expr, eval};
use super::held::Page;
use super::options::Options;
use super::world::{World, ask};
use crate::answer::Failure;
use narrow::{of_stream, span};

/// Records that are looked through for one answer, in all of its lists together.
pub const LOOKED_THROUGH: usize = 500_000;
/// Observations that are sorted in memory, for an order that is not that of time.
pub const SORTED: usize = 50_000;
/// Series that are merged by time.
pub const MERGED: usize = 500;
/// Records of one read.
const CHUNK: usize = 10_000;

/// What is asked of the observations of some series.
struct Asked<'a> {
    world: &'a World,
    options: &'a Options,
    /// Ordered as listed.
    streams: Vec<Arc<Stream>>,
    from: Instant,
    to: Instant,
    /// What must hold of each observation beside its span.
    rest: Vec<Expr>,
    place: Option<Arc<Place>>,
}

/// A page of the observations of `streams`.
///
/// # Errors
/// 400 for what would need more records than one answer may; those of the journal.
pub async fn page(
    streams: Vec<Arc<Stream>>,
    place: Option<Arc<Place>>,
    options: &Options,
    world: &World,
) -> Result<Page, Failure> {
    let asked = Asked::read(streams, place, options, world);
    let count = if options.count { Some(asked.count().await?) } else { None };
    if options.page() == 0 {
        return Ok(Page { entities: Vec::new(), count, next: None });
    }
    let mut found = match asked.order()? {
        Order::Listed { back } => asked.one_after_the_other(back).await?,
        Order::Time { back } => asked.merged(back).await?,
        Order::Other => asked.sorted().await?,
    };
    found.count = count;
    Ok(found)
}

/// How a page is read.
enum Order {
    /// Series by series, each by time.
    Listed { back: bool },
    /// All series by time.
    Time { back: bool },
    /// Any other.
    Other,
}

impl<'a> Asked<'a> {
    fn read(mut streams: Vec<Arc<Stream>>, place: Option<Arc<Place>>, options: &'a Options, world: &'a World) -> Self {
        let (mut from, mut to) = (Instant::MIN_UTC, Instant::MAX_UTC);
        let mut rest = Vec::new();
        for part in options.filter.clone().map(Expr::conjuncts).unwrap_or_default() {
            if let Some((first, last)) = span(&part) {
                (from, to) = (from.max(first), to.min(last));
            } else if part.only_of("Datastream") {
                streams.retain(|stream| of_stream(&part, stream, world));
            } else {
                rest.push(part);
            }
        }
        streams.retain(|stream| stream.series.first < to && from <= stream.series.last);
        // Of a series that grew since the list was made the end is later than the list says, which nobody waits for.
        Self { world, options, streams, from, to, rest, place }
    }

    fn order(&self) -> Result<Order, Failure> {
        let first = match &self.options.order[..] {
            [] => return Ok(Order::Listed { back: false }),
            [(Expr::Path(path), down), ..] => Some((path.join("/"), *down)),
            _ => None,
        };
        let order = match first.as_ref().map(|(path, down)| (path.as_str(), *down)) {
            Some(("id", down)) => Order::Listed { back: down },
            Some(("phenomenonTime", back)) if self.streams.len() <= 1 => Order::Listed { back },
            Some(("phenomenonTime", back)) if self.options.order.len() == 1 => Order::Time { back },
            _ => Order::Other,
        };
        if matches!(order, Order::Other) && self.options.token.is_some() {
            return Err(Failure::value("$skiptoken", "it belongs to another order", Vec::<String>::new()));
        }
        Ok(order)
    }

    fn keeps(&self, entity: &Entity) -> bool {
        let Entity::Observation(_, published) = entity else { return false };
        self.place.as_ref().is_none_or(|place| place.at(published.record.start))
            && self.rest.iter().all(|part| eval::holds(part, entity, self.world))
    }

    /// The stretch of a series that begins at a place.
    async fn read_stretch(
        &self,
        stream: &Stream,
        (from, to): (Instant, Instant),
        limit: usize,
        back: bool,
    ) -> Result<Vec<Published<Observation>>, Failure> {
        let (query, journal) = (ObservationQuery { limit, ..ask(stream, from, to) }, &self.world.app.journal);
        Ok(if back { journal.observations_back(query).await? } else { journal.observations(query).await? })
    }

    /// Shows every observation of a series that is asked for by `option`.
    async fn each(&self, stream: &Arc<Stream>, option: &str, mut show: impl FnMut(Entity)) -> Result<(), Failure> {
        let mut behind = None;
        loop {
            let found = self.read_stretch(stream, self.span_behind(behind, false), CHUNK, false).await?;
            self.world.look(found.len()).ok_or_else(|| self.too_many(option))?;
            let full = found.len() == CHUNK;
            behind = found.last().map(|last| last.record.start);
            let of = found.into_iter().map(|one| Entity::Observation(stream.clone(), Arc::new(one)));
            of.filter(|entity| self.keeps(entity)).for_each(&mut show);
            if !full {
                return Ok(());
            }
        }
    }

    fn span_behind(&self, behind: Option<Instant>, back: bool) -> (Instant, Instant) {
        match behind {
            None => (self.from, self.to),
            Some(start) if back => (self.from, self.to.min(start)),
            Some(start) => (self.from.max(start + Duration::microseconds(1)), self.to),
        }
    }

    /// The place in the list of the series that `$skiptoken` names, and the start there.
    fn begin<'b>(
        &self,
        mut streams: impl Iterator<Item = &'b Arc<Stream>>,
    ) -> Result<Option<(usize, Instant)>, Failure> {
        let Some(token) = &self.options.token else { return Ok(None) };
        let place = streams.position(|stream| stream.to_string() == token.stream);
        let place =
            place.ok_or_else(|| Failure::value("$skiptoken", "it belongs to another list", Vec::<String>::new()))?;
        Ok(Some((place, token.start)))
    }

    fn too_many(&self, option: &str) -> Failure {
        let detail = format!(
            "this would look through more than one answer may: {MERGED} Datastreams by time, {SORTED} Observations in another \
             order, {LOOKED_THROUGH} to find or count; name a Datastream, or a shorter phenomenonTime"
        );
        Failure::value(option, detail, Vec::<String>::new())
    }
}
