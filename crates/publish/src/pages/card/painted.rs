//! Cards that were painted, kept by what stands on them.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::HeaderValue;
use bytes::Bytes;
use tokio::sync::Semaphore;

use super::png;
use super::scene::Scene;
use crate::answer::{Failure, blocking};

/// Pictures that are kept; one has some 30 kB.
const KEPT: usize = 256;
/// Pictures painted at once, each some milliseconds of work.
const AT_ONCE: usize = 2;

/// Painted cards, under the entity tags of what stands on them.
pub struct Painted {
    kept: Arc<Mutex<VecDeque<(HeaderValue, Bytes)>>>,
    turns: Arc<Semaphore>,
}

impl Default for Painted {
    fn default() -> Self {
        Self { kept: Arc::default(), turns: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

impl Painted {
    /// The picture of a scene; painted where it is not kept.
    ///
    /// # Errors
    /// 503 while the service stops, 500 where it cannot be painted.
    pub async fn get(&self, tag: &HeaderValue, scene: Scene) -> Result<Bytes, Failure> {
        if let Some(bytes) = find(&self.kept, tag) {
            return Ok(bytes);
        }
        let turn = self.turns.clone().acquire_owned().await;
        let turn = turn.map_err(|_| Failure::unavailable("the service is stopping"))?;
        let (kept, tag) = (self.kept.clone(), tag.clone());
        blocking(move || {
            let _turn = turn;
            // Whoever had the turn before may have painted the same.
            if let Some(bytes) = find(&kept, &tag) {
                return Ok(bytes);
            }
            let painted = png::paint(&scene).map_err(|error| Failure::internal("painting a card", &error))?;
            let bytes = Bytes::from(painted);
            let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.push_back((tag, bytes.clone()));
            if kept.len() > KEPT {
                kept.pop_front();
            }
            Ok(bytes)
        })
        .await
    }
}

fn find(kept: &Mutex<VecDeque<(HeaderValue, Bytes)>>, tag: &HeaderValue) -> Option<Bytes> {
    let kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
    kept.iter().find(|(known, _)| known == tag).map(|(_, bytes)| bytes.clone())
}
