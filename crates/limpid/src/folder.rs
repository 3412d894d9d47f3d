//! Reading a pipeline folder from disk.

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;

use limpid_model::Pipeline;
use limpid_model::pipeline::{Files, Mapping, Mistakes, Registers};

use crate::failure::Failure;

/// The pipeline in `folder` with its registers, or everything that is wrong with them.
pub fn read(folder: &Path) -> Result<Pipeline, Mistakes> {
    match (read_stations(folder), registers(folder)) {
        (Ok(pipeline), Ok(registers)) => Ok(Pipeline { registers, ..pipeline }),
        (pipeline, registers) => {
            let wrong = [pipeline.err(), registers.err()].into_iter().flatten().flat_map(|mistakes| mistakes.0);
            Err(Mistakes(wrong.collect()))
        }
    }
}

/// Every `registers/*.toml`; there need not be any.
fn registers(folder: &Path) -> Result<Registers, Mistakes> {
    let mut mistakes = Mistakes::default();
    let mut files = Vec::new();
    let names = std::fs::read_dir(folder.join("registers")).and_then(|entries| {
        entries.map(|entry| Ok(entry?.file_name().into_string().ok())).collect::<std::io::Result<Vec<_>>>()
    });
    let mut names: Vec<String> = match names {
        Ok(names) => names.into_iter().flatten().filter(|name| name.ends_with(".toml")).collect(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
        Err(error) => {
            mistakes.add("registers", 0, format!("it cannot be read: {error}"), "make it readable, or remove it");
            Vec::new()
        }
    };
    names.sort();
    for name in names {
        let path = format!("registers/{name}");
        if let Some(text) = text(folder, path, "make it readable, or remove it", &mut mistakes) {
            files.push((name, text));
        }
    }
    match Registers::parse(&files) {
        Ok(registers) if mistakes.0.is_empty() => Ok(registers),
        read => {
            mistakes.0.extend(read.err().into_iter().flat_map(|others| others.0));
            Err(mistakes)
        }
    }
}

/// The pipeline without its registers.
fn read_stations(folder: &Path) -> Result<Pipeline, Mistakes> {
    let mut mistakes = Mistakes::default();
    let pipeline = text(folder, "pipeline.toml", "write [publisher] with id, name and zone in it", &mut mistakes);
    let header = "write the header row id,kind,name_zh,name_en,lat,lon in it";
    let stations = text(folder, "stations.csv", header, &mut mistakes);
    match (pipeline, stations) {
        (Some(pipeline), Some(stations)) => {
            let mut pipeline = with_map(folder, Pipeline::parse(&Files { pipeline, stations })?)?;
            // Optional; the rows of episodes can only be judged by a registry that is right.
            let header = "write the header row kind,from,to in it, or remove it";
            if let Some(holidays) = optional(folder, "holidays.csv", header)? {
                pipeline = pipeline.with_holidays(&holidays)?;
            }
            let header = "write the header row station,from,what in it, or remove it";
            if let Some(episodes) = optional(folder, "episodes.csv", header)? {
                pipeline = pipeline.with_episodes(&episodes)?;
            }
            Ok(pipeline)
        }
        // Of the one that is there everything wrong is said too, save what only the other could tell.
        (pipeline, stations) => {
            let files = Files {
                pipeline: pipeline.unwrap_or_else(|| PLAIN.to_owned()),
                stations: stations.unwrap_or_else(|| HEADER.to_owned()),
            };
            if let Err(others) = Pipeline::parse(&files) {
                mistakes.0.extend(others.0.into_iter().filter(|mistake| !mistake.what.contains("stations.csv")));
            }
            Err(mistakes)
        }
    }
}

/// The pipeline with the map that it names.
fn with_map(folder: &Path, pipeline: Pipeline) -> Result<Pipeline, Mistakes> {
    let Some(map) = &pipeline.pages.map else { return Ok(pipeline) };
    match std::fs::read_to_string(folder.join(&map.file)) {
        Ok(text) => pipeline.with_map(&text),
        Err(error) => {
            let mut mistakes = Mistakes::default();
            let what = format!("the map {:?} cannot be read: {error}", map.file);
            mistakes.add("pipeline.toml", map.line, what, "write the name of a GeoJSON file in this folder");
            Err(mistakes)
        }
    }
}

/// What stands in for a file that is not there.
const PLAIN: &str = "[publisher]\nid = \"x\"\nname = \"x\"\nzone = \"UTC\"\n";
const HEADER: &str = "id,kind,name_zh,name_en,lat,lon\n";

/// The pipeline in `folder`; what is wrong with it goes to standard error.
pub fn require(folder: &Path) -> Result<Arc<Pipeline>, Failure> {
    let pipeline = read(folder).map_err(|mistakes| Failure::Usage(format!("{}\n{mistakes}", folder.display())))?;
    Ok(Arc::new(pipeline))
}

/// The column mapping in `file`.
pub fn mapping(file: &Path) -> Result<Arc<Mapping>, Failure> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| Failure::Usage(format!("the mapping {} cannot be read: {error}", file.display())))?;
    let mapping = Mapping::parse(&file.to_string_lossy(), &text);
    mapping.map(Arc::new).map_err(|mistakes| Failure::Usage(mistakes.to_string()))
}

/// A file that need not be there.
fn optional(folder: &Path, name: &'static str, remedy: &str) -> Result<Option<String>, Mistakes> {
    if !folder.join(name).exists() {
        return Ok(None);
    }
    let mut mistakes = Mistakes::default();
    text(folder, name, remedy, &mut mistakes).map(Some).ok_or(mistakes)
}

fn text(folder: &Path, name: impl Into<Cow<'static, str>>, remedy: &str, mistakes: &mut Mistakes) -> Option<String> {
    let name = name.into();
    match std::fs::read(folder.join(&*name)) {
        Ok(bytes) => match String::from_utf8(bytes) {
            Ok(text) => Some(text),
            Err(error) => {
                let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
                let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
                mistakes.add(name, line, "not UTF-8", "save the file as UTF-8");
                None
            }
        },
        Err(error) => {
            mistakes.add(name, 1, format!("cannot be read: {error}"), remedy);
            None
        }
    }
}
