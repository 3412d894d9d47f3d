//! Taking alerts in: another authority's as they come, the publisher's own where it may give any.

use limpid_model::alert::Reference;
use limpid_model::{Alert, Instant, Pipeline, Text};
use limpid_store::{Journal, KeptAlert, StoreError};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::cap::{self, CATEGORY, CERTAINTY, Draft, MESSAGE, NotCap, SEVERITY, STATUS, URGENCY};
use crate::remit;

/// The largest document.
pub const LARGEST: usize = 1024 * 1024;
/// Letters of a text of an alert of one's own at most.
const LETTERS: usize = 10_000;

/// Why an alert was not taken in.
#[derive(Debug, thiserror::Error)]
pub enum NotTaken {
    /// A field is wrong.
    #[error("{detail}")]
    Field {
        /// Which.
        field: String,
        /// What is wrong with it.
        detail: String,
        /// What it may be.
        allowed: Vec<&'static str>,
    },
    /// The publisher may not give such an alert.
    #[error("{0}")]
    Remit(String),
    /// Another document is kept under its sender and identifier.
    #[error(
        "another alert is kept under this sender and identifier, as number {0}; a change is an Update with references"
    )]
    Conflict(u64),
    /// The journal failed.
    #[error("the alert could not be kept")]
    Failed(#[from] StoreError),
}

impl NotTaken {
    fn field(field: &str, detail: impl Into<String>) -> Self {
        Self::Field { field: field.to_owned(), detail: detail.into(), allowed: Vec::new() }
    }
}

impl From<NotCap> for NotTaken {
    fn from(error: NotCap) -> Self {
        Self::Field { field: error.element.to_owned(), detail: error.detail, allowed: error.allowed }
    }
}

/// An alert of the publisher's own. Texts are `{"zh": …, "en": …}`.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewAlert)]
pub struct NewAlert {
    /// `Alert` (default), or `Update` or `Cancel` of those that `references` names.
    #[serde(default = "alert_word")]
    pub message: String,
    /// `Actual` (default), `Exercise` or `Test`, which are never shown as warnings.
    #[serde(default = "actual")]
    pub status: String,
    /// Identifiers of the alerts that are updated or cancelled.
    #[serde(default)]
    pub references: Vec<String>,
    /// What kind of event.
    #[schema(value_type = std::collections::HashMap<String, String>)]
    pub event: Text,
    /// Default `Env`.
    #[serde(default = "env")]
    pub category: String,
    /// `Immediate`, `Expected`, `Future`, `Past` or `Unknown`.
    pub urgency: String,
    /// `Extreme`, `Severe`, `Moderate`, `Minor` or `Unknown`.
    pub severity: String,
    /// `Observed`, `Likely`, `Possible`, `Unlikely` or `Unknown`.
    pub certainty: String,
    /// When it begins to hold; default now.
    #[schema(value_type = Option<String>)]
    pub effective: Option<chrono::DateTime<chrono::FixedOffset>>,
    /// When what it warns of is expected to begin.
    #[schema(value_type = Option<String>)]
    pub onset: Option<chrono::DateTime<chrono::FixedOffset>>,
    /// When it ceases to hold.
    #[schema(value_type = String, example = "2026-11-26T12:00:00+08:00")]
    pub expires: chrono::DateTime<chrono::FixedOffset>,
    /// In one line.
    #[schema(value_type = std::collections::HashMap<String, String>)]
    pub headline: Text,
    /// In full.
    #[schema(value_type = std::collections::HashMap<String, String>)]
    pub description: Text,
    /// What to do.
    #[schema(value_type = Option<std::collections::HashMap<String, String>>)]
    pub instruction: Option<Text>,
    /// Where to read more.
    pub web: Option<String>,
    /// The area, in words.
    #[schema(value_type = std::collections::HashMap<String, String>)]
    pub area: Text,
}

fn alert_word() -> String {
    MESSAGE[0].to_owned()
}

fn actual() -> String {
    STATUS[0].to_owned()
}

fn env() -> String {
    "Env".to_owned()
}

/// An alert that is kept now.
#[derive(Debug)]
pub struct Taken {
    /// It.
    pub alert: Alert,
    /// Whether it is new; otherwise it was kept before, byte for byte the same.
    pub new: bool,
}

/// Takes in another authority's alert and keeps it as it came.
///
/// # Errors
/// See [`NotTaken`].
pub async fn relay(journal: &dyn Journal, who: &str, document: Vec<u8>, now: Instant) -> Result<Taken, NotTaken> {
    if document.len() > LARGEST {
        return Err(NotTaken::field("body", format!("the document has more than {LARGEST} bytes")));
    }
    keep(journal, who, document, now, false).await
}

