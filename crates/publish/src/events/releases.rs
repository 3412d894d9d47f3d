//! Notes when a dataset was released. The lake says which release is current; the log says which was told last.

use limpid_model::event::NewRelease;
use limpid_model::{Note, NoteKind};
use limpid_store::Result;

use crate::app::App;
use crate::datasets::Dataset;

/// Notes every current release that was not told yet: after one was made, and after a start, since a release may have been
/// made by another process, or the process have been killed behind it.
///
/// # Errors
/// Those of journal and lake.
pub async fn announce(app: &App) -> Result<()> {
    let told = app.journal.newest_notes(NoteKind::Release).await?;
    let mut notes = Vec::new();
    for dataset in Dataset::all(&app.pipeline) {
        let Some(current) = app.lake.current(&dataset.id).await? else { continue };
        let new = Note::Release(NewRelease { dataset: dataset.id, release: current.id });
        if told.iter().all(|noted| noted.note != new) {
            notes.push(new);
        }
    }
    if !notes.is_empty() {
        app.journal.note(notes, None).await?;
    }
    Ok(())
}

/// The same where a failure is no reason to fail: it is made up for behind the next release or start.
pub async fn try_announce(app: &App) {
    if let Err(error) = announce(app).await {
        tracing::warn!(error = %error, "a new release was not told, it will be with the next one");
    }
}
