//! Registers as tables: one of the records, and one for each table within them. Rows are made of what was disclosed, so that
//! nothing is in them that the API would not show.

use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::Schema;
use limpid_model::register::{Disclosure, Field, FieldKind, Reason, Register, as_text};
use limpid_model::{Text, Zone};
use limpid_store::PublicEntry;
use serde_json::{Value, json};

use super::definition::described;
use super::rows::Reader;
use crate::answer::table::{self, Cell, Kind};
use crate::error::{PublishError, Result};

/// Public records of one read.
const PAGE: usize = 2_000;
/// Rows of one batch.
const CHUNK: usize = 50_000;

/// A column that says something of the record as a whole. Fields of a register that is a dataset cannot begin with `record_`.
struct Own {
    name: &'static str,
    kind: Kind,
    about: &'static str,
    cell: fn(&PublicEntry, usize) -> Cell,
}

/// The columns of every row.
const EVERY: [Own; 3] = [
    Own {
        name: "record_key",
        kind: Kind::Text,
        about: "key of the record, never reused",
        cell: |entry, _| Cell::text(&entry.id),
    },
    Own {
        name: "record_revision",
        kind: Kind::Integer,
        about: "revision of the record that these are the values of",
        cell: |entry, _| Cell::Integer(entry.revision.into()),
    },
    Own {
        name: "record_released",
        kind: Kind::Time,
        about: "when that revision was made public",
        cell: |entry, _| Cell::Time(entry.released),
    },
];

/// Beside them, of rows of a table.
const OF_ROWS: Own = Own {
    name: "record_row",
    kind: Kind::Integer,
    about: "place of the row within its record, from 1",
    cell: |_, row| Cell::Integer(i64::try_from(row).unwrap_or(i64::MAX)),
};

/// Beside them, of records.
const OF_RECORDS: [Own; 5] = [
    Own {
        name: "record_withdrawn",
        kind: Kind::Text,
        about: "day, YYYY-MM-DD, on which the record was taken out of public view; then nothing else of it is shown",
        cell: |entry, _| entry.withdrawn.as_ref().map_or(Cell::Empty, |notice| Cell::Text(notice.on.to_string())),
    },
    Own {
        name: "record_withdrawn_why",
        kind: Kind::Text,
        about: "why",
        cell: |entry, _| entry.withdrawn.as_ref().map_or(Cell::Empty, |notice| Cell::text(&notice.why)),
    },
    Own {
        name: "record_repealed",
        kind: Kind::Text,
        about: "day, YYYY-MM-DD, from which the record is put out of force",
        cell: |entry, _| entry.repealed.as_ref().map_or(Cell::Empty, |notice| Cell::Text(notice.on.to_string())),
    },
    Own {
        name: "record_repealed_why",
        kind: Kind::Text,
        about: "why",
        cell: |entry, _| entry.repealed.as_ref().map_or(Cell::Empty, |notice| Cell::text(&notice.why)),
    },
    Own {
        name: "record_not_shown",
        kind: Kind::Text,
        about: "fields that have a value of which not everything is shown: field, how (on_request, withheld, masked, dropped) and reason, with colons between, apart by blanks",
        cell: |entry, _| Cell::text(&not_shown(entry)),
    },
];

fn not_shown(entry: &PublicEntry) -> String {
    let withheld = entry.record.iter().flat_map(|record| record.withheld());
    let one = |one: &limpid_model::register::Withheld| {
        let reason = one.reason.map(|reason| format!(":{}", reason.as_str())).unwrap_or_default();
        format!("{}:{}{reason}", one.field, one.how)
    };
    withheld.map(one).collect::<Vec<_>>().join(" ")
}

/// What a dataset of a register has as rows: its records, or the rows of one of its tables.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordTable {
    pub(super) register: Arc<Register>,
    table: Option<String>,
}

