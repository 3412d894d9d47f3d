//! What each record of a file changes, tried or done.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use limpid_model::Instant;
use limpid_model::code::Doubt;
use limpid_model::pipeline::RecordMapping;
use limpid_model::register::{Field, FieldKind, FieldProblem, Register, Values, as_text, compare};
use limpid_store::{Draft, Journal, StandingQuery, StoreError};
use serde::Serialize;
use serde_json::{Map, Value};
use tokio::sync::mpsc;

use super::{Candidate, read};

/// Records of one transaction.
const AT_ONCE: usize = 2000;
/// Batches that are read ahead while one is written.
const AHEAD: usize = 2;

/// Why an import ended before its end.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file cannot be read as what it should be.
    #[error("{0}")]
    File(String),
    /// The journal.
    #[error("keeping records")]
    Journal(#[from] StoreError),
    /// Whoever reads has gone.
    #[error("the import was stopped")]
    Stopped,
}

/// What to import.
#[derive(Debug, Clone)]
pub struct Import<'a> {
    /// Into which register.
    pub register: &'a Register,
    /// What the columns mean.
    pub mapping: RecordMapping,
    /// Whether only to say what would change.
    pub dry_run: bool,
    /// Who imports.
    pub who: String,
    /// Why.
    pub why: String,
    /// When.
    pub at: Instant,
}

/// What became of a record.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// It is new.
    Added,
    /// The fields that differ, as the public will see them.
    Changed(Vec<limpid_model::register::Change>),
    /// It is taken, and these codes look wrong.
    Doubted(Vec<(String, Doubt)>),
    /// Everything that is wrong with it.
    Refused(Vec<FieldProblem>),
}

/// A record that changes something or cannot be taken.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Where it stands in the file, from 1.
    pub at: usize,
    /// Its key, where that is known.
    pub key: Option<String>,
    /// What became of it.
    pub outcome: Outcome,
}

/// The counts of an import.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Whether nothing was written.
    pub dry_run: bool,
    /// Records of the file.
    pub records: u64,
    /// New ones.
    pub added: u64,
    /// Those that are a further revision.
    pub changed: u64,
    /// Those that say what is known.
    pub unchanged: u64,
    /// Those that cannot be taken.
    pub refused: u64,
    /// What is wrong with them, counted.
    pub problems: u64,
    /// Codes that look wrong in records that are taken, counted.
    pub doubts: u64,
}

/// Imports a file: every record that says something new becomes a draft. `tell` is told of each that changes something or
/// is refused, and `done` how many records were looked at.
///
/// # Errors
/// See [`ImportError`]. Batches before the failure stay.
pub async fn import(
    journal: &dyn Journal,
    import: &Import<'_>,
    path: &Path,
    tell: &mut dyn FnMut(Line),
    done: &dyn Fn(u64),
) -> Result<Summary, ImportError> {
    let (sender, mut batches) = mpsc::channel::<Vec<Candidate>>(AHEAD);
    let reading = {
        let (path, register, mapping) = (path.to_owned(), import.register.clone(), import.mapping.clone());
        tokio::task::spawn_blocking(move || {
            let mut batch = Vec::with_capacity(AT_ONCE);
            let send = |batch: &mut Vec<Candidate>| {
                let full = std::mem::replace(batch, Vec::with_capacity(AT_ONCE));
                sender.blocking_send(full).map_err(|_| ImportError::Stopped)
            };
            read(&path, &register, &mapping, &mut |candidate| {
                batch.push(candidate);
                if batch.len() == AT_ONCE { send(&mut batch) } else { Ok(()) }
            })?;
            if batch.is_empty() { Ok(()) } else { send(&mut batch) }
        })
    };
    let mut work = Work {
        journal,
        import,
        keys: keys(journal, import).await?,
        seen: HashSet::new(),
        summary: Summary { dry_run: import.dry_run, ..Summary::default() },
    };
    while let Some(batch) = batches.recv().await {
        work.batch(batch, tell).await?;
        done(work.summary.records);
    }
    reading.await.map_err(|error| ImportError::File(error.to_string()))??;
    Ok(work.summary)
}

/// The keys of known records by the value of the field that the mapping finds them by.
async fn keys(journal: &dyn Journal, import: &Import<'_>) -> Result<Option<HashMap<String, String>>, ImportError> {
    let Some(by) = import.mapping.by.as_deref().filter(|by| *by != import.register.key) else { return Ok(None) };
    let registers = journal.registers();
    let mut keys = HashMap::new();
    let mut query = StandingQuery { register: import.register.id.clone(), limit: AT_ONCE, ..StandingQuery::default() };
    loop {
        let page: Vec<String> = registers.standings(query.clone()).await?.into_iter().map(|(key, _)| key).collect();
        let Some(last) = page.last() else { return Ok(Some(keys)) };
        query.after.clone_from(last);
        for revision in registers.newest_revisions(&import.register.id, page).await?.into_iter().flatten() {
            if let Some(value) = revision.values.text(by) {
                keys.insert(value.to_owned(), revision.record.clone());
            }
        }
    }
}