/// Makes an alert of the publisher's own and keeps it.
///
/// # Errors
/// See [`NotTaken`].
pub async fn issue(
    pipeline: &Pipeline,
    journal: &dyn Journal,
    who: &str,
    new: NewAlert,
    now: Instant,
) -> Result<Taken, NotTaken> {
    remit::may_warn(pipeline).map_err(NotTaken::Remit)?;
    check(pipeline, &new, now)?;
    let known = journal.alerts().await?;
    let sender = pipeline.alerts.sender.clone().unwrap_or_else(|| pipeline.publisher.id.clone());
    let mut references = Vec::new();
    for identifier in &new.references {
        let one = known.iter().find(|one| one.own && one.identifier == *identifier);
        let refuse = || NotTaken::field("references", format!("no alert of ours is called {identifier:?}"));
        let one = one.ok_or_else(refuse)?;
        let (sender, identifier, sent) = (one.sender.clone(), one.identifier.clone(), one.sent.clone());
        references.push(Reference { sender, identifier, sent });
    }
    let document = cap::write(&draft(pipeline, new, sender, references, now), pipeline.publisher.zone).into_bytes();
    keep(journal, who, document, now, true).await
}

async fn keep(journal: &dyn Journal, who: &str, document: Vec<u8>, now: Instant, own: bool) -> Result<Taken, NotTaken> {
    let said = cap::read(&document)?;
    let mut alert = Alert {
        id: 0,
        received: now,
        who: who.to_owned(),
        own,
        signed: said.signed,
        identifier: said.identifier,
        sender: said.sender,
        sent: said.sent,
        status: said.status,
        message: said.message,
        scope: said.scope,
        references: said.references,
        info: said.info,
    };
    let (id, new) = match journal.keep_alert(alert.clone(), document).await? {
        KeptAlert::New(id) => (id, true),
        KeptAlert::Same(id) => (id, false),
        KeptAlert::Conflict(id) => return Err(NotTaken::Conflict(id)),
    };
    alert.id = id;
    tracing::info!(alert.id = id, alert.identifier = alert.identifier, new, own, "alert taken in");
    Ok(Taken { alert, new })
}

fn check(pipeline: &Pipeline, new: &NewAlert, now: Instant) -> Result<(), NotTaken> {
    let words: [(&str, &str, &[&'static str]); 6] = [
        ("message", &new.message, &MESSAGE),
        ("status", &new.status, &["Actual", "Exercise", "Test"]),
        ("category", &new.category, &CATEGORY),
        ("urgency", &new.urgency, &URGENCY),
        ("severity", &new.severity, &SEVERITY),
        // The word of CAP 1.0 is read and not written.
        ("certainty", &new.certainty, &CERTAINTY[..5]),
    ];
    for (field, value, known) in words {
        if !known.contains(&value) {
            let (field, detail, allowed) = (field.to_owned(), format!("{field} is {value:?}"), known.to_vec());
            return Err(NotTaken::Field { field, detail, allowed });
        }
    }
    let texts = [
        ("event", Some(&new.event)),
        ("headline", Some(&new.headline)),
        ("description", Some(&new.description)),
        ("instruction", new.instruction.as_ref()),
        ("area", Some(&new.area)),
    ];
    for (field, text) in texts {
        let Some(text) = text else { continue };
        for language in &pipeline.publisher.languages {
            let said = text.iter().find(|(code, _)| code == language).map_or("", |(_, said)| said).trim();
            if said.is_empty() || said.chars().count() > LETTERS {
                let detail = format!("{field} must be there in {language:?}, with {LETTERS} letters at most");
                return Err(NotTaken::field(field, detail));
            }
        }
    }
    if new.expires <= now {
        return Err(NotTaken::field("expires", "the alert would have expired already"));
    }
    if new.web.as_ref().is_some_and(|web| !(web.starts_with("https://") || web.starts_with("http://"))) {
        return Err(NotTaken::field("web", "write an address: https://…"));
    }
    match (new.message.as_str(), new.references.is_empty()) {
        ("Alert", false) => {
            Err(NotTaken::field("references", "a new alert refers to none: write message Update or Cancel"))
        }
        ("Update" | "Cancel", true) => Err(NotTaken::field("references", "name the alert that it is about")),
        _ => Ok(()),
    }
}

fn draft(pipeline: &Pipeline, new: NewAlert, sender: String, references: Vec<Reference>, now: Instant) -> Draft {
    let publisher = &pipeline.publisher;
    let mut draft = Draft {
        identifier: String::new(),
        sender,
        sent: now,
        status: new.status,
        message: new.message,
        references,
        sender_name: publisher.name.clone(),
        category: new.category,
        event: new.event,
        urgency: new.urgency,
        severity: new.severity,
        certainty: new.certainty,
        effective: new.effective.map_or(now, |at| at.to_utc()),
        onset: new.onset.map(|at| at.to_utc()),
        expires: new.expires.to_utc(),
        headline: new.headline,
        description: new.description,
        instruction: new.instruction,
        web: new.web,
        area: new.area,
        languages: publisher.languages.clone(),
    };
    // The same again within a second is the same alert.
    let digest = Sha256::digest(cap::write(&draft, publisher.zone));
    let digest: String = digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    draft.identifier = format!("{}-{}-{digest}", publisher.id, now.format("%Y%m%dT%H%M%SZ"));
    draft
}
