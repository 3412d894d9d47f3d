//! `limpid forecast backtest`

use std::fs::File;
use std::io::{BufWriter, Write};
use std::sync::Arc;

use anyhow::Context;
use chrono::{Duration, NaiveDate};
use limpid_model::{Instant, ParameterId, Pipeline, StationId};
use limpid_store::{Journal, SqliteJournal, StateDir};
use limpid_transform::assess::six;
use limpid_transform::forecast::backtest::{LeadDay, Line, Pair, Trial, backtest};
use limpid_transform::forecast::bands::{KEPT, SCORED};
use limpid_transform::forecast::load;
use limpid_transform::forecast::panel::Panel;

use super::arguments::Backtest;
use super::{parameter, time};
use crate::failure::Failure;
use crate::folder;
use crate::progress::Steps;

/// The hours and what is asked about them.
struct Asked {
    parameter: ParameterId,
    train_until: Instant,
    from: Instant,
    to: Instant,
}

/// Prints how each method would have done.
pub fn run(arguments: &Backtest) -> Result<(), Failure> {
    let pipeline = folder::require(&arguments.pipeline.pipeline)?;
    let asked = asked(&pipeline, arguments)?;
    let (stations, panel) = tokio::runtime::Runtime::new()?.block_on(read(&pipeline, arguments, &asked))?;
    let hour = |at: Instant| usize::try_from((at - panel.start).num_hours()).unwrap_or(0).min(panel.hours());
    let trial = Trial {
        panel: &panel,
        parameter: asked.parameter,
        train_until: hour(asked.train_until),
        from: hour(asked.from),
        to: hour(asked.to),
        every: arguments.issue_every,
        hours: usize::from(arguments.hours),
        ahead: arguments.future_weather.into(),
        scheme: pipeline.air.scheme.at(asked.from, pipeline.publisher.zone),
        least_step: 1,
    };
    let mut export =
        arguments.forecasts.as_deref().map(|path| Export::create(path, &pipeline, &stations)).transpose()?;
    let mut failed = None;
    let steps = Steps::new("blocks and origins");
    let mut seen = |pair: &Pair<'_>| {
        if let Some(Err(error)) = export.as_mut().map(|export| export.write(&panel, pair)) {
            failed.get_or_insert(error);
        }
    };
    let lines = backtest(&trial, &mut seen, &mut |done, total| steps.at(done, total)).unwrap_or_default();
    steps.end();
    if let Some(error) = failed.or_else(|| export.and_then(|mut export| export.file.flush().err())) {
        return Err(anyhow::Error::new(error).context("writing the forecasts").into());
    }
    if lines.is_empty() {
        let text =
            "no forecast could be tried: the state folder has no hours of it to train on, or none to compare with";
        return Err(Failure::Work(anyhow::anyhow!(text)));
    }
    if arguments.json {
        for line in &lines {
            println!("{}", serde_json::to_string(line)?);
        }
    } else {
        print(&lines);
    }
    Ok(())
}

fn asked(pipeline: &Pipeline, arguments: &Backtest) -> Result<Asked, Failure> {
    let zone = pipeline.publisher.zone;
    let train_until = time("--train-until", &arguments.train_until, zone)?;
    let from = arguments.from.as_deref().map_or(Ok(train_until), |from| time("--from", from, zone))?;
    // A day is meant to its end.
    let to = match arguments.to.parse::<NaiveDate>() {
        Ok(date) => zone.day(date).1,
        Err(_) => time("--to", &arguments.to, zone)?,
    };
    if from >= to {
        return Err(Failure::Usage("--to must lie behind --from".into()));
    }
    if from < train_until {
        return Err(Failure::Usage("--from must not lie before --train-until: that would be no forecast".into()));
    }
    Ok(Asked { parameter: parameter(&arguments.parameter)?, train_until, from, to })
}

