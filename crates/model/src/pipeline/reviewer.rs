//! `[[reviewer]]`: people who may decide about values.

use super::fields::{Fields, Source};
use crate::station::StationId;

/// `[[reviewer]]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reviewer {
    /// Who it is; stands beside every decision.
    pub name: String,
    /// SHA-256 of the token's secret, in lower-case hex.
    pub hash: String,
    /// The station that it may decide about; `None` for every station. Default every.
    pub station: Option<StationId>,
    /// Whether it may take in alerts to the public too. Default false.
    pub alerts: bool,
}

impl Reviewer {
    /// The station that it decides about, or `*`.
    pub fn station_name(&self) -> &str {
        self.station.as_ref().map_or("*", StationId::as_str)
    }
}

/// A name that stands beside what somebody did.
pub(super) fn name(fields: &mut Fields<'_>, source: &mut Source<'_>) -> Option<String> {
    let (name, offset) = fields.required(source, "name", "\"李伟\"")?;
    let fits = name.chars().count() <= 80 && !name.chars().any(char::is_control);
    if !fits {
        let what = format!("`{}` is too long or has control characters", fields.full("name"));
        source.mistake(offset, what, "write 80 letters at most");
    }
    fits.then_some(name)
}

/// The hash of a secret that `limpid token new` made, with this option.
pub(super) fn hash(fields: &mut Fields<'_>, source: &mut Source<'_>, option: &str) -> Option<String> {
    let (hash, offset) = fields.required(source, "hash", "\"…\"")?;
    let hash = hash.strip_prefix("sha256:").unwrap_or(&hash).to_lowercase();
    let fits = hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !fits {
        let remedy = format!("write the line that `limpid token new {option}` printed");
        source.mistake(offset, "`hash` is not a SHA-256 in hex", remedy);
    }
    fits.then_some(hash)
}

pub(super) fn read(mut fields: Fields<'_>, source: &mut Source<'_>) -> Option<Reviewer> {
    let name = name(&mut fields, source);
    let hash = hash(&mut fields, source, "--reviewer NAME");
    let station = match fields.string(source, "station", "\"S1\"") {
        None => Some(None),
        Some((text, _)) if text == "*" => Some(None),
        Some((text, offset)) => {
            let id = StationId::parse(&text);
            if id.is_none() {
                source.mistake(offset, format!("reviewer of {text:?}"), "write a station of stations.csv, or \"*\"");
            }
            id.map(Some)
        }
    };
    let alerts = fields.boolean(source, "alerts").unwrap_or(false);
    if alerts && station.as_ref().is_some_and(Option::is_some) {
        let remedy = "remove `station`, or write alerts = false: alerts are not about one station";
        source.mistake(fields.offset("alerts"), "`alerts` for a reviewer of one station", remedy);
    }
    fields.finish(source);
    Some(Reviewer { name: name?, hash: hash?, station: station?, alerts })
}

#[cfg(test)]
mod tests {
    use crate::Pipeline;
    use crate::pipeline::{Files, Reviewer};

    fn parse(lines: &str) -> Result<Vec<Reviewer>, String> {
        let publisher = "[publisher]\nid = \"p\"\nname = \"P\"\nzone = \"UTC\"\n";
        let stations = "id,kind,name_zh,name_en,lat,lon\n".to_owned();
        let parsed = Pipeline::parse(&Files { pipeline: format!("{publisher}{lines}"), stations });
        parsed.map(|pipeline| pipeline.reviewers).map_err(|mistakes| mistakes.to_string())
    }

    #[test]
    fn a_reviewer_has_a_name_and_a_hash() {
        let hash = "0".repeat(64);
        let found = parse(&format!("[[reviewer]]\nname = \"李伟\"\nhash = \"{hash}\"\n")).unwrap();
        assert_eq!(found, [Reviewer { name: "李伟".into(), hash: hash.clone(), station: None, alerts: false }]);
        let herald = parse(&format!("[[reviewer]]\nname = \"a\"\nhash = \"{hash}\"\nstation = \"*\"\nalerts = true\n"));
        assert!(herald.unwrap()[0].alerts);
        for (lines, words) in [
            (format!("name = \"Li\"\nhash = \"{hash}\"\nstation = \"S1\"\nalerts = true"), "reviewer of one station"),
            (format!("hash = \"{hash}\""), "`reviewer.name` is missing"),
            ("name = \"Li\"".to_owned(), "`reviewer.hash` is missing"),
            ("name = \"Li\"\nhash = \"zz\"".to_owned(), "token new --reviewer"),
            (format!("name = \"Li\"\nhash = \"{hash}\"\nstation = \"S 1\""), "reviewer of \"S 1\""),
        ] {
            let told = parse(&format!("[[reviewer]]\n{lines}\n")).unwrap_err();
            assert!(told.contains(words), "{lines}: {told}");
        }
    }
}
