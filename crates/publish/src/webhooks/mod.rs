//! Webhooks: addresses of the operator's choice that are told what happens, signed, in the order of the event log.
//!
//! - `sign`: the signature, as Standard Webhooks has it
//! - `client`: one message over HTTP
//! - `deliver`: the task of one webhook: in order, again until it is taken, given up in the end
//!
//! What waits stands in the journal: a webhook is a cursor on the log, and costs no memory however far it is behind.

mod client;
mod deliver;
mod sign;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, PoisonError};

use limpid_model::{Instant, pipeline};

pub use client::{Client, ClientError};
pub use deliver::deliver;

/// A webhook with its secret.
pub struct Webhook {
    /// What the configuration says of it.
    pub config: pipeline::Webhook,
    /// What messages are signed with.
    key: Vec<u8>,
    client: Client,
    standing: Mutex<Standing>,
}

/// How a webhook is doing, for the operator.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// The last event that was delivered, given up or not wanted.
    pub position: u64,
    /// When the last message was taken.
    pub delivered: Option<Instant>,
    /// Messages taken since the start.
    pub count: u64,
    /// Attempts at the event that is being tried.
    pub attempts: u32,
    /// What the last attempt came to, where it failed.
    pub error: Option<String>,
}

impl Webhook {
    /// A webhook that signs with `secret`: `whsec_` and base64 of a key, or any other text as it is.
    ///
    /// # Errors
    /// When the secret is no secret, the address is none, or the encryption library does not work.
    pub fn new(config: pipeline::Webhook, secret: &str) -> Result<Arc<Self>, ClientError> {
        let key = sign::key(secret).ok_or(ClientError::Secret)?;
        let client = Client::new(&config.url)?;
        Ok(Arc::new(Self { config, key, client, standing: Mutex::default() }))
    }

    /// How it is doing.
    pub fn standing(&self) -> Standing {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note(&self, change: impl FnOnce(&mut Standing)) {
        change(&mut self.standing.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// The name of its cursor.
    pub(crate) fn cursor(&self) -> String {
        format!("webhook:{}", self.config.name)
    }
}
