//! `limpid token`

use anyhow::Context;
use limpid_ingest::token;
use limpid_model::StationId;

use crate::failure::Failure;

/// Prints a new secret, and the lines that let it in. The secret is kept nowhere.
pub fn new(station: &str) -> Result<(), Failure> {
    if station != "*" && StationId::parse(station).is_none() {
        let text = format!("--station {station:?} is not a station id; write one of stations.csv, or \"*\" for all");
        return Err(Failure::Usage(text));
    }
    let (secret, hash) = token::generate().context("no randomness from the operating system")?;
    eprintln!("The secret, shown only now; give it to the station:");
    println!("{secret}");
    eprintln!("Lines for pipeline.toml:");
    println!("[[ingest.http.token]]\nstation = \"{station}\"\nhash = \"{hash}\"");
    Ok(())
}
