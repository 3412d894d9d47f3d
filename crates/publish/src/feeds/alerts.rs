//! Alerts to the public.

use super::Reader;
use super::atom::{Entry, Feed};
use crate::alerts::{AlertState, cap, document_path};
use crate::pages::alerts::state_name;

/// Alerts that the feed has.
const NEWEST: usize = 50;

/// An entry for each of the newest alerts, updates and cancellations, with its document. Tests and exercises are marked.
pub fn feed(reader: &Reader<'_>) -> Feed {
    let (app, lang) = (reader.app, reader.lang);
    let (all, now) = (app.alerts.load(), app.now());
    let entries = all.iter().rev().take(NEWEST).map(|alert| {
        let info = alert.info(lang.code());
        let said = info.and_then(|info| info.headline.clone().or_else(|| Some(info.event.clone())));
        let state = state_name(lang, AlertState::of(alert, &all, now));
        let document = reader.address(&document_path(alert.id));
        Entry {
            id: reader.id(&format!("alert:{}", alert.id)),
            title: format!("{} ({state})", said.as_deref().unwrap_or(&alert.identifier)),
            updated: alert.received,
            page: reader.address(&format!("/alerts#alert-{}", alert.id)),
            summary: info.and_then(|info| info.description.clone()).unwrap_or_else(|| alert.identifier.clone()),
            document: Some((document, cap::MEDIA_TYPE)),
        }
    });
    reader.feed("feed:alerts", lang.t("alerts.title"), "/alerts", entries.collect())
}
