//! A page of entities that are held in memory.

use super::entity::Entity;
use super::filter::eval;
use super::options::{Next, Options};
use super::world::World;

/// A page of a list.
pub struct Page {
    /// What is on it.
    pub entities: Vec<Entity>,
    /// How many there are on all pages, where that was asked for.
    pub count: Option<u64>,
    /// Where the next page begins.
    pub next: Option<Next>,
}

/// Filters, sorts and cuts.
pub fn page(mut entities: Vec<Entity>, options: &Options, world: &World) -> Page {
    if let Some(filter) = &options.filter {
        entities.retain(|entity| eval::holds(filter, entity, world));
    }
    sort(&mut entities, options, world);
    let count = options.count.then_some(entities.len() as u64);
    cut(entities, options, count)
}

/// Sorts as `$orderby` says; what is equal stays as it was.
pub fn sort(entities: &mut Vec<Entity>, options: &Options, world: &World) {
    if options.order.is_empty() {
        return;
    }
    let keys =
        |entity: &Entity| options.order.iter().map(|(key, _)| eval::value(key, entity, world)).collect::<Vec<_>>();
    let mut keyed: Vec<_> = entities.drain(..).map(|entity| (keys(&entity), entity)).collect();
    keyed.sort_by(|(a, _), (b, _)| {
        let mut orders = options.order.iter().zip(a.iter().zip(b)).map(
            |((_, down), (a, b))| {
                if *down { b.order(a) } else { a.order(b) }
            },
        );
        orders.find(|order| order.is_ne()).unwrap_or(std::cmp::Ordering::Equal)
    });
    entities.extend(keyed.into_iter().map(|(_, entity)| entity));
}

/// Passes over `$skip` and keeps `$top` of all that there is.
pub fn cut(entities: Vec<Entity>, options: &Options, count: Option<u64>) -> Page {
    let (skip, top, all) = (options.skip, options.page(), entities.len());
    let entities = entities.into_iter().skip(skip).take(top).collect();
    let next = (top > 0 && skip + top < all).then_some(Next { token: None, skip: skip + top });
    Page { entities, count, next }
}