impl RecordTable {
    /// The datasets of a register: none unless it says `dataset = true`.
    pub fn all(register: &Arc<Register>) -> Vec<Self> {
        if !register.dataset {
            return Vec::new();
        }
        let of = |table: Option<&Field>| Self {
            register: Arc::clone(register),
            table: table.map(|field| field.name.clone()),
        };
        let shown = |field: &&Field| match &field.kind {
            FieldKind::Table(columns) => {
                field.disclosure.is_public() && columns.iter().any(|column| column.disclosure.is_public())
            }
            _ => false,
        };
        std::iter::once(of(None)).chain(register.fields.iter().filter(shown).map(|field| of(Some(field)))).collect()
    }

    /// The dataset's name: `register-permits`, `register-permits_limits`. Ids of registers have no `_`.
    pub fn dataset(&self) -> String {
        match &self.table {
            None => format!("register-{}", self.register.id),
            Some(table) => format!("register-{}_{table}", self.register.id),
        }
    }

    fn field(&self) -> Option<&Field> {
        self.table.as_deref().and_then(|table| self.register.field(table))
    }

    /// What people call it.
    pub fn title(&self) -> Text {
        let title = &self.register.title;
        match self.field() {
            None => title.clone(),
            Some(field) => Text::zh_en(
                format!("{}：{}", title.get("zh"), field.label.get("zh")),
                format!("{}: {}", title.get("en"), field.label.get("en")),
            ),
        }
    }

    /// What it holds.
    pub fn about(&self) -> Text {
        let register = &self.register;
        let about = |language| register.about.as_ref().map_or("", |about| about.get(language));
        match self.table {
            None => Text::zh_en(
                format!(
                    "{}每行一条已发布的记录，只含公开字段，个人信息已遮盖或删除；撤回的记录只留撤回日期和原因。",
                    about("zh")
                ),
                format!(
                    "{} One row for each released record: public fields only, personal data masked or dropped; of a withdrawn record only day and reason are left.",
                    about("en")
                ),
            ),
            Some(_) => Text::zh_en(
                format!("“{}”数据集各记录中本表的行，以 record_key 与其关联。", register.title.get("zh")),
                format!(
                    "Rows of this table within the records of the dataset register-{}, joined to it by record_key; rows of one record_revision belong together.",
                    register.id
                ),
            ),
        }
    }

    /// The public fields that are its columns.
    fn fields(&self) -> Vec<&Field> {
        let columns = match self.field().map(|field| &field.kind) {
            Some(FieldKind::Table(columns)) => columns,
            _ => &self.register.fields,
        };
        let shown = |field: &&Field| field.disclosure.is_public() && !matches!(field.kind, FieldKind::Table(_));
        columns.iter().filter(shown).collect()
    }

