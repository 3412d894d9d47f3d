//! Writes a year of made-up hours of the demo stations to standard output, as a `long` file for `limpid import`.
//! `make demo-data` calls it. The same stations and hours always give the same values.

use std::io::Write;
use std::path::Path;

use chrono::{TimeZone, Utc};
use limpid_ingest::simulate::synthetic;
use limpid_model::pipeline::Files;
use limpid_model::{Period, Pipeline};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../pipelines/demo");
    let read = |name| std::fs::read_to_string(folder.join(name));
    let pipeline = Pipeline::parse(&Files { pipeline: read("pipeline.toml")?, stations: read("stations.csv")? })?;
    let zone = pipeline.publisher.zone;
    let (from, to) = (Utc.timestamp_opt(1_735_660_800, 0).unwrap(), Utc.timestamp_opt(1_767_196_800, 0).unwrap());
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    writeln!(out, "station,parameter,start,period,value,unit")?;
    for hour in zone.hours(from, to) {
        for station in pipeline.stations.iter() {
            for parameter in synthetic::plan(station) {
                if let Some(value) = synthetic::value(station, parameter, Period::Hour, hour, zone) {
                    let (start, unit) = (zone.format(hour), parameter.unit());
                    writeln!(out, "{},{parameter},{start},PT1H,{value},{unit}", station.id)?;
                }
            }
        }
    }
    out.flush()?;
    Ok(())
}
