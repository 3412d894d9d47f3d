//! What follows on readings that came while no engine ran.

use std::sync::Arc;

use anyhow::Context;
use limpid_model::Pipeline;
use limpid_store::{Journal, Lake, StateDir};

use crate::progress::Steps;

/// Computes all figures that the readings behind `before` touch, and releases the datasets.
pub async fn work_up(
    pipeline: Arc<Pipeline>,
    journal: &Arc<dyn Journal>,
    state: &StateDir,
    before: u64,
) -> anyhow::Result<()> {
    let months = Steps::new("months computed");
    limpid_transform::history(pipeline.clone(), journal.clone(), Some(before), |done, total| months.at(done, total))
        .await
        .context("computing figures")?;
    months.end();

    let files = Steps::new("files released");
    let lake = Lake::local(&state.lake())?;
    limpid_publish::release_all(pipeline, journal.clone(), lake, &|step| files.at(step.done, step.total))
        .await
        .context("releasing datasets")?;
    files.end();
    Ok(())
}
