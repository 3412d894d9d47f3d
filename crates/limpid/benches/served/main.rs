//! What limpid serves, measured from outside against named baselines in the same run.
//!
//! - intake: acknowledged HJ 212 frames a second over 256 connections, against a server that only cuts the same bytes
//!   at line ends, appends them to a file and acknowledges after one `fdatasync` for the whole group
//! - latest: `GET /api/v1/latest` of 200 stations, against a bare axum handler that returns the same stored bytes
//! - history: a station-year of hours, and a month and the latest readings of 200 stations against Datasette and pygeoapi on
//!   the same rows
//! - idle: resident memory with 200 stations
//! - crowd: how fast 10,000 connected stations are answered while 20 clients misbehave and one
//!   reads the board, and the memory that takes
//! - permits: a register of 100,000 permits with 1,000,000 limits: seconds of import, check and release, milliseconds of pages
//! - listeners: how soon 10,000 open streams have an event, and the memory that takes
//!
//! One line a figure: name, value, unit, and the ratio to the baseline. Named (`-- crowd`), only that is measured. See
//! BENCHMARKS.md.

mod crowd;
mod history;
mod intake;
mod latest;
mod listeners;
mod permits;
mod process;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|argument| argument == "--baseline") {
        // The baselines run in a process of their own, as limpid does.
        match arguments.get(at + 1).map(String::as_str) {
            Some("append") => intake::baseline(),
            Some("handler") => latest::baseline(),
            other => panic!("no such baseline: {other:?}"),
        }
        return;
    }
    // `cargo bench --bench served -- intake` measures only that.
    let asked = |name: &str| arguments[1..].iter().all(|word| word.starts_with("--") || word == name);
    let all = [
        ("intake", intake::measure as fn()),
        ("latest", latest::measure),
        ("history", history::measure),
        ("listeners", listeners::measure),
        ("crowd", crowd::measure),
        ("permits", permits::measure),
    ];
    for (name, measure) in all {
        if asked(name) {
            measure();
        }
    }
}

/// Prints one figure: the median of its rounds, and the median of the ratios to the baseline's.
fn figure(name: &str, ours: &[f64], unit: &str, baseline: &str, theirs: &[f64]) {
    let ratios: Vec<f64> = ours.iter().zip(theirs).map(|(ours, theirs)| ours / theirs).collect();
    let list: Vec<String> = ratios.iter().map(|ratio| format!("{ratio:.2}")).collect();
    let (ours, ratio, theirs) = (median(ours), median(&ratios), median(theirs));
    println!("{name} {ours:.0} {unit} ratio {ratio:.2} ({}) to {baseline} {theirs:.0}", list.join(" "));
}

/// Prints one figure that has no baseline.
fn value(name: &str, value: f64, unit: &str) {
    println!("{name} {value:.0} {unit}");
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}
