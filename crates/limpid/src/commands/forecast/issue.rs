//! `limpid forecast train`, `issue` and `amend`: what `limpid run` does by itself, by hand. They write the state folder, so
//! nothing else may run on it.

use std::sync::Arc;

use chrono::Utc;
use limpid_model::forecast::Change;
use limpid_model::{Forecast, Pipeline, StationId, Subject};
use limpid_store::{Journal, StateDir};
use limpid_transform::forecast::amend::{AmendError, amend};
use limpid_transform::forecast::serve;
use limpid_transform::forecast::train::Trained;

use super::arguments::{Amend, Issue, Train};
use super::{parameter, time};
use crate::failure::Failure;
use crate::progress::Steps;
use crate::{folder, roles};

/// Trains the model, and prints what was made as one JSON line.
pub fn train(arguments: &Train) -> Result<(), Failure> {
    let pipeline = folder::require(&arguments.pipeline.pipeline)?;
    let zone = pipeline.publisher.zone;
    let until = arguments.until.as_deref().map_or(Ok(Utc::now()), |until| time("--until", until, zone))?;
    let model = tokio::runtime::Runtime::new()?.block_on(async {
        let state = StateDir::lock(&arguments.state.state)?;
        let journal = roles::open_journal(&state)?;
        let steps = Arc::new(Steps::new("stations and blocks"));
        let progress = steps.clone();
        let model =
            serve::fit(&pipeline, &journal, until, Arc::new(move |done, total| progress.at(done, total))).await?;
        steps.finish();
        journal.close().await?;
        Ok::<_, anyhow::Error>(model)
    })?;
    println!("{}", serde_json::json!({ "model": model.note, "bytes": model.body.len() }));
    Ok(())
}

/// Issues, and prints a line for each station and area.
pub fn issue(arguments: &Issue) -> Result<(), Failure> {
    let pipeline = folder::require(&arguments.pipeline.pipeline)?;
    let zone = pipeline.publisher.zone;
    let at = arguments.at.as_deref().map_or(Ok(Utc::now()), |at| time("--at", at, zone))?;
    let issued = tokio::runtime::Runtime::new()?.block_on(async {
        let state = StateDir::lock(&arguments.state.state)?;
        let journal = roles::open_journal(&state)?;
        let issued = issue_by(&pipeline, &journal, at).await?;
        limpid_transform::forecast::scores::work_out(&pipeline, &journal, at).await?;
        journal.close().await?;
        Ok::<_, anyhow::Error>(issued)
    })?;
    if issued.is_empty() {
        return Err(Failure::Work(anyhow::anyhow!(
            "no station has hours shortly before that time: nothing was issued"
        )));
    }
    for forecast in &issued {
        print(forecast, &pipeline)?;
    }
    Ok(())
}

/// By the newest model that may be used; by one that is trained for it where there is none.
async fn issue_by(
    pipeline: &Arc<Pipeline>,
    journal: &Arc<dyn Journal>,
    at: limpid_model::Instant,
) -> anyhow::Result<Vec<Forecast>> {
    let kept = journal.forecast_model().await?;
    // A model that has seen the hours after `at` would be no forecast.
    let kept = kept.filter(|model| Trained::readable(model) && model.note.until <= at);
    let model = match kept {
        Some(model) => model,
        None => {
            let steps = Arc::new(Steps::new("stations and blocks"));
            let progress = steps.clone();
            let told = Arc::new(move |done, total| progress.at(done, total));
            let model = serve::fit(pipeline, journal, at, told).await?;
            steps.finish();
            model
        }
    };
    Ok(serve::issue(pipeline, journal, model, at, None).await?)
}

/// Amends the newest issue, and prints what stands now.
pub fn amended(arguments: &Amend) -> Result<(), Failure> {
    let pipeline = folder::require(&arguments.pipeline.pipeline)?;
    let change = change(&pipeline, arguments)?;
    let amended = tokio::runtime::Runtime::new()?.block_on(async {
        let state = StateDir::lock(&arguments.state.state).map_err(anyhow::Error::new)?;
        let journal = roles::open_journal(&state)?;
        let amended = amend(&journal, change, Utc::now()).await;
        journal.close().await.map_err(anyhow::Error::new)?;
        match amended {
            Err(AmendError::Journal(error)) => Err(error.into()),
            Err(error) => Err(Failure::Usage(error.to_string())),
            Ok(amended) => Ok::<_, Failure>(amended),
        }
    })?;
    print(&amended, &pipeline)
}

fn change(pipeline: &Pipeline, arguments: &Amend) -> Result<Change, Failure> {
    let subject = match (&arguments.station, &arguments.area) {
        (Some(station), _) => {
            let known = pipeline.stations.get_str(station).map(|station| station.id.clone());
            let unknown = || Failure::Usage(format!("--station: stations.csv has no station {station:?}"));
            known.map(|id: StationId| Subject::Station(id)).ok_or_else(unknown)?
        }
        (None, area) => Subject::Area(area.clone().unwrap_or_default()),
    };
    Ok(Change {
        subject,
        parameter: parameter(&arguments.parameter)?,
        day: time("--day", &arguments.day, pipeline.publisher.zone)?,
        value: arguments.value,
        who: arguments.who.clone(),
        why: arguments.why.clone(),
    })
}

fn print(forecast: &Forecast, pipeline: &Pipeline) -> Result<(), Failure> {
    let zone = pipeline.publisher.zone;
    let day = |day: &limpid_model::forecast::ForecastDay| {
        serde_json::json!({
            "day": zone.date_of(day.start).to_string(), "index": day.index, "level": day.level, "primary": day.primary,
        })
    };
    let line = serde_json::json!({
        "forecast": forecast.id,
        "subject": forecast.subject,
        "issued": zone.format(forecast.issued),
        "days": forecast.days.iter().map(day).collect::<Vec<_>>(),
        "amends": forecast.amends,
        "proposal": forecast.proposal,
    });
    println!("{}", serde_json::to_string(&line)?);
    Ok(())
}
