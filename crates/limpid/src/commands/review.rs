//! `limpid review`

use std::sync::Arc;

use anyhow::Context;
use chrono::{DateTime, Utc};
use limpid_model::review::Decision;
use limpid_model::{Instant, ParameterId, Pipeline, Review};
use limpid_store::{ReviewQuery, StateDir};

use crate::cli::{Decide, ReviewCommand};
use crate::failure::Failure;
use crate::{folder, roles};

/// Takes a decision, or lists those that were taken, one JSON line each.
pub fn run(command: ReviewCommand) -> Result<(), Failure> {
    let runtime = tokio::runtime::Runtime::new()?;
    match command {
        ReviewCommand::Decide(arguments) => {
            let pipeline = folder::require(&arguments.pipeline.pipeline)?;
            let review = review(&pipeline, &arguments)?;
            let kept = runtime.block_on(keep(pipeline, &arguments, review))?;
            println!("{}", serde_json::to_string(&kept)?);
        }
        ReviewCommand::List { pipeline, state } => {
            folder::require(&pipeline.pipeline)?;
            for review in runtime.block_on(list(&state.state))? {
                println!("{}", serde_json::to_string(&review)?);
            }
        }
    }
    Ok(())
}

/// The decision that was asked for.
fn review(pipeline: &Pipeline, arguments: &Decide) -> Result<Review, Failure> {
    let usage = |text: String| Failure::Usage(text);
    let station = pipeline.stations.get_str(&arguments.station).map(|station| station.id.clone());
    let station =
        station.ok_or_else(|| usage(format!("--station: stations.csv has no station {:?}", arguments.station)))?;
    let parameters = arguments.parameter.iter().map(|name| {
        ParameterId::parse(name).ok_or_else(|| usage(format!("--parameter: limpid has no parameter {name:?}")))
    });
    let parameters = parameters.collect::<Result<Vec<_>, _>>()?;
    let hour = |option: &str, text: &str| -> Result<Instant, Failure> {
        let at = DateTime::parse_from_rfc3339(text).ok().map(|at| at.to_utc());
        at.filter(|at| pipeline.publisher.zone.floor_hour(*at) == *at)
            .ok_or_else(|| usage(format!("{option}: {text:?} is no whole hour; write 2026-11-25T08:00:00+08:00")))
    };
    let (from, to) = (hour("--from", &arguments.from)?, hour("--to", &arguments.to)?);
    if from >= to {
        return Err(usage("--to must lie behind --from".into()));
    }
    let numbers = (arguments.factor.unwrap_or(1.0), arguments.offset.unwrap_or(0.0));
    let decision = match (arguments.decision.as_str(), numbers) {
        ("correct", (factor, offset)) if (factor, offset) != (1.0, 0.0) => Decision::Correct { factor, offset },
        ("correct", _) => return Err(usage("--decision correct: name --factor or --offset".into())),
        (_, _) if arguments.factor.is_some() || arguments.offset.is_some() => {
            return Err(usage("--factor and --offset are those of --decision correct".into()));
        }
        ("accept", _) => Decision::Accept,
        ("invalidate", _) => Decision::Invalidate,
        ("event", _) => Decision::Event,
        ("finalise", _) => Decision::Finalise,
        (other, _) => {
            let known = Decision::KNOWN.join(", ");
            return Err(usage(format!("--decision: {other:?} is not known; known are {known}")));
        }
    };
    let (who, why) = (arguments.who.trim().to_owned(), arguments.why.trim().to_owned());
    if who.is_empty() || why.is_empty() {
        return Err(usage("--who and --why: say who decides, and why".into()));
    }
    Ok(Review { id: 0, at: Utc::now(), who, why, station, parameters, from, to, decision })
}

async fn keep(pipeline: Arc<Pipeline>, arguments: &Decide, review: Review) -> anyhow::Result<Review> {
    let state = StateDir::lock(&arguments.state.state)?;
    let journal = roles::open_journal(&state)?;
    let kept = journal.keep_review(review.clone()).await?;
    let id = kept.context("some of these hours are final, and nothing was changed")?;
    limpid_transform::catch_up(pipeline, journal.clone()).await.context("computing figures")?;
    journal.close().await?;
    Ok(Review { id, ..review })
}

async fn list(state: &std::path::Path) -> anyhow::Result<Vec<Review>> {
    let state = StateDir::lock(state)?;
    let journal = roles::open_journal(&state)?;
    let reviews = journal.reviews(ReviewQuery { limit: usize::MAX, ..ReviewQuery::default() }).await?;
    journal.close().await?;
    Ok(reviews)
}
