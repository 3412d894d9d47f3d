//! Upstream answers.

use super::Open;
use crate::journal::Fetch;

pub async fn the_last_answer_to_each_request_is_remembered(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let fetch = |source: &str, request: &str, digest| Fetch {
        source: source.into(),
        request: request.into(),
        url: format!("http://127.0.0.1/{request}"),
        etag: Some("W/\"1\"".into()),
        last_modified: None,
        digest: [digest; 32],
    };
    let second =
        Fetch { etag: None, last_modified: Some("Wed, 25 Nov 2026 00:00:00 GMT".into()), ..fetch("a", "x", 2) };
    for fetch in [fetch("a", "x", 1), fetch("a", "y", 3), fetch("b", "x", 4), second.clone()] {
        journal.note_fetch(fetch).await.unwrap();
    }
    journal.close().await.unwrap();
    let journal = open(folder.path());
    assert_eq!(journal.fetch("a", "x").await.unwrap(), Some(second));
    assert_eq!(journal.fetch("a", "y").await.unwrap(), Some(fetch("a", "y", 3)));
    assert_eq!(journal.fetch("b", "x").await.unwrap(), Some(fetch("b", "x", 4)));
    assert_eq!(journal.fetch("b", "y").await.unwrap(), None);
}
