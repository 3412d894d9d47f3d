//! One upload, kept byte for byte, with what was read out of it.

use std::fmt;
use std::str::FromStr;

use crate::body::Body;
use crate::reading::Reading;
use crate::receipt::{ReceiptId, Refusal};
use crate::station::StationId;
use crate::station_event::StationEvent;
use crate::time::Instant;

/// The way by which a submission came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Channel {
    /// An HJ 212 packet.
    Hj212,
    /// `POST /api/v1/submissions`.
    Http,
    /// An MQTT message.
    Mqtt,
    /// Fetched from an upstream system.
    Pull,
    /// Read from a file by `limpid import`.
    Import,
}

impl Channel {
    /// Every way.
    pub const ALL: [Self; 5] = [Self::Hj212, Self::Http, Self::Mqtt, Self::Pull, Self::Import];

    /// The word for it in the journal and in metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hj212 => "hj212",
            Self::Http => "http",
            Self::Mqtt => "mqtt",
            Self::Pull => "pull",
            Self::Import => "import",
        }
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Channel {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|channel| channel.as_str() == text).ok_or(())
    }
}

/// A key that makes a repeated upload harmless: within one `scope` (a token), the same `key` means the same upload.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct IdempotencyKey {
    /// Whose key it is.
    pub scope: String,
    /// The key as sent.
    pub key: String,
}

/// One thing found in a submission, in its order.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    /// A reading to store. The journal decides between `stored`, `same` and `corrected`.
    Reading(Reading),
    /// Something that is not stored as a reading: quarantined or rejected before the journal saw it. The bytes stay.
    Refused(Refusal),
}

/// One upload: its bytes, its sender, and its entries.
#[derive(Debug, Clone)]
pub struct Submission {
    /// Identity of the submission and of its receipt.
    pub id: ReceiptId,
    /// When it arrived.
    pub received: Instant,
    /// How it came.
    pub channel: Channel,
    /// Who sent it, as the channel knows senders: MN and address, token, file name. Never a password or a token.
    pub sender: String,
    /// The station that it is from, where that is one and known.
    pub station: Option<StationId>,
    /// What the bytes are, as a media type.
    pub media_type: &'static str,
    /// The bytes, exactly as received (after transfer encodings such as gzip).
    pub body: Body,
    /// Set when the sender named the upload.
    pub idempotency: Option<IdempotencyKey>,
    /// What was read out of it.
    pub entries: Vec<Entry>,
    /// In which ways its form departs from the standard of its protocol: stable words, each once. Counted per station.
    pub deviations: Vec<&'static str>,
    /// What its station tells of itself in it. Kept where [`Self::station`] is known.
    pub events: Vec<StationEvent>,
}
