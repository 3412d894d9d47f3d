//! What became public in a register.

use limpid_model::Register;

use super::Reader;
use super::atom::{Entry, Feed};
use crate::answer::Failure;
use crate::api::query::escape;

/// Records of the feed.
const NEWEST: usize = 50;

/// An entry for each of the records that were released last, those that were withdrawn too.
pub async fn feed(reader: &Reader<'_>, register: &Register) -> Result<Feed, Failure> {
    let lang = reader.lang;
    let today = reader.app.zone().date_of(reader.app.now());
    let mut entries = Vec::new();
    for entry in reader.app.journal.registers().public_latest(&register.id, NEWEST).await? {
        let path = format!("/registers/{}/{}", escape(&register.id), escape(&entry.id));
        let (title, summary) = match (&entry.record, &entry.withdrawn) {
            (Some(record), _) => {
                let status = crate::pages::registers::status(lang, entry.validity().on(today));
                let revision = lang.fill("register.revision", &[("n", &entry.revision.to_string())]);
                (format!("{} {}", entry.id, record.name()), format!("{status}, {revision}"))
            }
            (None, withdrawn) => {
                let why = withdrawn.as_ref().map_or("", |notice| notice.why.as_str());
                (entry.id.clone(), format!("{}: {why}", lang.t("register.gone")))
            }
        };
        entries.push(Entry {
            id: reader.id(&format!("register:{}:{}", register.id, entry.id)),
            title,
            updated: entry.released,
            page: reader.address(&path),
            document: Some((reader.address(&format!("/api/v1{path}")), "application/json")),
            summary,
        });
    }
    let page = format!("/registers/{}", register.id);
    Ok(reader.feed(&format!("feed:register:{}", register.id), register.title.get(lang.code()), &page, entries))
}
