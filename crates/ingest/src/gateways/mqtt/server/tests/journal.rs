//! A real journal that can be made to fail or to wait before it takes anything.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use limpid_model::{Receipt, Submission};
use limpid_store::{Hooks, Journal, Result, StoreError};

/// The switches of a journal.
#[derive(Default)]
pub(super) struct Switches {
    /// So many submissions more are refused.
    pub(super) failures: AtomicUsize,
    /// Submissions wait while this is set.
    pub(super) held: AtomicBool,
    /// How many submissions have come, taken or not.
    pub(super) come: AtomicUsize,
}

#[async_trait]
impl Hooks for Switches {
    async fn accept(&self, submission: Submission, journal: &dyn Journal) -> Result<Receipt> {
        self.come.fetch_add(1, Ordering::SeqCst);
        while self.held.load(Ordering::SeqCst) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        if self.failures.try_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok() {
            return Err(StoreError::Full("a test".into()));
        }
        journal.accept(submission).await
    }
}
