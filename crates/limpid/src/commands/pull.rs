//! `limpid pull`

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use limpid_ingest::Intake;
use limpid_ingest::sources::{Sources, Summary, Window};
use limpid_model::{Instant, Pipeline, Zone};
use limpid_store::StateDir;

use super::work_up::work_up;
use crate::cli::Pull;
use crate::failure::Failure;
use crate::outside::Outside;
use crate::progress::Steps;
use crate::{folder, roles};

/// Asks each source once, works up what came, and prints the counts as one JSON line. A source that fails does not keep the
/// others from being asked; the command has failed then.
pub fn run(arguments: Pull) -> Result<(), Failure> {
    let pipeline = folder::require(&arguments.pipeline.pipeline)?;
    let Outside { sources, .. } = Outside::read(&pipeline, &arguments.pipeline.pipeline).map_err(Failure::Usage)?;
    let ids: Vec<String> = sources.ids().map(str::to_owned).collect();
    let ids = match &arguments.source {
        Some(id) if !ids.contains(id) => {
            let known = if ids.is_empty() { "none".to_owned() } else { ids.join(", ") };
            return Err(Failure::Usage(format!("--source: no source {id:?}; the pipeline has {known}")));
        }
        Some(id) => vec![id.clone()],
        None if ids.is_empty() => return Err(Failure::Usage("the pipeline has no [[source]] to pull from".into())),
        None => ids,
    };
    let window = window(&arguments, pipeline.publisher.zone).map_err(Failure::Usage)?;
    let summary = tokio::runtime::Runtime::new()?.block_on(pull(pipeline, &sources, &ids, window, &arguments))?;
    println!("{}", serde_json::to_string(&summary)?);
    if summary.failed.is_empty() {
        return Ok(());
    }
    Err(Failure::Work(anyhow::anyhow!("not read, or not to the end: {}", summary.failed.join(", "))))
}

async fn pull(
    pipeline: Arc<Pipeline>,
    sources: &Sources,
    ids: &[String],
    window: Option<Window>,
    arguments: &Pull,
) -> anyhow::Result<Summary> {
    let state = StateDir::lock(&arguments.state.state)?;
    let journal = roles::open_journal(&state)?;
    let before = *journal.accepted().borrow();
    let intake = Intake::new(pipeline.clone(), journal.clone());
    let mut summary = Summary::default();
    for id in ids {
        let answers = Steps::new("answers read");
        let report = sources.pull(&intake, id, window, &|done, total| answers.at(done, total)).await;
        answers.end();
        let Some(report) = report else { continue };
        if let Some(error) = &report.error {
            tracing::error!(source = %id, error = error as &dyn std::error::Error, "source not read to the end");
        }
        summary.add(id, &report);
    }
    work_up(pipeline, &journal, &state, before).await?;
    journal.close().await?;
    Ok(summary)
}

fn window(arguments: &Pull, zone: Zone) -> Result<Option<Window>, String> {
    let Some(from) = &arguments.from else { return Ok(None) };
    let from =
        time(from, zone).ok_or_else(|| format!("--from {from}: write 2026-11-25 or 2026-11-25T08:00:00+08:00"))?;
    let to = match &arguments.to {
        Some(to) => {
            time(to, zone).ok_or_else(|| format!("--to {to}: write 2026-11-25 or 2026-11-25T08:00:00+08:00"))?
        }
        None => Utc::now(),
    };
    if from >= to {
        return Err("--from must be before --to".into());
    }
    Ok(Some((from, to)))
}

/// A time with offset, or the beginning of a day.
fn time(text: &str, zone: Zone) -> Option<Instant> {
    let day = || text.parse::<NaiveDate>().ok().map(|day| zone.start_of(day));
    DateTime::parse_from_rfc3339(text).ok().map(|at| at.to_utc()).or_else(day)
}
