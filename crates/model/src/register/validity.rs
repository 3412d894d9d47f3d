//! Whether a record is in force, or how it ended.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::value::Values;

/// Which fields say whether a record is in force.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ValidityRule {
    /// The field with the first day.
    pub from: Option<String>,
    /// The field with the last day.
    pub to: Option<String>,
    /// The field with the day on which it ended before its time.
    pub ended: Option<String>,
    /// The choice that says how; its values are words of [`End`].
    pub end: Option<String>,
}

/// How a record ended before its time. Chinese law keeps three ends of a permit apart (State Council Order 736 of 2021,
/// articles 34, 40 and 41): 撤销, 注销 and 吊销.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// 废止: a document that a later one put out of force.
    Repealed,
    /// 撤销: undone by the issuer.
    Revoked,
    /// 注销: closed, as when a site ended.
    Cancelled,
    /// 吊销: taken away as a penalty.
    Withdrawn,
}

impl End {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Repealed, Self::Revoked, Self::Cancelled, Self::Withdrawn];

    /// The word in configuration and answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Repealed => "repealed",
            Self::Revoked => "revoked",
            Self::Cancelled => "cancelled",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The end of this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|end| end.as_str() == word)
    }
}

/// From when to when a record is in force. Days are those of the authority's calendar; both are inclusive.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validity {
    /// The first day, where it is known.
    #[serde(default)]
    pub from: Option<NaiveDate>,
    /// The last day, where there is one.
    #[serde(default)]
    pub to: Option<NaiveDate>,
    /// The day on which it ended before its time.
    #[serde(default)]
    pub ended: Option<NaiveDate>,
    /// How it ended then.
    #[serde(default)]
    pub end: Option<End>,
}

/// What a record is on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Its first day is still to come.
    NotYet,
    /// In force.
    InForce,
    /// Its last day is over.
    Expired,
    /// See [`End::Repealed`].
    Repealed,
    /// See [`End::Revoked`].
    Revoked,
    /// See [`End::Cancelled`].
    Cancelled,
    /// See [`End::Withdrawn`].
    Withdrawn,
}

impl Status {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::InForce, Self::NotYet, Self::Expired, Self::Repealed, Self::Revoked, Self::Cancelled, Self::Withdrawn];

    /// The word in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotYet => "not_yet",
            Self::InForce => "in_force",
            Self::Expired => "expired",
            Self::Repealed => "repealed",
            Self::Revoked => "revoked",
            Self::Cancelled => "cancelled",
            Self::Withdrawn => "withdrawn",
        }
    }
}

impl ValidityRule {
    /// What the fields of a record say.
    pub fn of(&self, values: &Values) -> Validity {
        let word = |field: &Option<String>| field.as_deref().and_then(|name| values.text(name));
        let date = |field: &Option<String>| word(field).and_then(|text| text.get(..10)?.parse().ok());
        Validity {
            from: date(&self.from),
            to: date(&self.to),
            ended: date(&self.ended),
            end: word(&self.end).and_then(End::parse),
        }
    }
}

impl Validity {
    /// What it is on this day. An end without a day counts from the beginning; a day without a word for it is a
    /// cancellation.
    pub fn on(&self, day: NaiveDate) -> Status {
        let ended = self.ended.map_or(self.end.is_some(), |ended| ended <= day);
        if ended {
            return match self.end.unwrap_or(End::Cancelled) {
                End::Repealed => Status::Repealed,
                End::Revoked => Status::Revoked,
                End::Cancelled => Status::Cancelled,
                End::Withdrawn => Status::Withdrawn,
            };
        }
        if self.from.is_some_and(|from| day < from) {
            return Status::NotYet;
        }
        if self.to.is_some_and(|to| to < day) {
            return Status::Expired;
        }
        Status::InForce
    }
}
