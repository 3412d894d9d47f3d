//! A journal that refuses to publish now and then.

use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use limpid_model::{Published, Record};
use limpid_store::{Hooks, Journal, Result, StoreError};

/// So many of the next publications fail.
pub struct Flaky(pub AtomicUsize);

#[async_trait]
impl Hooks for Flaky {
    async fn publish(
        &self,
        records: Vec<Record>,
        cursor: Option<(&'static str, u64)>,
        journal: &dyn Journal,
    ) -> Result<Vec<Published>> {
        if self.0.try_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok() {
            return Err(StoreError::Full("made up".into()));
        }
        journal.publish(records, cursor).await
    }
}
