//! A document of the publisher's own.

use limpid_model::alert::Reference;
use limpid_model::{Instant, Text, Zone};

use super::NAMESPACES;
use crate::feeds::escape;

/// What a document of the publisher's own is made of; everything is checked before.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// Unique for the sender.
    pub identifier: String,
    /// Who issues it.
    pub sender: String,
    /// When.
    pub sent: Instant,
    /// One of [`super::STATUS`].
    pub status: String,
    /// One of [`super::MESSAGE`].
    pub message: String,
    /// What it updates or cancels.
    pub references: Vec<Reference>,
    /// Who says it, for people.
    pub sender_name: Text,
    /// One of [`super::CATEGORY`].
    pub category: String,
    /// What kind of event.
    pub event: Text,
    /// One of [`super::URGENCY`].
    pub urgency: String,
    /// One of [`super::SEVERITY`].
    pub severity: String,
    /// One of [`super::CERTAINTY`].
    pub certainty: String,
    /// When it begins to hold.
    pub effective: Instant,
    /// When what it warns of is expected to begin.
    pub onset: Option<Instant>,
    /// When it ceases to hold.
    pub expires: Instant,
    /// In one line.
    pub headline: Text,
    /// In full.
    pub description: Text,
    /// What to do.
    pub instruction: Option<Text>,
    /// Where to read more.
    pub web: Option<String>,
    /// The area, in words.
    pub area: Text,
    /// The languages that it is written in, `zh` and `en`.
    pub languages: Vec<String>,
}

/// Times as the standard wants them: to the second, with an offset that is never `Z` (3.3.2).
fn time(at: Instant, zone: Zone) -> String {
    at.with_timezone(&zone.0).format("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// The document; elements stand in the order of the standard's schema.
pub fn write(draft: &Draft, zone: Zone) -> String {
    let mut text = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<alert xmlns=\"{}\">\n", NAMESPACES[0]);
    let sent = time(draft.sent, zone);
    let head = [
        ("identifier", draft.identifier.as_str()),
        ("sender", &draft.sender),
        ("sent", &sent),
        ("status", &draft.status),
        ("msgType", &draft.message),
        ("scope", "Public"),
    ];
    head.iter().for_each(|(name, value)| element(&mut text, "  ", name, value));
    if !draft.references.is_empty() {
        let one = |one: &Reference| format!("{},{},{}", one.sender, one.identifier, one.sent);
        let references: Vec<String> = draft.references.iter().map(one).collect();
        element(&mut text, "  ", "references", &references.join(" "));
    }
    draft.languages.iter().for_each(|language| info(&mut text, draft, language, zone));
    text.push_str("</alert>\n");
    text
}

fn info(text: &mut String, draft: &Draft, language: &str, zone: Zone) {
    let tag = if language == "zh" { "zh-CN" } else { "en" };
    let optional = |said: &Option<Text>| said.as_ref().map(|said| said.get(language).to_owned());
    let elements = [
        ("language", Some(tag.to_owned())),
        ("category", Some(draft.category.clone())),
        ("event", Some(draft.event.get(language).to_owned())),
        ("urgency", Some(draft.urgency.clone())),
        ("severity", Some(draft.severity.clone())),
        ("certainty", Some(draft.certainty.clone())),
        ("effective", Some(time(draft.effective, zone))),
        ("onset", draft.onset.map(|onset| time(onset, zone))),
        ("expires", Some(time(draft.expires, zone))),
        ("senderName", Some(draft.sender_name.get(language).to_owned())),
        ("headline", Some(draft.headline.get(language).to_owned())),
        ("description", Some(draft.description.get(language).to_owned())),
        ("instruction", optional(&draft.instruction)),
        ("web", draft.web.clone()),
    ];
    text.push_str("  <info>\n");
    for (name, value) in elements {
        if let Some(value) = value {
            element(text, "    ", name, &value);
        }
    }
    text.push_str("    <area>\n");
    element(text, "      ", "areaDesc", draft.area.get(language));
    text.push_str("    </area>\n  </info>\n");
}

fn element(text: &mut String, indent: &str, name: &str, value: &str) {
    text.push_str(&format!("{indent}<{name}>{}</{name}>\n", escape(value)));
}
