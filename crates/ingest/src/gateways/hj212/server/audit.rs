//! What an operator is told of uploads that are not believed. Who and why, never the password that was tried; the
//! journal has the whole of each.

use limpid_model::{Entry, Reason};

use crate::Upload;

/// Reasons that have been told of one connection: a stranger who sends for ever is told of once.
#[derive(Debug, Default)]
pub(super) struct Audit(Vec<Reason>);

impl Audit {
    /// Tells of an upload whose sender is not believed.
    pub(super) fn see(&mut self, upload: &Upload) {
        let [Entry::Refused(refusal)] = &upload.entries[..] else { return };
        let reason = refusal.reason;
        if !matches!(reason, Reason::UnknownStation | Reason::WrongPassword | Reason::WrongAddress) {
            return;
        }
        metrics::counter!("limpid_hj212_strangers_total", "reason" => reason.as_str()).increment(1);
        if !self.0.contains(&reason) {
            self.0.push(reason);
            let station = upload.station.as_ref().map_or("", |station| station.as_str());
            tracing::warn!(
                sender = upload.sender,
                station.id = station,
                reason = reason.as_str(),
                "upload of a sender who is not believed; further ones of this connection are counted only"
            );
        }
    }
}
