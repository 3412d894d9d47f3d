//! What rule ids mean, from `data/rules.csv`.

use std::collections::HashMap;
use std::sync::LazyLock;

use limpid_model::explanation::RuleSaid;
use limpid_model::{ParameterId, Station, Text};
use serde::Deserialize;

use crate::standards::{self, Rules, TableError};

const TABLE: &str = "rules.csv";

#[derive(Deserialize)]
struct Row {
    id: String,
    zh: String,
    en: String,
    source: String,
    verified: String,
}

static SAID: LazyLock<HashMap<String, RuleSaid>> = LazyLock::new(|| {
    parse(include_str!("../../../../data/rules.csv"))
        .unwrap_or_else(|error| panic!("built-in table: {error}: {error:?}"))
});

fn parse(text: &str) -> Result<HashMap<String, RuleSaid>, TableError> {
    let mut said = HashMap::new();
    for Row { id, zh, en, source, verified } in standards::rows::<Row>(TABLE, text)? {
        if !["yes", "no", "ours"].contains(&verified.as_str()) {
            return Err(TableError::content(TABLE, id, "verified is none of yes, no, ours"));
        }
        let rule = RuleSaid { id: id.clone(), text: Text::zh_en(zh, en), source, verified, thresholds: None };
        if said.insert(id.clone(), rule).is_some() {
            return Err(TableError::content(TABLE, id, "stands twice"));
        }
    }
    Ok(said)
}

/// The rules of a figure of `parameter` at a station, in words and with their thresholds. An id that the table does not have
/// stands for itself.
pub fn said(rules: &Rules, station: &Station, parameter: ParameterId, ids: &str) -> Vec<RuleSaid> {
    let one = |id: &str| {
        let unknown = || RuleSaid {
            id: id.to_owned(),
            text: Text::zh_en(id, id),
            source: String::new(),
            verified: "no".to_owned(),
            thresholds: None,
        };
        let thresholds = id
            .starts_with("range")
            .then(|| rules.ranges.told(station.kind, &station.limits, parameter))
            .flatten()
            .map(|told| format!("{told} {}", parameter.unit()).trim_end().to_owned());
        RuleSaid { thresholds, ..SAID.get(id).cloned().unwrap_or_else(unknown) }
    };
    ids.split_whitespace().map(one).collect()
}

/// Whether the table has a rule.
pub fn known(id: &str) -> bool {
    SAID.contains_key(id)
}
