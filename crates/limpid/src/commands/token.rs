//! `limpid token`

use anyhow::Context;
use limpid_ingest::token;
use limpid_model::StationId;

use crate::failure::Failure;

/// Whose token it is to be.
pub enum Holder<'a> {
    /// The station's.
    Station,
    /// A reviewer's of this name.
    Reviewer(&'a str),
    /// An officer's of this name, with these roles.
    Officer(&'a str, &'a [String]),
}

/// Prints a new secret, and the lines that let it in. The secret is kept nowhere.
pub fn new(station: &str, holder: &Holder<'_>) -> Result<(), Failure> {
    if station != "*" && StationId::parse(station).is_none() {
        let text = format!("--station {station:?} is not a station id; write one of stations.csv, or \"*\" for all");
        return Err(Failure::Usage(text));
    }
    let (secret, hash) = token::generate().context("no randomness from the operating system")?;
    let whom = match holder {
        Holder::Station => "the station",
        Holder::Reviewer(name) | Holder::Officer(name, _) => name,
    };
    eprintln!("The secret, shown only now; give it to {whom}:");
    println!("{secret}");
    eprintln!("Lines for pipeline.toml:");
    match holder {
        Holder::Reviewer(name) => {
            println!("[[reviewer]]\nname = {}\nstation = \"{station}\"\nhash = \"{hash}\"", quoted(name)?);
        }
        Holder::Officer(name, roles) => {
            let roles = roles.iter().map(|role| quoted(role)).collect::<Result<Vec<_>, _>>()?.join(", ");
            println!("[[officer]]\nname = {}\nroles = [{roles}]\nhash = \"{hash}\"", quoted(name)?);
        }
        Holder::Station => println!("[[ingest.http.token]]\nstation = \"{station}\"\nhash = \"{hash}\""),
    }
    Ok(())
}

/// A string as JSON writes it, which TOML reads alike.
fn quoted(text: &str) -> anyhow::Result<String> {
    serde_json::to_string(text).context("writing a name")
}
