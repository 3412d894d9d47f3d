//! Alerts to the public.

use async_trait::async_trait;
use limpid_model::Alert;

use crate::error::Result;

/// What became of an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeptAlert {
    /// It is kept under this number.
    New(u64),
    /// The same bytes are kept under this number.
    Same(u64),
    /// Other bytes are kept under its sender and identifier, and stay.
    Conflict(u64),
}

/// Alerts, kept for good as they came.
#[async_trait]
pub trait Alerts {
    /// Keeps an alert with its document, byte for byte, and notes it in the event log. It is durable then.
    async fn keep_alert(&self, alert: Alert, document: Vec<u8>) -> Result<KeptAlert>;

    /// Alerts in the order in which they were kept.
    async fn alerts(&self) -> Result<Vec<Alert>>;

    /// The document of an alert.
    async fn alert_document(&self, id: u64) -> Result<Option<Vec<u8>>>;
}
