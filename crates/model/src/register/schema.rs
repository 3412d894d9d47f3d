//! What a register is.

use super::disclosure::Disclosure;
use super::field::{Field, FieldKind};
use super::item::Item;
use super::term::Term;
use super::validity::ValidityRule;
use crate::text::Text;

/// A register, as its TOML file describes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Register {
    /// Its name in addresses and on the command line: the name of its file.
    pub id: String,
    /// What people call it.
    pub title: Text,
    /// What it holds, in a sentence or two.
    pub about: Option<Text>,
    /// Under which kind of item it stands in the catalogue. Default administration.
    pub item: Item,
    /// The law that orders it, as text.
    pub basis: Option<String>,
    /// The field whose value identifies a record: public text, never reused.
    pub key: String,
    /// The field that is shown as a record's title. Default the key.
    pub name: String,
    /// Disclosure of fields that say nothing of their own. Default public.
    pub disclosure: Disclosure,
    /// Years for which records are kept at least; `None`: for good. Nothing is deleted by the program.
    pub retention_years: Option<u64>,
    /// By when a record must be published.
    pub deadline: Option<Deadline>,
    /// By when things must have happened, or until when they are shown.
    pub terms: Vec<Term>,
    /// How often the register promises to be brought up to date.
    pub every: Option<Every>,
    /// Which fields say whether a record is in force.
    pub validity: Option<ValidityRule>,
    /// Which fields say where it is.
    pub place: Option<Place>,
    /// Whether reviewer and editor of a revision must be two people. Default true.
    pub four_eyes: bool,
    /// Whether the released records are a dataset too. Default false.
    pub dataset: bool,
    /// Its fields, in their order.
    pub fields: Vec<Field>,
}

/// A record is published within so many working days after the date in a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deadline {
    /// Working days of the publisher's calendar.
    pub working_days: u64,
    /// The field with the date from which they count.
    pub after: String,
}

/// The fields with WGS 84 degrees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Degrees north.
    pub lat: String,
    /// Degrees east.
    pub lon: String,
}

/// How often a register promises to be brought up to date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Every {
    /// `day`
    Day,
    /// `week`
    Week,
    /// `month`
    Month,
    /// `quarter`
    Quarter,
    /// `year`
    Year,
}

impl Every {
    /// All of them, the shortest first.
    pub const ALL: [Self; 5] = [Self::Day, Self::Week, Self::Month, Self::Quarter, Self::Year];

    /// The word in configuration and answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
        }
    }

    /// The longest that it may take, in days: the promise is broken after them.
    pub fn days(self) -> i64 {
        match self {
            Self::Day => 1,
            Self::Week => 7,
            Self::Month => 31,
            Self::Quarter => 92,
            Self::Year => 366,
        }
    }
}

impl Register {
    /// The field of this name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The field of a name with dots: `outlets.code` is the column `code` of the table `outlets`.
    pub fn field_at(&self, path: &str) -> Option<&Field> {
        match path.split_once('.') {
            None => self.field(path),
            Some((table, column)) => match &self.field(table)?.kind {
                FieldKind::Table(columns) => columns.iter().find(|field| field.name == column),
                _ => None,
            },
        }
    }

    /// Every field and every column of its tables that holds no rows of its own, with the name by which
    /// [`Register::field_at`] finds it and what the public may see of it.
    pub fn leaves(&self) -> impl Iterator<Item = (String, &Field, Disclosure)> {
        self.fields.iter().flat_map(|field| match &field.kind {
            FieldKind::Table(columns) => columns
                .iter()
                .map(|column| {
                    let disclosure = field.disclosure.and(column.disclosure);
                    (format!("{}.{}", field.name, column.name), column, disclosure)
                })
                .collect::<Vec<_>>(),
            _ => vec![(field.name.clone(), field, field.disclosure)],
        })
    }

    /// The public fields by which records can be filtered.
    pub fn filters(&self) -> impl Iterator<Item = (String, &Field)> {
        let wanted = |(_, field, disclosure): &(String, &Field, Disclosure)| field.filter && disclosure.is_public();
        self.leaves().filter(wanted).map(|(name, field, _)| (name, field))
    }
}
