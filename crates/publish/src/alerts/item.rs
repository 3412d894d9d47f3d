//! An alert as JSON: in the API and as an event.

use limpid_model::alert::Info;
use limpid_model::{Alert, Instant, Pipeline, Zone};
use serde::Serialize;
use utoipa::ToSchema;

/// How an alert stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum AlertState {
    /// It holds.
    Active,
    /// It does not hold yet.
    Coming,
    /// Its time is over.
    Expired,
    /// A later one updated it.
    Updated,
    /// It was cancelled, or cancels another.
    Cancelled,
    /// A test, an exercise, or not for the public: never shown as a warning.
    Test,
}

impl AlertState {
    /// Every state.
    pub const ALL: [Self; 6] = [Self::Active, Self::Coming, Self::Expired, Self::Updated, Self::Cancelled, Self::Test];

    /// As in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Coming => "coming",
            Self::Expired => "expired",
            Self::Updated => "updated",
            Self::Cancelled => "cancelled",
            Self::Test => "test",
        }
    }

    /// The state with this name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// How an alert stands among all that were kept.
    pub fn of(alert: &Alert, all: &[Alert], now: Instant) -> Self {
        let later = all.iter().find(|later| later.id > alert.id && later.supersedes(alert));
        match (alert.message.as_str(), later.map(|later| later.message.as_str())) {
            _ if !alert.meant() => Self::Test,
            ("Cancel", _) | (_, Some("Cancel")) => Self::Cancelled,
            (_, Some(_)) => Self::Updated,
            _ if alert.ends() <= now => Self::Expired,
            _ if now < alert.begins() => Self::Coming,
            _ => Self::Active,
        }
    }
}

/// An alert, its update or its cancellation. The document is at `cap`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Alert)]
pub struct AlertItem {
    /// Its number here.
    pub id: u64,
    /// Unique for its sender.
    pub identifier: String,
    /// Who issued it.
    pub sender: String,
    /// When.
    pub sent: String,
    /// When it was taken in.
    pub received: String,
    /// How it stands; not in events, which are of their moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<AlertState>,
    /// `Actual`, `Exercise`, `System`, `Test` or `Draft`.
    pub status: String,
    /// `Alert`, `Update` or `Cancel`.
    pub message: String,
    /// `Public`, `Restricted` or `Private`.
    pub scope: String,
    /// The publisher's own; otherwise another authority's, passed on.
    pub own: bool,
    /// It carries an XML signature, which is passed on with it.
    pub signed: bool,
    /// When it begins to hold.
    pub begins: String,
    /// When it ceases to.
    pub ends: String,
    /// Identifiers of the alerts that it refers to.
    pub references: Vec<String>,
    /// What it says, once for each language.
    pub info: Vec<InfoItem>,
    /// Where its document is.
    #[schema(example = "/alerts/1.cap.xml")]
    pub cap: String,
}

/// What an alert says in one language; the words of CAP 1.2.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AlertInfo)]
pub struct InfoItem {
    /// RFC 3066 tag.
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
    /// When what it warns of is expected to begin.
    pub onset: Option<String>,
    /// When it ceases to hold.
    pub expires: Option<String>,
    /// Who says it.
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

impl AlertItem {
    /// Of an alert; `state` as it stands now.
    pub fn new(alert: &Alert, state: Option<AlertState>, zone: Zone) -> Self {
        Self {
            id: alert.id,
            identifier: alert.identifier.clone(),
            sender: alert.sender.clone(),
            sent: alert.sent.clone(),
            received: zone.format(alert.received),
            state,
            status: alert.status.clone(),
            message: alert.message.clone(),
            scope: alert.scope.clone(),
            own: alert.own,
            signed: alert.signed,
            begins: zone.format(alert.begins()),
            ends: zone.format(alert.ends()),
            references: alert.references.iter().map(|reference| reference.identifier.clone()).collect(),
            info: alert.info.iter().map(|info| InfoItem::new(info, zone)).collect(),
            cap: document_path(alert.id),
        }
    }
}

impl InfoItem {
    fn new(info: &Info, zone: Zone) -> Self {
        let time = |at: Option<Instant>| at.map(|at| zone.format(at));
        Self {
            language: info.language.clone(),
            category: info.category.clone(),
            event: info.event.clone(),
            urgency: info.urgency.clone(),
            severity: info.severity.clone(),
            certainty: info.certainty.clone(),
            onset: time(info.onset),
            expires: time(info.expires),
            sender_name: info.sender_name.clone(),
            headline: info.headline.clone(),
            description: info.description.clone(),
            instruction: info.instruction.clone(),
            web: info.web.clone(),
            areas: info.areas.clone(),
        }
    }
}

/// An alert as an event: as it is, whatever comes after.
pub fn alert_json(alert: &Alert, pipeline: &Pipeline) -> String {
    let item = AlertItem::new(alert, None, pipeline.publisher.zone);
    serde_json::to_string(&item).expect("an item is text and numbers")
}

/// Where the document of an alert is.
pub fn document_path(id: u64) -> String {
    format!("/alerts/{id}.cap.xml")
}
