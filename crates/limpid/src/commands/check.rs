//! `limpid check`

use std::path::Path;

use crate::failure::Failure;
use crate::folder;
use crate::outside::Outside;

/// Prints every mistake of a pipeline folder, one a line, or what the pipeline is.
pub fn run(path: &Path) -> Result<(), Failure> {
    match folder::read(path) {
        Ok(pipeline) => {
            if let Err(wrong) = Outside::read(&pipeline, path) {
                println!("{wrong}");
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
