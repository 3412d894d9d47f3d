//! `limpid token`

use anyhow::Context;
use limpid_ingest::token;
use limpid_model::StationId;

use crate::failure::Failure;

/// Prints a new secret, and the lines that let it in. The secret is kept nowhere.
pub fn new(station: &str, reviewer: Option<&str>) -> Result<(), Failure> {
    if station != "*" && StationId::parse(station).is_none() {
        let text = format!("--station {station:?} is not a station id; write one of stations.csv, or \"*\" for all");
        return Err(Failure::Usage(text));
    }
    let (secret, hash) = token::generate().context("no randomness from the operating system")?;
    let whom = reviewer.unwrap_or("the station");
    eprintln!("The secret, shown only now; give it to {whom}:");
    println!("{secret}");
    eprintln!("Lines for pipeline.toml:");
    match reviewer {
        // Written as JSON does, which TOML reads alike.
        Some(name) => {
            let name = serde_json::to_string(name).context("writing a name")?;
            println!("[[reviewer]]\nname = {name}\nstation = \"{station}\"\nhash = \"{hash}\"");
        }
        None => println!("[[ingest.http.token]]\nstation = \"{station}\"\nhash = \"{hash}\""),
    }
    Ok(())
}
