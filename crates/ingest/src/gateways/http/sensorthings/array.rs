//! A data array: observations of several Datastreams, each with its components named once (18-088, 12.2).
//!
//! `[{"Datastream":{"@iot.id":"S1.pm25"},"components":["phenomenonTime","result"],"dataArray":[["…/…",23.4],…]}]`

use limpid_model::{Entry, Reason, StationId};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::datastream::Datastream;
use super::observation::{invalid, known, no_json, reading, reference};
use crate::formats::{Fault, unknown_station};
use crate::gateways::http::MOST_READINGS;
use crate::gateways::http::batch::Understood;
use crate::gateways::http::failure::Failure;
use crate::intake::Intake;
use crate::token::Grant;

/// The observations of one Datastream.
#[derive(Deserialize)]
struct Group<'a> {
    #[serde(rename = "Datastream")]
    datastream: Option<Value>,
    components: Vec<String>,
    /// Each is read when its turn comes: a tree of them all would be many times what they are as text.
    #[serde(borrow, rename = "dataArray")]
    lines: Vec<&'a RawValue>,
}

/// The longest line of a data array in bytes.
const LONGEST_LINE: usize = 4096;

/// Reads a body. A line that cannot be understood costs only itself, and a Datastream that is none its lines.
pub(in crate::gateways::http) fn read(intake: &Intake, grant: &Grant, body: &[u8]) -> Result<Understood, Failure> {
    let groups: Vec<Group<'_>> = serde_json::from_slice(body).map_err(|error| no_json(&error))?;
    if groups.iter().map(|group| group.lines.len()).sum::<usize>() > MOST_READINGS {
        return Err(Failure::TooMany);
    }
    let zone = intake.pipeline().publisher.zone;
    let mut entries = Vec::new();
    let mut stations: Vec<Option<StationId>> = Vec::new();
    for (index, group) in groups.iter().enumerate() {
        let datastream = reference(group.datastream.as_ref()).and_then(Datastream::parse);
        let at = |name: &str| group.components.iter().position(|component| component == name);
        for name in ["phenomenonTime", "result"] {
            if at(name).is_none() {
                let fault = Fault::new(Reason::Damaged, format!("{name} is missing among the components"));
                return Err(invalid(fault.field("components"), Some(index)));
            }
        }
        let station = match &datastream {
            Ok(datastream) => known(intake, grant, datastream.station)?,
            Err(_) => None,
        };
        stations.push(station.map(|station| station.id.clone()));
        for line in &group.lines {
            let read = datastream.clone().and_then(|datastream| {
                let list = Some(line.get()).filter(|line| line.len() <= LONGEST_LINE);
                let list = list.and_then(|line| serde_json::from_str::<Vec<Value>>(line).ok());
                let line = list.filter(|line| line.len() == group.components.len()).ok_or_else(|| {
                    let detail = format!("not a list of {} values, as there are components", group.components.len());
                    Fault::new(Reason::Damaged, detail)
                })?;
                Ok((datastream, reading(datastream, station, zone, |name| line.get(at(name)?))?))
            });
            entries.push(match (read, station) {
                (Ok((_, reading)), Some(station)) => intake.entry(station, reading),
                (Ok((datastream, _)), None) => Entry::Refused(unknown_station(datastream.station)),
                (Err(fault), _) => Entry::Refused(fault.into()),
            });
        }
    }
    let one = match stations.split_first() {
        Some((first, others)) if others.iter().all(|other| other == first) => first.clone(),
        _ => None,
    };
    Ok(Understood { station: one, entries })
}
