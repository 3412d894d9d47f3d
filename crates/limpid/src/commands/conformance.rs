//! `limpid conformance`

use limpid_ingest::gateways::hj212::conformance::{EventPage, Report, report};
use limpid_model::Pipeline;
use limpid_store::{Journal, SqliteJournal, StateDir};

use crate::cli::Conformance;
use crate::failure::Failure;
use crate::folder;

/// Prints a station's report: for people, or as one JSON line.
pub fn run(arguments: Conformance) -> Result<(), Failure> {
    let pipeline = folder::require(&arguments.pipeline.pipeline)?;
    let report = tokio::runtime::Runtime::new()?.block_on(read(&pipeline, &arguments))?;
    if arguments.json {
        println!("{}", serde_json::to_string(&report)?);
    } else {
        print(&report);
    }
    Ok(())
}

/// Reads beside whoever writes the journal.
async fn read(pipeline: &Pipeline, arguments: &Conformance) -> Result<Report, Failure> {
    let Some(station) = pipeline.stations.get_str(&arguments.station) else {
        let text = format!("--station: stations.csv has no station {:?}", arguments.station);
        return Err(Failure::Usage(text));
    };
    let state = StateDir::read(&arguments.state.state)?;
    let journal = SqliteJournal::open_read_only(&state.journal())?;
    let before = arguments.before.map(|before| before.to_utc());
    let page = EventPage { limit: arguments.events.into(), before };
    let report = report(pipeline, &*journal, station, page).await?;
    journal.close().await?;
    Ok(report)
}

fn print(report: &Report) {
    let held = if report.strict { ", held to the standard" } else { "" };
    println!("station {}{held}: {} kinds of deviation from HJ 212", report.station, report.deviations.len());
    for one in &report.deviations {
        println!("\n{}  {} times, {} to {}; if strict: {}", one.name, one.count, one.first, one.last, one.if_strict);
        println!("  {}: {}", one.clause, one.standard);
        println!("  to do: {}", one.mend);
        if let Some(example) = &one.example {
            println!("  receipt {}: {}", example.receipt, example.frame.escape_debug());
        }
    }
    if !report.events.is_empty() {
        println!("\nwhat the station told of itself, the newest first:");
    }
    for told in &report.events {
        let meaning = told.meaning.map(|meaning| format!(" ({meaning})")).unwrap_or_default();
        println!("  {}  {} {} {}{meaning}", told.at, told.kind, told.subject, told.text.escape_debug());
    }
    if let Some(before) = &report.older_before {
        println!("  older ones: --before {before}");
    }
}