    fn own(&self) -> impl Iterator<Item = &'static Own> {
        let (rows, records) = (self.table.is_some(), self.table.is_none());
        let place = rows.then_some(&OF_ROWS);
        EVERY.iter().chain(place).chain(OF_RECORDS.iter().filter(move |_| records))
    }

    /// The Table Schema of its rows.
    pub fn schema(&self) -> Value {
        let own = self.own().map(|own| described(own.name, own.kind, own.about));
        let fields = self.fields().into_iter().map(|field| described(&field.name, kind(field), &meaning(field)));
        let key = if self.table.is_some() { json!(["record_key", "record_row"]) } else { json!(["record_key"]) };
        json!({ "fields": own.chain(fields).collect::<Vec<_>>(), "primaryKey": key, "missingValues": [""] })
    }

    /// By which rules its fields are shown, and what else of the register is masked wherever it is repeated. What was released
    /// when a line was another one may show more than is public now.
    pub fn rules(&self) -> Vec<String> {
        let rule = |name: &str, field: &Field| {
            let redact = field.redact.map(|redact| format!("{redact:?}")).unwrap_or_default();
            format!("{name} {redact} scan={}", field.scan)
        };
        let shown = self.fields().into_iter().map(|field| rule(&field.name, field));
        let personal = |field: &Field, disclosure: Disclosure| {
            field.redact.is_some() || disclosure == Disclosure::Withheld { reason: Reason::Privacy }
        };
        let known = self.register.leaves().filter(|(_, field, disclosure)| personal(field, *disclosure));
        shown.chain(known.map(|(name, field, _)| format!("known {}", rule(&name, field)))).collect()
    }

    /// The rows of one record.
    fn rows(&self, entry: &PublicEntry) -> Vec<Vec<Cell>> {
        let fields = self.fields();
        let row = |place: usize, values: Option<&serde_json::Map<String, Value>>| {
            let own = self.own().map(|own| (own.cell)(entry, place));
            let shown = fields.iter().map(|field| {
                values.and_then(|values| values.get(&field.name)).map_or(Cell::Empty, |value| cell(field, value))
            });
            own.chain(shown).collect::<Vec<_>>()
        };
        let values = entry.record.as_ref().map(|record| record.fields());
        match &self.table {
            None => vec![row(0, values)],
            Some(table) => {
                let rows = values.and_then(|values| values.get(table)?.as_array());
                (1..).zip(rows.into_iter().flatten()).map(|(place, one)| row(place, one.as_object())).collect()
            }
        }
    }

    fn batch(&self, rows: &[Vec<Cell>], zone: Zone) -> Result<RecordBatch> {
        let own = self.own().map(|own| (own.name.to_owned(), own.kind));
        let columns: Vec<(String, Kind)> =
            own.chain(self.fields().into_iter().map(|field| (field.name.clone(), kind(field)))).collect();
        let schema =
            Schema::new(columns.iter().map(|(name, kind)| table::field(name, *kind, zone)).collect::<Vec<_>>());
        let arrays = columns
            .iter()
            .enumerate()
            .map(|(place, (_, kind))| table::array(*kind, rows.iter().map(|row| row[place].clone()), zone))
            .collect();
        RecordBatch::try_new(Arc::new(schema), arrays)
            .map_err(|error| PublishError::Table { doing: "building a table of records".into(), source: error.into() })
    }
}

fn kind(field: &Field) -> Kind {
    match field.kind {
        FieldKind::Number => Kind::Number,
        FieldKind::DateTime => Kind::Time,
        _ => Kind::Text,
    }
}

/// What a column means: labels, unit, values of a choice, and what is done to personal data in it.
fn meaning(field: &Field) -> String {
    let mut about = format!("{} ({})", field.label.get("en"), field.label.get("zh"));
    about.extend(field.unit.iter().map(|unit| format!("; {unit}")));
    match &field.kind {
        FieldKind::Date => about.push_str("; YYYY-MM-DD"),
        FieldKind::File => about.push_str("; SHA-256 of a file"),
        FieldKind::Choice(choices) => {
            let one =
                |choice: &limpid_model::register::Choice| format!("{} = {}", choice.value, choice.label.get("en"));
            about.push_str("; ");
            about.push_str(&choices.iter().map(one).collect::<Vec<_>>().join(", "));
        }
        _ => {}
    }
    about.extend(field.redact.map(|redact| format!("; personal data ({}), masked or dropped", redact.kind.as_str())));
    about
}

fn cell(field: &Field, value: &Value) -> Cell {
    match kind(field) {
        Kind::Number => Cell::number(value.as_f64()),
        Kind::Time => {
            let at = value.as_str().and_then(|text| chrono::DateTime::parse_from_rfc3339(text).ok());
            at.map_or(Cell::Empty, |at| Cell::Time(at.to_utc()))
        }
        _ => as_text(value).map_or(Cell::Empty, |text| Cell::text(&text)),
    }
}

impl Reader<'_> {
    /// Every public record, or every row of a table of them, in the order in which the records came.
    ///
    /// # Errors
    /// Those of the journal.
    pub async fn records(&self, table: &RecordTable) -> Result<Vec<RecordBatch>> {
        let (mut batches, mut rows, mut after) = (Vec::new(), Vec::new(), 0);
        loop {
            let page = self.journal.registers().public_page(&table.register.id, after, PAGE).await?;
            let more = page.len() == PAGE;
            after = page.last().map_or(after, |entry| entry.number);
            rows.extend(page.iter().flat_map(|entry| table.rows(entry)));
            if rows.len() >= CHUNK || !more && !rows.is_empty() {
                batches.push(table.batch(&rows, self.zone())?);
                rows.clear();
            }
            if !more {
                return Ok(batches);
            }
        }
    }
}
