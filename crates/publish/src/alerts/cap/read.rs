//! What a document says. Only what is shown or decided upon is read; the document itself is kept and passed on as it came.

use chrono::DateTime;
use limpid_model::Instant;
use limpid_model::alert::{Info, Reference};

use super::tree::{Element, parse};
use super::{CATEGORY, CERTAINTY, MESSAGE, NAMESPACES, SCOPE, SEVERITY, STATUS, URGENCY};

/// Where signatures have their names from (XML Signature 1.0).
const SIGNATURES: &str = "http://www.w3.org/2000/09/xmldsig#";

/// What a document says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Unique for its sender.
    pub identifier: String,
    /// Who issued it.
    pub sender: String,
    /// When, as written.
    pub sent: String,
    /// One of [`STATUS`].
    pub status: String,
    /// One of [`MESSAGE`].
    pub message: String,
    /// One of [`SCOPE`].
    pub scope: String,
    /// What it refers to.
    pub references: Vec<Reference>,
    /// Once for each language.
    pub info: Vec<Info>,
    /// It carries a signature.
    pub signed: bool,
}

/// Why a document is no alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotCap {
    /// The element at fault.
    pub element: &'static str,
    /// What is wrong.
    pub detail: String,
    /// What it may be.
    pub allowed: Vec<&'static str>,
}

impl NotCap {
    fn new(element: &'static str, detail: impl Into<String>) -> Self {
        Self { element, detail: detail.into(), allowed: Vec::new() }
    }
}

/// Reads a document.
///
/// # Errors
/// The first thing by which it is no alert for the public.
pub fn read(document: &[u8]) -> Result<Said, NotCap> {
    let alert = parse(document).map_err(|error| NotCap::new("alert", format!("it is not XML as expected: {error}")))?;
    if alert.name != "alert" || !NAMESPACES.contains(&alert.namespace.as_str()) {
        let detail = format!("the root is {:?} of {:?}, and not `alert` of CAP 1.2", alert.name, alert.namespace);
        return Err(NotCap { allowed: NAMESPACES.to_vec(), ..NotCap::new("alert", detail) });
    }
    let message = word(&alert, "msgType", &MESSAGE)?;
    let references = match alert.text_of("references") {
        Some(text) => references(text)?,
        None => Vec::new(),
    };
    if message != "Alert" && references.is_empty() {
        let detail = format!("{message} must say which alert it is about: sender,identifier,sent");
        return Err(NotCap::new("references", detail));
    }
    let sent = required(&alert, "sent")?.to_owned();
    time("sent", Some(&sent))?;
    let info = alert.all("info").map(info).collect::<Result<Vec<_>, _>>()?;
    if message != "Cancel" && info.is_empty() {
        return Err(NotCap::new("info", format!("{message} says nothing: it has no info")));
    }
    Ok(Said {
        identifier: name(&alert, "identifier")?,
        sender: name(&alert, "sender")?,
        sent,
        status: word(&alert, "status", &STATUS)?,
        message,
        scope: word(&alert, "scope", &SCOPE)?,
        references,
        info,
        signed: alert.children.iter().any(|child| child.name == "Signature" && child.namespace == SIGNATURES),
    })
}

fn required<'a>(element: &'a Element, name: &'static str) -> Result<&'a str, NotCap> {
    element.text_of(name).ok_or_else(|| NotCap::new(name, format!("it has no {name}")))
}

/// An identifier or sender: no spaces, commas, `<` or `&` (3.2.1 of the standard), since references are made of them.
fn name(element: &Element, name: &'static str) -> Result<String, NotCap> {
    let text = required(element, name)?;
    if text.contains(|letter: char| letter.is_whitespace() || letter == ',' || letter == '<' || letter == '&') {
        return Err(NotCap::new(name, format!("{name} has a space, a comma, < or &, which references cannot repeat")));
    }
    Ok(text.to_owned())
}

fn word(element: &Element, name: &'static str, known: &[&'static str]) -> Result<String, NotCap> {
    let text = required(element, name)?;
    if !known.contains(&text) {
        return Err(NotCap { allowed: known.to_vec(), ..NotCap::new(name, format!("{name} is {text:?}")) });
    }
    Ok(text.to_owned())
}

fn time(name: &'static str, text: Option<&str>) -> Result<Option<Instant>, NotCap> {
    let Some(text) = text else { return Ok(None) };
    let refuse = |_| NotCap::new(name, format!("{name} is {text:?}; write 2026-11-25T08:00:00+08:00"));
    DateTime::parse_from_rfc3339(text).map(|at| Some(at.to_utc())).map_err(refuse)
}

fn references(text: &str) -> Result<Vec<Reference>, NotCap> {
    let reference = |text: &str| {
        let mut parts = text.splitn(3, ',').map(str::to_owned);
        match (parts.next(), parts.next(), parts.next()) {
            (Some(sender), Some(identifier), Some(sent)) => Ok(Reference { sender, identifier, sent }),
            _ => Err(NotCap::new("references", format!("{text:?} is not sender,identifier,sent"))),
        }
    };
    text.split_whitespace().map(reference).collect()
}

fn info(info: &Element) -> Result<Info, NotCap> {
    let text = |name| info.text_of(name).map(str::to_owned);
    let category: Vec<String> = info.all("category").map(|one| one.text.trim().to_owned()).collect();
    if let Some(unknown) = category.iter().find(|one| !CATEGORY.contains(&one.as_str())) {
        let detail = format!("category is {unknown:?}");
        return Err(NotCap { allowed: CATEGORY.to_vec(), ..NotCap::new("category", detail) });
    }
    Ok(Info {
        // The default of the standard.
        language: text("language").unwrap_or_else(|| "en-US".to_owned()),
        category,
        event: required(info, "event")?.to_owned(),
        urgency: word(info, "urgency", &URGENCY)?,
        severity: word(info, "severity", &SEVERITY)?,
        certainty: word(info, "certainty", &CERTAINTY)?,
        effective: time("effective", info.text_of("effective"))?,
        onset: time("onset", info.text_of("onset"))?,
        expires: time("expires", info.text_of("expires"))?,
        sender_name: text("senderName"),
        headline: text("headline"),
        description: text("description"),
        instruction: text("instruction"),
        web: text("web").filter(|web| web.starts_with("https://") || web.starts_with("http://")),
        areas: info.all("area").filter_map(|area| area.text_of("areaDesc")).map(str::to_owned).collect(),
    })
}
