use super::*;
use crate::sources::adapter::Media;

#[test]
fn data_is_told_from_pages() {
    for (media, content_type, fits) in [
        (Media::Json, "application/json; charset=utf-8", true),
        (Media::Json, "application/problem+json", true),
        (Media::Json, "text/plain", true),
        (Media::Json, "", true),
        (Media::Json, "text/html", false),
        (Media::Csv, "text/csv", true),
        (Media::Csv, "binary/octet-stream", true),
        (Media::Csv, "TEXT/HTML; charset=utf-8", false),
        (Media::Parquet, "application/octet-stream", true),
        (Media::Parquet, "application/xml", false),
        (Media::Any, "text/html", true),
    ] {
        assert_eq!(media.fits(content_type), fits, "{media:?} {content_type}");
    }
}

#[test]
fn a_redirect_may_add_encryption_but_not_take_it_away() {
    let at = |text: &str| Url::parse(text).unwrap();
    for (from, location, to) in [
        ("https://a.example/x?y=1", "/z", Some("https://a.example/z")),
        ("http://a.example/x", "https://a.example/x", Some("https://a.example/x")),
        ("https://a.example/x", "http://a.example/x", None),
        ("https://a.example/x", "https://b.example/x", None),
        ("http://a.example:8080/x", "http://a.example:9090/x", None),
        ("https://a.example/x", "https://u:p@a.example/z", Some("https://u:p@a.example/z")),
        ("https://a.example/x", "file:///etc/passwd", None),
    ] {
        let found = redirect(&at(from), location).ok();
        assert_eq!(found.as_ref().map(Url::as_str), to, "{from} to {location}");
    }
}

#[test]
fn retry_after_is_seconds_or_a_date() {
    let now = "2026-11-25T01:30:00Z".parse().unwrap();
    let said = |text: &str| {
        let mut headers = HeaderMap::new();
        headers.insert(header::RETRY_AFTER, text.parse().unwrap());
        retry_after(&headers, now).map(|wait| wait.as_secs())
    };
    assert_eq!(said("120"), Some(120));
    assert_eq!(said("Wed, 25 Nov 2026 01:31:00 GMT"), Some(60));
    assert_eq!(said("Wed, 25 Nov 2026 01:00:00 GMT"), Some(0), "the past is now");
    assert_eq!((said("soon"), said("-5")), (None, None));
}

#[test]
fn a_key_is_not_printed() {
    let key = Key { place: KeyPlace::Header("X-API-Key"), secret: "hunter2".into() };
    assert!(!format!("{key:?}").contains("hunter2"));
}
