//! New releases of open data.

use chrono::{NaiveDateTime, TimeZone, Utc};
use limpid_model::Instant;

use super::Reader;
use super::atom::{Entry, Feed};
use crate::answer::Failure;
use crate::datasets::Dataset;
use crate::datasets::files::package_path;

/// Releases of each dataset that the feed has.
const NEWEST: usize = 20;

/// An entry for each of the newest releases.
pub async fn feed(reader: &Reader<'_>) -> Result<Feed, Failure> {
    let mut entries = Vec::new();
    for dataset in Dataset::all(&reader.app.pipeline) {
        let title = dataset.title();
        let title = title.get(reader.lang.code());
        for release in reader.app.lake.releases(&dataset.id).await?.into_iter().take(NEWEST) {
            let Some(updated) = made(&release) else { continue };
            entries.push(Entry {
                id: reader.id(&format!("release:{}:{release}", dataset.id)),
                title: format!("{title} {release}"),
                updated,
                document: None,
                page: reader.address(&format!("/datasets/{}", dataset.id)),
                summary: reader.address(&package_path(&dataset.id, &release)),
            });
        }
    }
    entries.sort_by(|a, b| b.updated.cmp(&a.updated).then_with(|| a.id.cmp(&b.id)));
    Ok(reader.feed("feed:releases", reader.lang.t("data.datasets"), "/data", entries))
}

/// Ids begin with the time at which the release was made, in UTC.
fn made(release: &str) -> Option<Instant> {
    let time = NaiveDateTime::parse_from_str(release.split('-').next()?, "%Y%m%dT%H%M%SZ").ok()?;
    Some(Utc.from_utc_datetime(&time))
}
