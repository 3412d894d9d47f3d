//! `limpid stations`

use std::path::Path;

use anyhow::Context;
use limpid_ingest::formats::sites::SiteList;

use crate::failure::Failure;

/// Prints the sites of a list as rows of `stations.csv`; those that are left out go to standard error with the reason.
pub fn run(format: &str, file: &Path) -> Result<(), Failure> {
    let list: SiteList = format.parse().map_err(|error| Failure::Usage(format!("--format: {error}")))?;
    let place = || file.display().to_string();
    let bytes = std::fs::read(file).with_context(place)?;
    let sites = list.read(&bytes).with_context(place)?;
    for (line, why) in &sites.left_out {
        eprintln!("{}:{line}: {why}", file.display());
    }
    eprintln!("{} sites, {} left out", sites.rows.len(), sites.left_out.len());
    sites.write(std::io::stdout().lock()).context("writing to standard output")?;
    Ok(())
}