/// Reads beside whoever writes the journal.
async fn read(pipeline: &Pipeline, arguments: &Backtest, asked: &Asked) -> anyhow::Result<(Vec<StationId>, Panel)> {
    let state = StateDir::read(&arguments.state.state)?;
    let journal: Arc<dyn Journal> = SqliteJournal::open_read_only(&state.journal())?;
    let zone = pipeline.publisher.zone;
    let of_pipeline: Vec<&StationId> = load::stations(pipeline).collect();
    let extents = journal.extents().await?;
    let firsts = extents.iter().filter(|extent| of_pipeline.contains(&&extent.station)).map(|extent| extent.first);
    let first = zone.floor_hour(firsts.min().context("no air station of the pipeline has readings")?);
    anyhow::ensure!(first < asked.train_until, "there are no readings before --train-until");
    let to = asked.to + Duration::hours(i64::from(arguments.hours));
    let read = Steps::new("stations read");
    let (mut stations, mut blanks) = (Vec::new(), Vec::new());
    for (at, station) in (1..).zip(&of_pipeline) {
        let blank = load::station(&journal, station, &six(), first, to).await?;
        if blank.has(asked.parameter) {
            stations.push((*station).clone());
            blanks.push(blank);
        }
        read.at(at, of_pipeline.len() as u64);
    }
    read.end();
    journal.close().await?;
    anyhow::ensure!(!blanks.is_empty(), "no station of the pipeline has hours of {}", asked.parameter);
    Ok((stations, Panel::new(blanks, zone)))
}

/// The CSV file of all forecasts.
struct Export<'p> {
    file: BufWriter<File>,
    pipeline: &'p Pipeline,
    stations: &'p [StationId],
}

impl<'p> Export<'p> {
    fn create(path: &std::path::Path, pipeline: &'p Pipeline, stations: &'p [StationId]) -> anyhow::Result<Self> {
        let file = File::create(path).with_context(|| format!("creating {}", path.display()))?;
        let mut file = BufWriter::new(file);
        let quantiles: Vec<String> = SCORED.iter().map(|place| format!("q{:03}", KEPT[*place])).collect();
        writeln!(file, "model,station,origin,start,lead,truth,mean,{}", quantiles.join(","))?;
        Ok(Self { file, pipeline, stations })
    }

    fn write(&mut self, panel: &Panel, pair: &Pair<'_>) -> std::io::Result<()> {
        let zone = self.pipeline.publisher.zone;
        let (origin, start) = (panel.instant(pair.at.origin), panel.instant(pair.at.hour()));
        let (station, lead) = (&self.stations[pair.at.place], pair.at.lead);
        let (origin, start) = (zone.format(origin), zone.format(start));
        write!(self.file, "{},{station},{origin},{start},{lead},{},{}", pair.model, pair.truth, pair.said.mean)?;
        for place in SCORED {
            write!(self.file, ",{}", pair.said.spread.0[place])?;
        }
        writeln!(self.file)
    }
}

/// A table for people.
fn print(lines: &[Line]) {
    println!(
        "model           day         n     mae    rmse    bias  median  pinball  cover80  level  ±1 level  csi polluted"
    );
    for line in lines {
        let day = match line.lead_day {
            LeadDay::Day(day) => day.to_string(),
            LeadDay::All(_) => "all".to_owned(),
        };
        let one = &line.figures;
        let percent = |part: Option<f64>| part.map_or("-".to_owned(), |part| format!("{:.0} %", part * 100.0));
        let levels = line.day.as_ref();
        println!(
            "{:14} {day:>4} {:>9} {:>7.1} {:>7.1} {:>7.1} {:>7.1} {:>8.2} {:>8} {:>6} {:>9} {:>13}",
            line.model,
            one.n,
            one.mae,
            one.rmse,
            one.bias,
            one.mae_median,
            one.pinball,
            percent(Some(one.cover80)),
            percent(levels.map(|day| day.level_hit_rate)),
            percent(levels.map(|day| day.within_one_level)),
            levels.and_then(|day| day.polluted.csi).map_or("-".to_owned(), |csi| format!("{csi:.2}")),
        );
    }
}
