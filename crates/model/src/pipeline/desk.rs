//! `[desk]`: the operator's desk, where officers and reviewers work with a login.

use super::fields::{Fields, Source};
use super::network::Network;

/// `[desk]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Desk {
    /// Default false: without it `/desk` is not there.
    pub enabled: bool,
    /// Whether everybody needs a second factor (RFC 6238). Default true.
    pub second_factor: bool,
    /// A session that is not used for so long ends. Default 30.
    pub idle_minutes: u64,
    /// A session ends after so long, used or not. Default 12.
    pub session_hours: u64,
    /// Let people of this machine in over HTTP without TLS, for trials. Default false.
    pub plain_http: bool,
    /// Proxies whose `X-Forwarded-For` says who asks. Default none.
    pub proxies: Vec<Network>,
}

/// Reads the section.
pub(super) fn read(mut fields: Fields<'_>, source: &mut Source<'_>) -> Desk {
    let mut proxies = Vec::new();
    for (text, offset) in fields.strings(source, "proxies", r#"["127.0.0.1"]"#).unwrap_or_default() {
        match text.parse() {
            Ok(network) => proxies.push(network),
            Err(error) => source.mistake(offset, format!("`desk.proxies` has {text:?}"), format!("{error}")),
        }
    }
    let desk = Desk {
        enabled: fields.boolean(source, "enabled").unwrap_or(false),
        second_factor: fields.boolean(source, "second_factor").unwrap_or(true),
        idle_minutes: fields.integer(source, "idle_minutes", 5..=60).unwrap_or(30),
        session_hours: fields.integer(source, "session_hours", 1..=24).unwrap_or(12),
        plain_http: fields.boolean(source, "plain_http").unwrap_or(false),
        proxies,
    };
    fields.finish(source);
    desk
}

#[cfg(test)]
mod tests {
    use crate::Pipeline;
    use crate::pipeline::Files;
    use crate::register::Role;

    fn parse(lines: &str) -> Result<Pipeline, String> {
        let publisher = "[publisher]\nid = \"p\"\nname = \"P\"\nzone = \"UTC\"\n";
        let stations = "id,kind,name_zh,name_en,lat,lon\n".to_owned();
        let parsed = Pipeline::parse(&Files { pipeline: format!("{publisher}{lines}"), stations });
        parsed.map_err(|mistakes| mistakes.to_string())
    }

    #[test]
    fn the_desk_is_closed_and_strict_unless_it_is_said() {
        let desk = parse("").unwrap().desk;
        assert!(!desk.enabled && desk.second_factor && !desk.plain_http && desk.proxies.is_empty());
        assert_eq!((desk.idle_minutes, desk.session_hours), (30, 12));
        let desk = parse("[desk]\nenabled = true\nproxies = [\"10.0.0.0/8\"]\nidle_minutes = 5\n").unwrap().desk;
        assert!(desk.enabled && desk.proxies[0].holds("10.1.2.3".parse().unwrap()));
        for (lines, words) in [
            ("idle_minutes = 600", "from 5 to 60"),
            ("session_hours = 0", "from 1 to 24"),
            ("proxies = [\"x\"]", "write an address or a network"),
            ("enable = true", "did you mean `enabled`?"),
        ] {
            let told = parse(&format!("[desk]\n{lines}\n")).unwrap_err();
            assert!(told.contains(words), "{lines}: {told}");
        }
    }

    #[test]
    fn an_officer_of_the_desk_needs_no_token() {
        let officer = "[[officer]]\nname = \"Li\"\nroles = [\"operator\", \"editor\"]\n";
        let officers = parse(officer).unwrap().officers;
        assert_eq!(
            (officers[0].hash.as_str(), officers[0].roles.as_slice()),
            ("", [Role::Operator, Role::Editor].as_slice())
        );
    }
}
