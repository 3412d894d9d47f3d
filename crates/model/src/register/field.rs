//! A field of a register.

use super::disclosure::{Disclosure, Redaction};
use crate::code::CodeKind;
use crate::text::Text;

/// A field of a register, or a column of a table within one.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Its name in files, addresses and answers: lower-case letters, digits and `_`.
    pub name: String,
    /// What its values are.
    pub kind: FieldKind,
    /// What people call it.
    pub label: Text,
    /// Unit of a number, as text.
    pub unit: Option<String>,
    /// Whether every record has it. Default false.
    pub required: bool,
    /// Whether a search looks into it. Default false.
    pub search: bool,
    /// Whether records can be filtered by its value. Default false.
    pub filter: bool,
    /// Who may see it.
    pub disclosure: Disclosure,
    /// What personal data it holds, and what is done to them before they leave.
    pub redact: Option<Redaction>,
    /// What kind of code it holds; what looks wrong about one is a doubt that people are told of, never a refusal.
    pub check: Option<CodeKind>,
    /// Whether it is scanned for personal data. Default true; false for codes that look like such numbers.
    pub scan: bool,
}

/// What the values of a field are.
#[derive(Debug, Clone, PartialEq)]
pub enum FieldKind {
    /// `text`
    Text,
    /// `number`: finite.
    Number,
    /// `date`: `YYYY-MM-DD`.
    Date,
    /// `datetime`: RFC 3339 with offset.
    DateTime,
    /// `choice`: one of these.
    Choice(Vec<Choice>),
    /// `link`
    Link(LinkTo),
    /// `file`: the SHA-256 of an attachment.
    File,
    /// `table`: rows with these columns, none of which is a table.
    Table(Vec<Field>),
}

impl FieldKind {
    /// The words for them in configuration.
    pub const KNOWN: [&'static str; 8] = ["text", "number", "date", "datetime", "choice", "link", "file", "table"];

    /// The word in configuration and answers.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Date => "date",
            Self::DateTime => "datetime",
            Self::Choice(_) => "choice",
            Self::Link(_) => "link",
            Self::File => "file",
            Self::Table(_) => "table",
        }
    }
}

/// One of the values of a choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// As it is kept.
    pub value: String,
    /// As people are shown it.
    pub label: Text,
}

/// What a link leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkTo {
    /// `station`: a station of the registry, by its id.
    Station,
    /// `url`: an address that starts with `https://` or `http://`.
    Url,
    /// `register:ID`: a record of a register, by its key.
    Register(String),
}

impl Field {
    /// What people are shown for a value of a choice; the value itself where it has no label.
    pub fn choice_label<'a>(&'a self, value: &'a str, language: &str) -> &'a str {
        match &self.kind {
            FieldKind::Choice(choices) => {
                choices.iter().find(|choice| choice.value == value).map_or(value, |choice| choice.label.get(language))
            }
            _ => value,
        }
    }
}
