//! `limpid alert`

use std::path::Path;

use anyhow::Context;
use chrono::Utc;
use limpid_model::Pipeline;
use limpid_publish::{NewAlert, NotTaken, alert_json, issue, relay};
use limpid_store::StateDir;

use crate::cli::{AlertCommand, TakeAlert};
use crate::failure::Failure;
use crate::{folder, roles};

/// Takes an alert in, or lists those that were, the oldest first, one JSON line each.
pub fn run(command: AlertCommand) -> Result<(), Failure> {
    let runtime = tokio::runtime::Runtime::new()?;
    match command {
        AlertCommand::Relay(arguments) => take(&runtime, &arguments, false),
        AlertCommand::Issue(arguments) => take(&runtime, &arguments, true),
        AlertCommand::List { pipeline, state } => {
            let pipeline = folder::require(&pipeline.pipeline)?;
            Ok(runtime.block_on(list(&pipeline, &state.state))?)
        }
    }
}

fn take(runtime: &tokio::runtime::Runtime, arguments: &TakeAlert, own: bool) -> Result<(), Failure> {
    let pipeline = folder::require(&arguments.pipeline.pipeline)?;
    let who = arguments.who.trim();
    if who.is_empty() {
        return Err(Failure::Usage("--who: say who takes it in".into()));
    }
    let text = std::fs::read(&arguments.file).with_context(|| arguments.file.display().to_string())?;
    let state = StateDir::lock(&arguments.state.state).map_err(anyhow::Error::new)?;
    let journal = roles::open_journal(&state)?;
    let taken = runtime.block_on(async {
        let taken = if own {
            let new: NewAlert = serde_json::from_slice(&text)
                .map_err(|error| Failure::Usage(format!("{}: {error}", arguments.file.display())))?;
            issue(&pipeline, &*journal, who, new, Utc::now()).await
        } else {
            relay(&*journal, who, text, Utc::now()).await
        };
        journal.close().await.map_err(anyhow::Error::new)?;
        taken.map_err(told)
    })?;
    println!("{}", alert_json(&taken.alert, &pipeline));
    Ok(())
}

fn told(error: NotTaken) -> Failure {
    match error {
        NotTaken::Field { field, detail, allowed } if allowed.is_empty() => {
            Failure::Usage(format!("{field}: {detail}"))
        }
        NotTaken::Field { field, detail, allowed } => {
            Failure::Usage(format!("{field}: {detail}; it may be {}", allowed.join(", ")))
        }
        error => anyhow::Error::new(error).into(),
    }
}

async fn list(pipeline: &Pipeline, state: &Path) -> anyhow::Result<()> {
    let state = StateDir::lock(state)?;
    let journal = roles::open_journal(&state)?;
    for alert in journal.alerts().await? {
        println!("{}", alert_json(&alert, pipeline));
    }
    Ok(journal.close().await?)
}
