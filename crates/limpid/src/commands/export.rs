//! `limpid export`

use std::sync::Arc;

use limpid_model::Pipeline;
use limpid_publish::Exported;
use limpid_store::{Lake, StateDir, StoreError};

use crate::cli::Export;
use crate::failure::Failure;
use crate::progress::Steps;
use crate::{folder, roles};

/// Writes the current release to a folder. Where no limpid runs on the state folder, what was published since the
/// last release is released first.
pub fn run(arguments: Export) -> Result<(), Failure> {
    let pipeline = folder::require(&arguments.pipeline.pipeline)?;
    let exported = tokio::runtime::Runtime::new()?.block_on(export(pipeline, &arguments))?;
    let out = arguments.out.display();
    println!("{}: release {} of {}, {} bytes", out, exported.release, arguments.dataset, exported.bytes);
    Ok(())
}

async fn export(pipeline: Arc<Pipeline>, arguments: &Export) -> anyhow::Result<Exported> {
    let existing = StateDir::read(&arguments.state.state)?;
    let lake = Lake::local(&existing.lake())?;
    match StateDir::lock(&arguments.state.state) {
        Ok(state) => {
            let journal = roles::open_journal(&state)?;
            let files = Steps::new("files released");
            limpid_publish::release_all(pipeline.clone(), journal.clone(), lake.clone(), &|step| {
                files.at(step.done, step.total);
            })
            .await?;
            files.end();
            journal.close().await?;
        }
        Err(StoreError::Locked { .. }) => {
            tracing::info!("a limpid runs on this state folder: exporting its current release");
        }
        Err(error) => return Err(error.into()),
    }
    Ok(limpid_publish::export(&lake, &pipeline, &arguments.dataset, &arguments.out).await?)
}
