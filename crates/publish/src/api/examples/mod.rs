//! Examples of answers for `/openapi.json`. Each is what a service over the data of the tests answers (`tests.rs`), so that
//! none can go out of date.

#[cfg(test)]
mod tests;

use serde_json::Value;

/// An example of the JSON answer of a path.
struct Example {
    path: &'static str,
    text: &'static str,
}

const EXAMPLES: [Example; 6] = [
    Example { path: "/api/v1/latest", text: include_str!("latest.json") },
    Example { path: "/api/v1/observations", text: include_str!("observations.json") },
    Example { path: "/api/v1/assessments", text: include_str!("assessments.json") },
    Example { path: "/api/v1/stations/{id}", text: include_str!("station.json") },
    Example { path: "/sta/v1.1/{resource}", text: include_str!("sensorthings.json") },
    Example { path: "/edr", text: include_str!("edr.json") },
];

/// Adds them to a description.
pub fn add(described: &mut Value) {
    for Example { path, text } in EXAMPLES {
        let example: Value = serde_json::from_str(text).expect("an example is JSON");
        described["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["example"] = example;
    }
}
