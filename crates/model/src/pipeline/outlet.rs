//! `[publish.mqtt]`: the broker to which what happens is published.

use super::fields::{Fields, Source};
use super::mqtt::{BrokerUrl, NotABroker, PasswordFrom};

/// `[publish.mqtt]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outlet {
    /// Where the broker is. Default `mqtt://127.0.0.1:1883`.
    pub url: BrokerUrl,
    /// Who limpid is to the broker there. Default: `limpid-`, the publisher's id and `-out`. Two processes must not share it.
    pub client_id: Option<String>,
    /// User name. Default: nobody in particular.
    pub username: Option<String>,
    /// Where the password is; it does not stand in the file.
    pub password: Option<PasswordFrom>,
    /// Where it stands in `pipeline.toml`, a line from 1.
    pub line: usize,
}

/// Reads `[publish]`; `None` where nothing is published to a broker.
pub(super) fn read(mut publish: Fields<'_>, source: &mut Source<'_>) -> Option<Outlet> {
    let mut table = publish.table(source, "mqtt");
    let line = source.line(table.offset(""));
    let enabled = table.boolean(source, "enabled").unwrap_or(false);
    let url = table.string(source, "url", "\"mqtt://127.0.0.1:1883\"").and_then(|(text, offset)| {
        let url = text.parse::<BrokerUrl>();
        // An address with a password in it is not repeated.
        let what = match &url {
            Err(NotABroker::Credentials) => "`publish.mqtt.url` has a user in it".to_owned(),
            _ => format!("`publish.mqtt.url` is {text:?}"),
        };
        url.map_err(|remedy| source.mistake(offset, what, remedy.to_string())).ok()
    });
    let client_id = table.string(source, "client_id", "\"limpid-changning-out\"").map(|(text, _)| text);
    let username = table.string(source, "username", "\"limpid\"").map(|(text, _)| text);
    let env = table.string(source, "password_env", "\"LIMPID_MQTT_PASSWORD\"");
    let file = table.string(source, "password_file", "\"mqtt-password\"");
    if let Some((_, offset)) = file.as_ref().filter(|_| env.is_some()) {
        let what = "`publish.mqtt` has both `password_env` and `password_file`";
        source.mistake(*offset, what, "keep one of the two");
    }
    if let Some((_, offset)) = env.as_ref().or(file.as_ref()).filter(|_| username.is_none()) {
        let remedy = "write username = \"…\" beside it";
        source.mistake(*offset, "`publish.mqtt` has a password and no `username`", remedy);
    }
    table.finish(source);
    publish.finish(source);
    let password = env.map(|(name, _)| PasswordFrom::Env(name));
    let password = password.or_else(|| file.map(|(path, _)| PasswordFrom::File(path.into())));
    let usual = BrokerUrl { tls: false, host: "127.0.0.1".to_owned(), port: 1883 };
    enabled.then(|| Outlet { url: url.unwrap_or(usual), client_id, username, password, line })
}
