//! Reading a page: series by series, all by time, or in any other order.

use std::sync::Arc;

use chrono::Duration;
use limpid_model::Instant;

use super::super::entity::{Entity, Stream};
use super::super::held::{self, Page};
use super::super::options::{Next, Token};
use super::{Asked, CHUNK, LOOKED_THROUGH, MERGED, SORTED};
use crate::answer::Failure;

impl Asked<'_> {
    /// Series by series; the page ends where it is full or enough was looked through.
    pub async fn one_after_the_other(&self, back: bool) -> Result<Page, Failure> {
        let mut streams: Vec<&Arc<Stream>> = self.streams.iter().collect();
        if back {
            streams.reverse();
        }
        let begin = self.begin(streams.iter().copied())?;
        // Another list of the same answer may have used up what may be looked through.
        self.world.look(1).ok_or_else(|| self.too_many("$expand"))?;
        let (mut skip, top) = (self.options.skip, self.options.page());
        let mut entities: Vec<Entity> = Vec::new();
        for (place, stream) in streams.into_iter().enumerate() {
            let mut behind = match begin {
                Some((first, _)) if place < first => continue,
                Some((first, start)) if place == first => Some(start),
                _ => None,
            };
            loop {
                let span = self.span_behind(behind, back);
                // One more than the page has tells that there is a next one.
                let limit =
                    if self.rest.is_empty() && self.place.is_none() { skip + top + 1 - entities.len() } else { CHUNK };
                let limit = limit.min(CHUNK);
                let found = self.read_stretch(stream, span, limit, back).await?;
                let full = found.len() == limit;
                let left = self.world.look(found.len().max(1)).unwrap_or(0);
                for published in found {
                    let start = published.record.start;
                    let entity = Entity::Observation(stream.clone(), Arc::new(published));
                    if self.keeps(&entity) {
                        if skip > 0 {
                            skip -= 1;
                        } else if entities.len() == top {
                            let next = entities.last().map(|last| Next { token: token(last), skip: 0 });
                            return Ok(Page { entities, count: None, next });
                        } else {
                            entities.push(entity);
                        }
                    }
                    behind = Some(start);
                }
                if left == 0 {
                    let token = behind.map(|start| Token { stream: stream.to_string(), start });
                    return Ok(Page {
                        entities,
                        count: None,
                        next: token.map(|token| Next { token: Some(token), skip }),
                    });
                }
                if !full {
                    break;
                }
            }
        }
        Ok(Page { entities, count: None, next: None })
    }

    /// All series by time, those of the same time as they are listed.
    pub async fn merged(&self, back: bool) -> Result<Page, Failure> {
        let need = self.options.skip + self.options.page() + 1;
        if self.streams.len() > MERGED || need.saturating_mul(self.streams.len()) > LOOKED_THROUGH {
            return Err(self.too_many("$orderby"));
        }
        let begin = self.begin(self.streams.iter())?;
        let mut found: Vec<(Instant, usize, Entity)> = Vec::new();
        for (place, stream) in self.streams.iter().enumerate() {
            // What stands at the time of the last one is behind it when its series is listed behind.
            let (mut from, mut to) = (self.from, self.to);
            if let Some((last, start)) = begin {
                let tick = Duration::microseconds(1);
                match back {
                    false => from = from.max(if place > last { start } else { start + tick }),
                    true => to = to.min(if place < last { start + tick } else { start }),
                }
            }
            let (mut kept, mut behind) = (0, None);
            while kept < need {
                let span = match behind {
                    None => (from, to),
                    Some(_) => {
                        let (a, b) = self.span_behind(behind, back);
                        (a.max(from), b.min(to))
                    }
                };
                let limit = need.min(CHUNK);
                let page = self.read_stretch(stream, span, limit, back).await?;
                let full = page.len() == limit;
                self.world.look(page.len()).ok_or_else(|| self.too_many("$filter"))?;
                for published in page {
                    let start = published.record.start;
                    behind = Some(start);
                    let entity = Entity::Observation(stream.clone(), Arc::new(published));
                    if self.keeps(&entity) {
                        kept += 1;
                        found.push((start, place, entity));
                    }
                }
                if !full {
                    break;
                }
            }
        }
        found.sort_by_key(|(start, place, _)| (*start, *place));
        if back {
            found.reverse();
        }
        let more = found.len() > self.options.skip + self.options.page();
        let entities: Vec<Entity> =
            found.into_iter().map(|found| found.2).skip(self.options.skip).take(self.options.page()).collect();
        let next = entities.last().filter(|_| more).map(|last| Next { token: token(last), skip: 0 });
        Ok(Page { entities, count: None, next })
    }

    /// Any other order: all of them, in memory.
    pub async fn sorted(&self) -> Result<Page, Failure> {
        let mut entities = Vec::new();
        for stream in &self.streams {
            self.each(stream, "$orderby", |entity| entities.push(entity)).await?;
            if entities.len() > SORTED {
                return Err(self.too_many("$orderby"));
            }
        }
        held::sort(&mut entities, self.options, self.world);
        Ok(held::cut(entities, self.options, None))
    }
}

fn token(entity: &Entity) -> Option<Token> {
    match entity {
        Entity::Observation(stream, published) => {
            Some(Token { stream: stream.to_string(), start: published.record.start })
        }
        _ => None,
    }
}
