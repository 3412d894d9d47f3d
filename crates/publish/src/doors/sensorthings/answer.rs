//! Entities as they go out: with links, what `$select` leaves and what `$expand` adds; data arrays.

use std::sync::atomic::{AtomicUsize, Ordering};

use futures::future::BoxFuture;
use serde_json::{Map, Value, json};

use super::entity::Entity;
use super::held::{self, Page};
use super::options::{Expand, Options};
use super::path::{Listed, related};
use super::schema::Set;
use super::world::World;
use super::{json as properties, observed};
use crate::answer::Failure;

/// Entities of one answer at most, expanded ones among them.
pub const MOST_ENTITIES: usize = 50_000;

/// What one answer may still hold.
pub struct Budget(AtomicUsize);

impl Budget {
    /// As much as an answer may hold.
    pub fn new() -> Self {
        Self(AtomicUsize::new(MOST_ENTITIES))
    }

    fn take(&self, entities: usize) -> Result<(), Failure> {
        let left = self.0.load(Ordering::Relaxed);
        let Some(left) = left.checked_sub(entities) else {
            let detail = format!("the answer would hold more than {MOST_ENTITIES} entities; ask for fewer with $top");
            return Err(Failure::value("$expand", detail, Vec::<String>::new()));
        };
        self.0.store(left, Ordering::Relaxed);
        Ok(())
    }
}

/// A page of a list.
///
/// # Errors
/// Those of `observed::page`.
pub async fn page(listed: Listed, options: &Options, world: &World) -> Result<Page, Failure> {
    match listed {
        Listed::Held(entities) if options.token.is_none() => Ok(held::page(entities, options, world)),
        Listed::Held(_) => Err(Failure::value("$skiptoken", "it belongs to another list", Vec::<String>::new())),
        Listed::Observed(streams, place) => observed::page(streams, place, options, world).await,
    }
}

/// A page as an object: `@iot.count`, `@iot.nextLink`, `value`. `address` is that of the list.
///
/// # Errors
/// 400 for what would hold too much; those of the journal.
pub async fn list(
    address: &str,
    listed: Listed,
    options: &Options,
    world: &World,
    budget: &Budget,
) -> Result<Value, Failure> {
    let page = page(listed, options, world).await?;
    let mut answer = envelope(&page, address, options);
    let value = if options.data_array {
        budget.take(page.entities.len())?;
        Value::Array(data_arrays(&page.entities, options, world))
    } else {
        Value::Array(entities(&page.entities, options, world, budget).await?)
    };
    answer.insert("value".to_owned(), value);
    Ok(Value::Object(answer))
}

/// The addresses of a page of a list.
///
/// # Errors
/// Those of [`list`].
pub async fn addresses(address: &str, listed: Listed, options: &Options, world: &World) -> Result<Value, Failure> {
    let page = page(listed, options, world).await?;
    let mut answer = envelope(&page, address, options);
    let links = page.entities.iter().map(|entity| json!({ "@iot.selfLink": world.link(entity) })).collect();
    answer.insert("value".to_owned(), Value::Array(links));
    Ok(Value::Object(answer))
}

fn envelope(page: &Page, address: &str, options: &Options) -> Map<String, Value> {
    let mut answer = Map::new();
    if let Some(count) = page.count {
        answer.insert("@iot.count".to_owned(), count.into());
    }
    if let Some(next) = &page.next {
        answer.insert("@iot.nextLink".to_owned(), format!("{address}?{}", options.next(next)).into());
    }
    answer
}

async fn entities(list: &[Entity], options: &Options, world: &World, budget: &Budget) -> Result<Vec<Value>, Failure> {
    budget.take(list.len())?;
    let mut told = Vec::with_capacity(list.len());
    for entity in list {
        told.push(one(entity, options, world, budget).await?);
    }
    Ok(told)
}

/// An entity, told with what `options` say of it.
pub fn one<'a>(
    entity: &'a Entity,
    options: &'a Options,
    world: &'a World,
    budget: &'a Budget,
) -> BoxFuture<'a, Result<Value, Failure>> {
    Box::pin(async move {
        let mut told = Map::new();
        if options.wants("id") {
            told.insert("@iot.id".to_owned(), entity.id().into());
        }
        if options.wants("selfLink") {
            told.insert("@iot.selfLink".to_owned(), world.link(entity).into());
        }
        let properties = properties::properties(entity, world).into_iter();
        told.extend(properties.filter(|(name, _)| options.wants(name)));
        for (name, _, _) in entity.set().relations() {
            let address = || format!("{}/{name}", world.link(entity));
            match options.expand.iter().find(|expand| expand.name == *name) {
                Some(expand) => expanded(&mut told, entity, expand, address(), world, budget).await?,
                None if options.wants(name) => {
                    told.insert(format!("{name}@iot.navigationLink"), address().into());
                }
                None => {}
            }
        }
        Ok(Value::Object(told))
    })
}

async fn expanded(
    told: &mut Map<String, Value>,
    entity: &Entity,
    expand: &Expand,
    address: String,
    world: &World,
    budget: &Budget,
) -> Result<(), Failure> {
    let (name, options) = (expand.name, &expand.options);
    let listed = related(entity, name, expand.set, world);
    if !expand.many {
        if let Listed::Held(entities) = listed
            && let Some(entity) = entities.first()
        {
            budget.take(1)?;
            told.insert(name.to_owned(), one(entity, options, world, budget).await?);
        }
        return Ok(());
    }
    let page = page(listed, options, world).await?;
    if let Some(count) = page.count {
        told.insert(format!("{name}@iot.count"), count.into());
    }
    told.insert(name.to_owned(), Value::Array(entities(&page.entities, options, world, budget).await?));
    if let Some(next) = &page.next {
        told.insert(format!("{name}@iot.nextLink"), format!("{address}?{}", options.next(next)).into());
    }
    Ok(())
}

/// Observations as data arrays, one for each Datastream in the order in which it comes (18-088, clause 12.1).
fn data_arrays(list: &[Entity], options: &Options, world: &World) -> Vec<Value> {
    let known = ["id"].into_iter().chain(Set::Observations.properties().iter().copied());
    let components: Vec<&str> = match &options.select {
        Some(select) => select.iter().copied().filter(|name| *name != "selfLink").collect(),
        None => known.filter(|name| *name != "validTime").collect(),
    };
    let of = |entity: &Entity| world.related(entity, "Datastream").pop();
    let mut arrays: Vec<(String, Vec<Value>)> = Vec::new();
    for entity in list {
        let Some(stream) = of(entity) else { continue };
        let mut told = properties::properties(entity, world);
        let mut tell = |name: &&str| match *name {
            "id" => entity.id().into(),
            name => told.remove(name).unwrap_or(Value::Null),
        };
        let line = Value::Array(components.iter().map(&mut tell).collect());
        let link = world.link(&stream);
        match arrays.last_mut().filter(|array| array.0 == link) {
            Some((_, lines)) => lines.push(line),
            None => arrays.push((link, vec![line])),
        }
    }
    let array = |(link, lines): (String, Vec<Value>)| {
        json!({
            "Datastream@iot.navigationLink": link,
            "components": components,
            "dataArray@iot.count": lines.len(),
            "dataArray": lines,
        })
    };
    arrays.into_iter().map(array).collect()
}
