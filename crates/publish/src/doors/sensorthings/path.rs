//! Resource paths (18-088, clause 9.2): what an address names.

use std::sync::Arc;

use super::entity::{Entity, Place, Stream};
use super::schema::{self, Set};
use super::world::World;
use crate::answer::Failure;
use crate::answer::problem::cut;

/// Parts of a path at most.
const LONGEST: usize = 12;

/// Entities that are listed.
#[derive(Debug)]
pub enum Listed {
    /// These.
    Held(Vec<Entity>),
    /// The observations of these series, perhaps only those of one place.
    Observed(Vec<Arc<Stream>>, Option<Arc<Place>>),
}

/// What a path names.
#[derive(Debug)]
pub enum Target {
    /// A list.
    List(Set, Listed),
    /// The addresses of a list.
    Addresses(Set, Listed),
    /// An entity.
    One(Entity),
    /// A property of an entity, or a part of one; as it is, where that is asked for.
    Property {
        /// Whose.
        of: Entity,
        /// Which.
        path: Vec<String>,
        /// Without the object around it.
        raw: bool,
    },
}

/// Follows a path.
///
/// # Errors
/// 404 where it leads to nothing; those of the journal.
pub async fn follow(path: &str, world: &World) -> Result<Target, Failure> {
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let nothing = || Failure::not_found("this path names nothing here; /sta/v1.1 lists the sets that there are");
    if segments.len() > LONGEST {
        return Err(nothing());
    }
    let mut segments = segments.into_iter().peekable();
    let (name, id) = take(segments.next().ok_or_else(nothing)?);
    let set = Set::parse(name).ok_or_else(nothing)?;
    let mut entity = match id {
        None => {
            let listed = match set {
                Set::Observations => Listed::Observed(world.streams().to_vec(), None),
                set => Listed::Held(world.all(set)),
            };
            return list(set, listed, segments.next(), segments.next().is_some()).ok_or_else(nothing);
        }
        Some(id) => world.find(set, &id).await?.ok_or_else(|| missing(set, &id))?,
    };
    loop {
        let Some(segment) = segments.next() else { return Ok(Target::One(entity)) };
        let (name, id) = take(segment);
        let Some((set, many)) = entity.set().relation(name) else {
            let mut path: Vec<String> = std::iter::once(segment).chain(segments).map(str::to_owned).collect();
            let raw = path.last().is_some_and(|last| last == "$value");
            path.truncate(path.len() - usize::from(raw));
            let known = path.first().and_then(|name| schema::property(entity.set(), name));
            return known.map(|_| Target::Property { of: entity, path, raw }).ok_or_else(nothing);
        };
        entity = match (many, id) {
            (false, None) => world.related(&entity, name).into_iter().next().ok_or_else(nothing)?,
            (false, Some(_)) => return Err(nothing()),
            (true, None) => {
                let listed = related(&entity, name, set, world);
                return list(set, listed, segments.next(), segments.next().is_some()).ok_or_else(nothing);
            }
            (true, Some(id)) => {
                let found = world.find(set, &id).await?.ok_or_else(|| missing(set, &id))?;
                let id = found.id();
                let there = match related(&entity, name, set, world) {
                    Listed::Held(entities) => entities.iter().any(|entity| entity.id() == id),
                    Listed::Observed(streams, place) => match &found {
                        Entity::Observation(stream, published) => {
                            streams.iter().any(|one| Arc::ptr_eq(one, stream))
                                && place.is_none_or(|place| place.at(published.record.start))
                        }
                        _ => false,
                    },
                };
                if there { found } else { return Err(missing(set, &id)) }
            }
        };
    }
}

/// The list that a relation leads to.
pub fn related(entity: &Entity, name: &str, set: Set, world: &World) -> Listed {
    match (set, entity) {
        (Set::Observations, Entity::Datastream(stream)) => Listed::Observed(vec![stream.clone()], None),
        (Set::Observations, Entity::FeatureOfInterest(place)) => {
            Listed::Observed(world.streams_of(&place.station).to_vec(), Some(place.clone()))
        }
        _ => Listed::Held(world.related(entity, name)),
    }
}

fn list(set: Set, listed: Listed, behind: Option<&str>, more: bool) -> Option<Target> {
    match (behind, more) {
        (None, false) => Some(Target::List(set, listed)),
        (Some("$ref"), false) => Some(Target::Addresses(set, listed)),
        _ => None,
    }
}

fn missing(set: Set, id: &str) -> Failure {
    Failure::not_found(format!("there is no {} {:?}", set.singular(), cut(id)))
}

/// `Things('S1')`: the name, and the id where there is one. A quote within an id is written twice.
fn take(segment: &str) -> (&str, Option<String>) {
    let Some((name, rest)) = segment.split_once('(') else { return (segment, None) };
    match rest.strip_suffix(')') {
        // An id without quotes is a number, which no id here is.
        Some(id) => {
            let quoted = id.strip_prefix('\'').and_then(|id| id.strip_suffix('\''));
            (name, Some(quoted.unwrap_or(id).replace("''", "'")))
        }
        None => (segment, None),
    }
}
