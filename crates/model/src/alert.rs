//! Alerts to the public, as the Common Alerting Protocol has them (OASIS CAP 1.2).

use serde::{Deserialize, Serialize};

use crate::time::Instant;

/// An alert, its update or its cancellation, as it was taken in. It is never changed: a later one refers to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Alert {
    /// Its number, in the order in which alerts were kept; 0 before that.
    #[serde(skip)]
    pub id: u64,
    /// When it was taken in.
    pub received: Instant,
    /// Whose token brought it.
    pub who: String,
    /// Whether the publisher made it itself; otherwise it passes on what another authority said.
    pub own: bool,
    /// Whether it carries an XML signature (which is kept as it is, and not judged here).
    pub signed: bool,
    /// Unique for its sender.
    pub identifier: String,
    /// Who issued it.
    pub sender: String,
    /// When it was issued, as it is written there: references repeat it.
    pub sent: String,
    /// `Actual`, `Exercise`, `System`, `Test` or `Draft`.
    pub status: String,
    /// `Alert`, `Update`, `Cancel`, `Ack` or `Error`.
    pub message: String,
    /// `Public`, `Restricted` or `Private`.
    pub scope: String,
    /// What it refers to.
    pub references: Vec<Reference>,
    /// What it says, once for each language.
    pub info: Vec<Info>,
}

/// An earlier alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// Who issued it.
    pub sender: String,
    /// Unique for that sender.
    pub identifier: String,
    /// As it was written.
    pub sent: String,
}

/// What an alert says in one language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Info {
    /// RFC 3066 tag, `zh-CN`.
    pub language: String,
    /// `Env`, `Met`, `Health`, …
    pub category: Vec<String>,
    /// What kind of event.
    pub event: String,
    /// `Immediate`, `Expected`, `Future`, `Past` or `Unknown`.
    pub urgency: String,
    /// `Extreme`, `Severe`, `Moderate`, `Minor` or `Unknown`.
    pub severity: String,
    /// `Observed`, `Likely`, `Possible`, `Unlikely` or `Unknown`.
    pub certainty: String,
    /// When it begins to hold; from when it was sent where it does not say.
    pub effective: Option<Instant>,
    /// When what it warns of is expected to begin.
    pub onset: Option<Instant>,
    /// When it ceases to hold.
    pub expires: Option<Instant>,
    /// Who says it, for people.
    pub sender_name: Option<String>,
    /// In one line.
    pub headline: Option<String>,
    /// In full.
    pub description: Option<String>,
    /// What to do.
    pub instruction: Option<String>,
    /// Where to read more.
    pub web: Option<String>,
    /// The areas, in words.
    pub areas: Vec<String>,
}

/// How long an alert holds that does not say so.
pub const UNSAID: chrono::Duration = chrono::Duration::hours(24);

impl Alert {
    /// Whether it is for the public, and meant: neither a test nor an exercise.
    pub fn meant(&self) -> bool {
        self.status == "Actual" && self.scope == "Public"
    }

    /// Whether it makes another one void.
    pub fn supersedes(&self, other: &Alert) -> bool {
        (self.message == "Update" || self.message == "Cancel")
            && self
                .references
                .iter()
                .any(|reference| reference.identifier == other.identifier && reference.sender == other.sender)
    }

    /// When it was issued; where that cannot be read, when it came.
    pub fn issued(&self) -> Instant {
        chrono::DateTime::parse_from_rfc3339(&self.sent).map_or(self.received, |at| at.to_utc())
    }

    /// When the last of what it says ceases to hold.
    pub fn ends(&self) -> Instant {
        let unsaid = self.issued() + UNSAID;
        self.info.iter().map(|info| info.expires.unwrap_or(unsaid)).max().unwrap_or(unsaid)
    }

    /// When the first of what it says begins to hold.
    pub fn begins(&self) -> Instant {
        let issued = self.issued();
        self.info.iter().map(|info| info.effective.unwrap_or(issued)).min().unwrap_or(issued)
    }

    /// What it says in a language, `zh` or `en`, or in the first one that it has.
    pub fn info(&self, language: &str) -> Option<&Info> {
        let speaks = |info: &&Info| info.language.split('-').next() == Some(language);
        self.info.iter().find(speaks).or(self.info.first())
    }
}

/// Those of `alerts`, in the order in which they were kept, that hold at `now`: alerts and updates that are meant for the
/// public, have begun, have not ended and were neither updated nor cancelled since.
pub fn active<'a>(alerts: impl IntoIterator<Item = &'a Alert> + Clone, now: Instant) -> Vec<&'a Alert> {
    let void = |alert: &Alert| alerts.clone().into_iter().any(|later| later.id > alert.id && later.supersedes(alert));
    let holds = |alert: &Alert| {
        (alert.message == "Alert" || alert.message == "Update")
            && alert.meant()
            && alert.begins() <= now
            && now < alert.ends()
    };
    alerts.clone().into_iter().filter(|alert| holds(alert) && !void(alert)).collect()
}
