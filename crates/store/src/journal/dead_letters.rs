//! Events that a webhook would not take.

use async_trait::async_trait;
use limpid_model::Instant;

use crate::error::Result;

/// An event that was given up for one webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// Name of the webhook.
    pub webhook: String,
    /// Number of the event in the log.
    pub seq: u64,
    /// When it was given up.
    pub at: Instant,
    /// How often it was tried.
    pub attempts: u32,
    /// What the last attempt came to.
    pub error: String,
}

/// What could not be delivered, kept for good.
#[async_trait]
pub trait DeadLetters {
    /// Keeps a letter and moves a cursor behind it in the same transaction. It is durable then.
    async fn keep_dead_letter(&self, letter: DeadLetter, cursor: (String, u64)) -> Result<()>;

    /// The newest letters of a webhook, the newest first, at most `limit`, and how many there are in all.
    async fn dead_letters(&self, webhook: &str, limit: usize) -> Result<(u64, Vec<DeadLetter>)>;
}
