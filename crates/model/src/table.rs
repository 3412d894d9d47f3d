//! Reading the tables of facts under `data/` that are built into the program.

use serde::de::DeserializeOwned;

/// Rows of a CSV table with `#` comments and a header row.
///
/// # Panics
/// If the table does not parse. The tables are part of the program, and a test reads each of them.
pub fn rows<T: DeserializeOwned>(name: &str, text: &str) -> Vec<T> {
    csv::ReaderBuilder::new()
        .comment(Some(b'#'))
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes())
        .deserialize()
        .map(|row| row.unwrap_or_else(|error| panic!("built-in table {name}: {error}")))
        .collect()
}
