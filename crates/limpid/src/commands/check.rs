//! `limpid check`

use std::path::Path;

use limpid_ingest::drops::DropFolder;

use crate::failure::Failure;
use crate::folder;

/// Prints every mistake of a pipeline folder, one a line, or what the pipeline is.
pub fn run(path: &Path) -> Result<(), Failure> {
    match folder::read(path) {
        Ok(pipeline) => {
            if let Err(error) = DropFolder::all(&pipeline, path) {
                println!("{:#}", anyhow::Error::new(error));
                return Err(Failure::Told);
            }
            let name = pipeline.publisher.name.get("en");
            println!("{}: {name}, {} stations, nothing wrong", path.display(), pipeline.stations.len());
            Ok(())
        }
        Err(mistakes) => {
            println!("{mistakes}");
            Err(Failure::Told)
        }
    }
}
