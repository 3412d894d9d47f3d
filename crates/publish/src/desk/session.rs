//! Sessions: what the cookie holds, and how they end.

use axum::http::{HeaderMap, HeaderValue, header};
use chrono::TimeDelta;
use limpid_model::Instant;
use limpid_model::pipeline::Desk as Rules;
use limpid_store::{DeskChange, DeskSession};
use rand::TryRng;
use rand::rngs::SysRng;
use sha2::{Digest, Sha256};

use crate::answer::Failure;
use crate::app::App;

/// A session that is used is noted in the journal at most so often; it may end as much earlier.
const NOTED: TimeDelta = TimeDelta::minutes(1);

/// What a session's cookie holds: 256 bits of the system's randomness, in hex.
///
/// # Errors
/// 500 where the system gives none.
pub fn secret() -> Result<String, Failure> {
    let mut bytes = [0_u8; 32];
    SysRng.try_fill_bytes(&mut bytes).map_err(|error| Failure::internal("beginning a session", &error))?;
    Ok(hex(&bytes))
}

/// Bytes in hex.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What is kept of it.
pub fn id(secret: &str) -> [u8; 32] {
    Sha256::digest(secret).into()
}

/// What each form of the session holds, so that no other site can send one. Whoever has the journal has neither.
pub fn csrf(secret: &str) -> String {
    hex(&Sha256::digest(format!("limpid desk form {secret}")))
}

/// The name of the cookie. A browser takes one with the prefix over TLS only, and for this host only.
fn name(rules: &Rules) -> &'static str {
    if rules.plain_http { "limpid_desk" } else { "__Host-limpid_desk" }
}

/// The header that begins a session, or without a secret ends it, in the browser.
pub fn cookie(rules: &Rules, secret: Option<&str>) -> HeaderValue {
    let secure = if rules.plain_http { "" } else { "; Secure" };
    let (value, end) = match secret {
        Some(secret) => (secret, ""),
        None => ("", "; Max-Age=0"),
    };
    let text = format!("{}={value}; Path=/; HttpOnly; SameSite=Strict{secure}{end}", name(rules));
    HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// What the browser holds.
pub fn presented<'h>(rules: &Rules, headers: &'h HeaderMap) -> Option<&'h str> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = all.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, _)| *key == name(rules)).map(|(_, value)| value)
}

/// From when on a session must have begun, and been used, to be one at this time.
fn limits(rules: &Rules, now: Instant) -> (Instant, Instant) {
    let (whole, idle) = (rules.session_hours.cast_signed(), rules.idle_minutes.cast_signed());
    (now - TimeDelta::hours(whole), now - TimeDelta::minutes(idle))
}

/// The session of a secret that has not ended; its use is noted.
///
/// # Errors
/// Those of the journal.
pub async fn find(app: &App, secret: &str) -> Result<Option<DeskSession>, Failure> {
    let (id, now) = (id(secret), app.now());
    let Some(session) = app.journal.desk().session(id).await? else { return Ok(None) };
    let (begun, seen) = limits(&app.pipeline.desk, now);
    if session.begun <= begun || session.seen <= seen {
        app.journal.desk().change(vec![DeskChange::End(id)]).await?;
        return Ok(None);
    }
    if now - session.seen >= NOTED {
        app.journal.desk().change(vec![DeskChange::Seen(id, now)]).await?;
    }
    Ok(Some(session))
}

/// Ends what has ended by itself.
pub fn end_old(app: &App) -> DeskChange {
    let (begun, seen) = limits(&app.pipeline.desk, app.now());
    DeskChange::EndOld(begun, seen)
}
