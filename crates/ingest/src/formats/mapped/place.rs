//! Which station a row is of.

use std::collections::HashMap;
use std::path::Path;

use limpid_model::pipeline::mapping::StationFrom;
use limpid_model::receipt::Refusal;
use limpid_model::{Pipeline, Reason, Station, StationId};

use super::cells::Cells;
use crate::formats::layout::Layout;
use crate::formats::long::short;
use crate::formats::{Fault, unknown_station};

/// Finds the station of each row.
pub(super) struct Places<'p> {
    pipeline: &'p Pipeline,
    from: From,
    /// What the last row called its station, and which that is: nearly always the next row's too.
    last: Option<(String, Result<&'p Station, Refusal>)>,
    /// The whole name of each station that was found by the last part of one.
    whole: HashMap<&'p StationId, String>,
}

enum From {
    Columns(Vec<usize>),
    /// The whole file is of one, called so.
    File(String),
}

impl<'p> Places<'p> {
    /// # Errors
    /// When neither the file nor whoever imports it names a station, or both do.
    pub(super) fn new(
        from: &StationFrom,
        at: impl Fn(&str) -> Result<usize, Fault>,
        layout: &Layout,
        path: &Path,
        pipeline: &'p Pipeline,
    ) -> Result<Self, Fault> {
        let given = layout.station.as_ref();
        let from = match (from, given) {
            (StationFrom::Columns(names), None) => {
                From::Columns(names.iter().map(|name| at(name)).collect::<Result<_, _>>()?)
            }
            (StationFrom::Columns(names), Some(given)) => {
                let detail = format!("each line names its station in `{}`; import without --station {given}", names[0]);
                return Err(Fault::new(Reason::Damaged, detail));
            }
            (_, Some(given)) => {
                if pipeline.stations.by_id_or_name(given).is_none() {
                    let detail = format!("no station of the registry is {:?}", short(given));
                    return Err(Fault::new(Reason::UnknownStation, detail));
                }
                From::File(given.clone())
            }
            (StationFrom::FileName(before, after), None) => {
                let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("");
                let station = name.strip_prefix(before.as_str()).and_then(|rest| rest.strip_suffix(after.as_str()));
                let station = station.filter(|station| !station.is_empty()).ok_or_else(|| {
                    let detail = format!(
                        "the file's name is not like {before}STATION{after}; name the station with --station ID"
                    );
                    Fault::new(Reason::UnknownStation, detail)
                })?;
                From::File(station.to_owned())
            }
            (StationFrom::Given, None) => {
                let detail = "the file does not say which station it is of; name it with --station ID";
                return Err(Fault::new(Reason::UnknownStation, detail));
            }
        };
        Ok(Self { pipeline, from, last: None, whole: HashMap::new() })
    }

    /// What a row calls its station: the cells with `/` between them.
    pub(super) fn name(&self, cells: &impl Cells) -> String {
        match &self.from {
            From::File(name) => name.clone(),
            From::Columns(at) => at.iter().map(|at| cells.cell(*at)).collect::<Vec<_>>().join("/"),
        }
    }

    /// The station called `name`, or the refusal of its readings.
    pub(super) fn station(&mut self, name: &str) -> Result<&'p Station, Refusal> {
        match &self.last {
            Some((last, found)) if last == name => found.clone(),
            _ => {
                let found = self.find(name);
                self.last = Some((name.to_owned(), found.clone()));
                found
            }
        }
    }

    fn find(&mut self, name: &str) -> Result<&'p Station, Refusal> {
        let stations = &self.pipeline.stations;
        if let Some(station) = stations.by_id_or_name(name) {
            return Ok(station);
        }
        let parts = matches!(&self.from, From::Columns(at) if at.len() > 1);
        let last = name.rsplit('/').next().filter(|last| parts && !last.is_empty());
        let station = last.and_then(|last| stations.by_id_or_name(last)).ok_or_else(|| unknown_station(name))?;
        // Two places of one name must not become one station.
        let whole = self.whole.entry(&station.id).or_insert_with(|| name.to_owned());
        if whole != name {
            let detail = format!(
                "{:?} and {:?} of one file would both be station {}; name the station {:?} in stations.csv",
                short(whole),
                short(name),
                station.id,
                short(whole)
            );
            return Err(Refusal { detail, ..unknown_station(name) });
        }
        Ok(station)
    }
}