struct Work<'a> {
    journal: &'a dyn Journal,
    import: &'a Import<'a>,
    keys: Option<HashMap<String, String>>,
    seen: HashSet<String>,
    summary: Summary,
}

impl Work<'_> {
    async fn batch(&mut self, batch: Vec<Candidate>, tell: &mut dyn FnMut(Line)) -> Result<(), ImportError> {
        let register = self.import.register;
        let mut known = Vec::with_capacity(batch.len());
        for candidate in &batch {
            known.push(self.key(&candidate.raw));
        }
        let asked = known.iter().map(|key| key.clone().unwrap_or_default()).collect();
        let newest = self.journal.registers().newest_revisions(&register.id, asked).await?;
        let mut drafts = Vec::new();
        for ((candidate, key), newest) in batch.into_iter().zip(known).zip(newest) {
            self.summary.records += 1;
            let before = newest.map(|newest| newest.values);
            let at = candidate.at;
            match self.take(candidate, key.as_deref(), before.as_ref()) {
                Err(problems) => {
                    self.summary.refused += 1;
                    self.summary.problems += problems.len() as u64;
                    tell(Line { at, key, outcome: Outcome::Refused(problems) });
                }
                Ok(values) if before.as_ref() == Some(&values) => self.summary.unchanged += 1,
                Ok(values) => {
                    let record = register.key_of(&values).to_owned();
                    let doubts = register.doubts(&values);
                    if !doubts.is_empty() {
                        self.summary.doubts += doubts.len() as u64;
                        tell(Line { at, key: Some(record.clone()), outcome: Outcome::Doubted(doubts) });
                    }
                    let outcome = match &before {
                        None => {
                            self.summary.added += 1;
                            Outcome::Added
                        }
                        Some(before) => {
                            self.summary.changed += 1;
                            let shown = |values| register.disclose(values).fields().clone();
                            Outcome::Changed(compare(&shown(before), &shown(&values)))
                        }
                    };
                    tell(Line { at, key: Some(record.clone()), outcome });
                    let Import { who, why, at, .. } = self.import;
                    let (who, why, register) = (who.clone(), why.clone(), register.id.clone());
                    drafts.push(Draft { register, record, at: *at, who, why, values });
                }
            }
        }
        if !self.import.dry_run && !drafts.is_empty() {
            self.journal.registers().draft(drafts).await?;
        }
        Ok(())
    }

    /// The key of the record that a candidate is about.
    fn key(&self, raw: &Map<String, Value>) -> Option<String> {
        let text = |field: &str| raw.get(field).and_then(as_text).filter(|text| !text.is_empty());
        match (&self.keys, &self.import.mapping.by) {
            (Some(keys), Some(by)) => text(by).and_then(|value| keys.get(&value).cloned()),
            _ => text(&self.import.register.key),
        }
    }

    fn take(
        &mut self,
        candidate: Candidate,
        key: Option<&str>,
        before: Option<&Values>,
    ) -> Result<Values, Vec<FieldProblem>> {
        let Candidate { mut raw, mut problems, .. } = candidate;
        let register = self.import.register;
        if let (Some(_), Some(by), None) = (&self.keys, &self.import.mapping.by, before) {
            problems.push(FieldProblem { field: by.clone(), what: "no record of the register has this value".into() });
            return Err(problems);
        }
        if let Some(key) = key
            && !self.seen.insert(key.to_owned())
        {
            let what = "another record of the file has the same".to_owned();
            problems.push(FieldProblem { field: register.key.clone(), what });
        }
        if let Some(format) = &self.import.mapping.date_format {
            dates(&register.fields, &mut raw, format);
        }
        let whole = match before {
            Some(before) => before.with(raw),
            None => raw,
        };
        match register.take(whole) {
            Ok(values) if problems.is_empty() => Ok(values),
            Ok(_) => Err(problems),
            Err(more) => {
                problems.extend(more);
                Err(problems)
            }
        }
    }
}

/// Writes dates as registers have them, in columns of tables too.
fn dates(fields: &[Field], raw: &mut Map<String, Value>, format: &str) {
    for field in fields {
        match (&field.kind, raw.get_mut(&field.name)) {
            (FieldKind::Date, Some(Value::String(text))) => {
                if let Ok(day) = chrono::NaiveDate::parse_from_str(text.trim(), format) {
                    *text = day.to_string();
                }
            }
            (FieldKind::Table(columns), Some(Value::Array(rows))) => {
                rows.iter_mut().filter_map(Value::as_object_mut).for_each(|row| dates(columns, row, format));
            }
            _ => {}
        }
    }
}
