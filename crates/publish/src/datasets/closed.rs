//! Releases that show what is not public any more. Nothing of a release is changed or deleted, and yet a record that was withdrawn,
//! or a field that is kept back or masked now, must not be had from an earlier one: its rows are then answered 410. Its manifest,
//! with the hashes by which it was cited, stays.

use limpid_model::privacy;
use limpid_store::lake::Release;
use serde_json::{Value, json};

use super::definition::Dataset;
use super::records::RecordTable;
use crate::answer::Failure;
use crate::app::App;

/// The field of the Data Package in which a release of records notes what it was made from.
pub const FIELD: &str = "records";

/// What a release notes: how far the audit log was before and after its rows were read, and by which rules they are shown.
pub fn made_from(table: &RecordTable, (before, after): (u64, u64)) -> Value {
    json!({ "register": table.register.id, "deeds": [before, after], "edition": privacy::EDITION, "rules": table.rules() })
}

/// Whether a release was made by rules of which one is another now.
pub fn by_rules(release: &Release, dataset: &Dataset) -> bool {
    let Some(table) = &dataset.records else { return false };
    let noted = &release.package[FIELD];
    let now = table.rules();
    let rules = noted["rules"].as_array().map(Vec::as_slice).unwrap_or_default();
    let stands = |rule: &Value| rule.as_str().is_some_and(|rule| now.iter().any(|known| known == rule));
    noted["edition"] != json!(privacy::EDITION) || !rules.iter().all(stands)
}

/// Whether a record that the release shows was withdrawn since.
async fn by_withdrawal(app: &App, release: &Release, dataset: &Dataset) -> Result<bool, Failure> {
    let Some(table) = &dataset.records else { return Ok(false) };
    let deed = |place: usize| release.package[FIELD]["deeds"][place].as_u64();
    let (Some(before), Some(after)) = (deed(0), deed(1)) else { return Ok(true) };
    let withdrawals = app.journal.registers().withdrawals(&table.register.id).await?;
    Ok(withdrawals.iter().any(|one| one.first <= after && one.deed > before))
}

/// Lets the rows of a release be served, unless they show what is not public any more.
///
/// # Errors
/// 410; those of the journal.
pub async fn check(app: &App, dataset: &Dataset, release: &Release) -> Result<(), Failure> {
    if by_rules(release, dataset) {
        let detail = format!("release {} shows fields that are kept back or masked now; take a later one", release.id);
        return Err(Failure::gone(detail));
    }
    if by_withdrawal(app, release, dataset).await? {
        let detail = format!("release {} shows a record that was withdrawn since; take a later one", release.id);
        return Err(Failure::gone(detail));
    }
    Ok(())
}

/// Whether the current release of a dataset may be served, or there is none.
pub async fn is_current(app: &App, dataset: &Dataset) -> bool {
    if dataset.records.is_none() {
        return true;
    }
    match app.lake.current(&dataset.id).await {
        Ok(Some(release)) => check(app, dataset, &release).await.is_ok(),
        _ => true,
    }
}
