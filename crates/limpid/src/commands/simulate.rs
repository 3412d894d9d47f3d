//! `limpid simulate`

use std::sync::Arc;

use limpid_ingest::formats::{self, Format};
use limpid_ingest::simulate::{self, Faults, Options, Source, Target};
use limpid_model::Pipeline;
use tokio_util::sync::CancellationToken;

use crate::cli::Simulate;
use crate::failure::Failure;
use crate::{folder, roles};

/// Is the stations until their readings are all acknowledged, or until a signal; prints what was sent as one JSON line.
pub fn run(arguments: Simulate) -> Result<(), Failure> {
    let to: Target = arguments.to.parse().map_err(|error| Failure::Usage(format!("--to: {error}")))?;
    let format = match arguments.format.as_deref().map(str::parse::<Format>) {
        Some(Err(error)) => return Err(Failure::Usage(format!("--format: {error}"))),
        Some(Ok(format)) => Some(format),
        None => None,
    };
    let pipeline = folder::require(&arguments.pipeline.pipeline)?;
    let source = match format {
        Some(format) if !arguments.from.is_empty() => replay(format, &arguments, &pipeline),
        _ => Source::Synthetic,
    };
    let options = Options {
        source,
        speed: arguments.speed,
        stations: arguments.stations,
        backfill_hours: arguments.backfill,
        token: arguments.token,
        faults: Faults { lose: arguments.lose, clock_off_seconds: arguments.clock_off },
        ..Options::new(to)
    };
    let report = tokio::runtime::Runtime::new()?.block_on(async {
        let (stop, signals) = (CancellationToken::new(), roles::Signals::install()?);
        let stopped = stop.clone();
        tokio::spawn(async move {
            signals.received().await;
            stopped.cancel();
        });
        anyhow::Ok(simulate::run(pipeline, options, stop).await?)
    })?;
    println!("{}", serde_json::to_string(&report)?);
    Ok(())
}

/// The readings of the files, to be played back.
fn replay(format: Format, arguments: &Simulate, pipeline: &Arc<Pipeline>) -> Source {
    let readings: Vec<_> = formats::readings(&format.into(), &arguments.from, pipeline)
        .map(|reading| reading.map_err(|error| format!("{:#}", anyhow::Error::new(error))))
        .collect();
    Source::Readings(Box::new(readings.into_iter()))
}
