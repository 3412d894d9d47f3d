//! `limpid import`

use std::sync::Arc;

use limpid_ingest::Intake;
use limpid_ingest::formats::{self, Format, Layout, Progress, Summary};
use limpid_model::Pipeline;
use limpid_store::StateDir;

use super::work_up::work_up;
use crate::cli::Import;
use crate::failure::Failure;
use crate::{folder, roles};

/// Imports, computes and releases; prints the counts as one JSON line.
pub fn run(arguments: Import) -> Result<(), Failure> {
    let layout = layout(&arguments)?;
    let pipeline = folder::require(&arguments.pipeline.pipeline)?;
    let summary = tokio::runtime::Runtime::new()?.block_on(import(pipeline, layout, &arguments))?;
    println!("{}", serde_json::to_string(&summary)?);
    Ok(())
}

/// How the files are to be read.
fn layout(arguments: &Import) -> Result<Layout, Failure> {
    let format = arguments.format.as_deref().unwrap_or_default();
    let format: Format = format.parse().map_err(|error| Failure::Usage(format!("--format: {error}")))?;
    let mapping = arguments.mapping.as_deref().map(folder::mapping).transpose()?;
    match (format, &mapping) {
        (Format::Mapped, None) => {
            Err(Failure::Usage("--format mapped: name the file that explains the columns with --mapping FILE".into()))
        }
        (Format::Mapped, _) | (_, None) => {
            Ok(Layout { mapping, station: arguments.station.clone(), collected: arguments.collected, ..format.into() })
        }
        (format, Some(_)) => {
            Err(Failure::Usage(format!("--mapping: the columns of {format} files are known; leave one of them out")))
        }
    }
}

async fn import(pipeline: Arc<Pipeline>, layout: Layout, arguments: &Import) -> anyhow::Result<Summary> {
    let state = StateDir::lock(&arguments.state.state)?;
    let journal = roles::open_journal(&state)?;
    let before = *journal.accepted().borrow();

    let intake = Intake::new(pipeline.clone(), journal.clone());
    let imported = formats::import(&intake, layout, &arguments.files, &Progress::stderr()).await;

    // What was imported is worked up even when a later file failed, so that the state is never half-done.
    work_up(pipeline, &journal, &state, before).await?;
    journal.close().await?;
    Ok(imported?)
}
