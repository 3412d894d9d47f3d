//! Registers in the background: what was published is made anew where the rules have changed, and what was scheduled is
//! released at its time.

use std::time::Duration;

use limpid_model::register::{Act, Deed};

use crate::app::{App, Shared};

/// How often it is looked whether a release is due.
const LOOK: Duration = Duration::from_secs(10);

/// Works until the service stops.
pub async fn run(app: Shared) {
    loop {
        if let Err(error) = release(&app).await {
            tracing::warn!(error = %error, "scheduled releases were not made, trying again");
        }
        tokio::select! {
            () = app.stop.cancelled() => return,
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

/// Discloses by the rules as they are now. What is not done yet when the service starts must not be shown by older rules, so
/// that this comes before the first answer.
///
/// # Errors
/// Those of the journal.
pub async fn disclose(app: &App) -> limpid_store::Result<()> {
    for register in app.pipeline.registers.iter() {
        let revisions = app.journal.registers().disclose_by(register).await?;
        if revisions > 0 {
            tracing::info!(register = register.id, revisions, "disclosed by changed rules");
        }
    }
    Ok(())
}

/// Releases what is due.
async fn release(app: &App) -> limpid_store::Result<()> {
    let registers = app.journal.registers();
    for (id, record) in registers.due(app.now()).await? {
        let Some(register) = app.pipeline.registers.get(&id) else { continue };
        let Some(standing) = registers.standing(&id, &record).await? else { continue };
        let deed = Deed {
            id: 0,
            register: id.clone(),
            record,
            revision: standing.newest,
            at: app.now(),
            who: "limpid".to_owned(),
            why: "scheduled".to_owned(),
            act: Act::Release,
        };
        for outcome in registers.act(register, vec![deed]).await? {
            match outcome {
                Ok(deed) => tracing::info!(register = id, deed, "a scheduled release was made"),
                Err(refusal) => {
                    tracing::warn!(register = id, refusal = refusal.as_str(), "a scheduled release was refused")
                }
            }
        }
    }
    Ok(())
}
