//! `[[webhook]]`: addresses that are told what happens.

use std::path::PathBuf;

use super::fields::{Fields, Source};
use super::mqtt::PasswordFrom;

/// The names of events that can be asked for.
pub const EVENTS: [&str; 7] = ["observation", "assessment", "forecast", "alert", "level", "release", "freshness"];

/// `[[webhook]]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// Its name, under which it is remembered how far it was told.
    pub name: String,
    /// Where it is.
    pub url: String,
    /// The key that signs, which does not stand in the file.
    pub secret: PasswordFrom,
    /// What it is told. Default: alerts, changes of level, releases and freshness.
    pub events: Vec<String>,
    /// Hours for which an event is tried again before it is given up. Default 24.
    pub give_up_hours: u64,
    /// Where it stands in `pipeline.toml`, a line from 1.
    pub line: usize,
}

/// Reads every table.
pub(super) fn read(tables: Vec<Fields<'_>>, source: &mut Source<'_>) -> Vec<Webhook> {
    let mut webhooks: Vec<Webhook> = Vec::new();
    for table in tables {
        let offset = table.offset("name");
        let Some(webhook) = one(table, source) else { continue };
        if webhooks.iter().any(|other| other.name == webhook.name) {
            let remedy = "give each webhook a name of its own: it is remembered under it how far it was told";
            source.mistake(offset, format!("two webhooks are called {:?}", webhook.name), remedy);
        }
        webhooks.push(webhook);
    }
    webhooks
}

fn one(mut table: Fields<'_>, source: &mut Source<'_>) -> Option<Webhook> {
    let line = source.line(table.offset(""));
    let name = table.required(source, "name", "\"duty-officer\"").and_then(|(name, offset)| {
        let fits = name.len() <= 64 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
        if !fits {
            source.mistake(
                offset,
                format!("`webhook.name` is {name:?}"),
                "write letters, digits, - _ . only, 64 at most",
            );
        }
        fits.then_some(name)
    });
    let url = table.required(source, "url", "\"https://duty.example/limpid\"").and_then(|(url, offset)| {
        let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
        let fits = rest.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_graphic()));
        let credentials = rest.is_some_and(|rest| rest.split('/').next().is_some_and(|host| host.contains('@')));
        if !fits {
            let remedy = "write an address: \"https://duty.example/limpid\"";
            source.mistake(offset, format!("`webhook.url` is {url:?}"), remedy);
        } else if credentials {
            let remedy = "leave name and password out of the address: messages are signed with the secret";
            source.mistake(offset, "`webhook.url` has a user in it", remedy);
        }
        (fits && !credentials).then_some(url)
    });
    let env = table.string(source, "secret_env", "\"LIMPID_WEBHOOK_SECRET\"");
    let file = table.string(source, "secret_file", "\"webhook-secret\"");
    let secret = match (env, file) {
        (Some((name, _)), None) => Some(PasswordFrom::Env(name)),
        (None, Some((path, _))) => Some(PasswordFrom::File(PathBuf::from(path))),
        (Some(_), Some((_, offset))) => {
            source.mistake(offset, "`webhook` has both `secret_env` and `secret_file`", "keep one of the two");
            None
        }
        (None, None) => {
            let remedy = "write secret_env = \"…\", the environment variable that has it, or secret_file = \"…\"";
            source.mistake(table.offset(""), "`webhook` has no secret to sign with", remedy);
            None
        }
    };
    let example = r#"["alert", "freshness"]"#;
    let events = table.strings(source, "events", example).map(|words| {
        for (word, offset) in &words {
            if !EVENTS.contains(&word.as_str()) {
                let remedy = format!("write some of: {}", EVENTS.join(", "));
                source.mistake(*offset, format!("`webhook.events` has {word:?}"), remedy);
            }
        }
        words.into_iter().map(|(word, _)| word).collect::<Vec<_>>()
    });
    let events = events.unwrap_or_else(|| ["alert", "level", "release", "freshness"].map(str::to_owned).to_vec());
    let give_up_hours = table.integer(source, "give_up_hours", 1..=720).unwrap_or(24);
    table.finish(source);
    Some(Webhook { name: name?, url: url?, secret: secret?, events, give_up_hours, line })
}

#[cfg(test)]
mod tests {
    use crate::Pipeline;
    use crate::pipeline::{Files, PasswordFrom};

    fn parse(lines: &str) -> Result<Pipeline, String> {
        let publisher = "[publisher]\nid = \"p\"\nname = \"P\"\nzone = \"UTC\"\n";
        let stations = "id,kind,name_zh,name_en,lat,lon\n".to_owned();
        let parsed = Pipeline::parse(&Files { pipeline: format!("{publisher}{lines}"), stations });
        parsed.map_err(|mistakes| mistakes.to_string())
    }

    const GOOD: &str = "[[webhook]]\nname = \"duty\"\nurl = \"https://duty.example/a\"\nsecret_env = \"S\"\n";

    #[test]
    fn a_webhook_has_a_name_an_address_and_a_secret() {
        let webhook = parse(GOOD).unwrap().webhooks.remove(0);
        assert_eq!(webhook.events, ["alert", "level", "release", "freshness"]);
        assert_eq!((webhook.give_up_hours, webhook.line), (24, 5));
        assert_eq!(webhook.secret, PasswordFrom::Env("S".into()));
        for (from, to, words) in [
            ("\"duty\"", "\"a b\"", "letters, digits"),
            ("https://duty.example/a", "ftp://duty.example", "write an address"),
            ("https://", "https://me:hunter2@", "leave name and password out"),
            ("secret_env = \"S\"", "", "secret_env = "),
            ("secret_env", "secret", "did you mean `secret_"),
            ("secret_env = \"S\"", "secret_env = \"S\"\nsecret_file = \"s\"", "keep one"),
            ("secret_env = \"S\"", "secret_env = \"S\"\nevents = [\"levels\"]", "write some of: observation"),
        ] {
            let told = parse(&GOOD.replace(from, to)).unwrap_err();
            assert!(told.contains(words) && !told.contains("hunter2"), "{words}: {told}");
        }
        assert!(parse(&format!("{GOOD}{GOOD}")).unwrap_err().contains("name of its own"));
    }
}
