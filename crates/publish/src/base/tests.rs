//! A proxy that passes the path on, one that takes it off, and clients that claim one.

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};

use super::*;
use crate::testing::{Answer, PIPELINE, STATIONS, Service, county};

const UNDER_HB: &str = "[http]\nbase_path = \"/hb/\"\n[pages.footer]\nsite_code = \"5115230001\"\nicp = \"蜀ICP备12345678号-1\"\nsecurity = \"川公网安备51152302000001号\"\n";

async fn ask(router: &Router, uri: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::get(uri).header("host", "county.example");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    Answer { status, headers, body: to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec() }
}

async fn county_under_hb() -> (Service, Router) {
    let service = Service::of(&format!("{PIPELINE}{UNDER_HB}"), STATIONS, county()).await;
    let router = under(&service.app.pipeline.http.base_path, service.router.clone());
    (service, router)
}

/// Every address from the root in the attributes of a page.
fn addresses(page: &str) -> Vec<&str> {
    let of = |attribute: &'static str| page.split(attribute).skip(1).filter_map(|rest| rest.split('"').next());
    [" href=\"", " src=\"", " action=\""].into_iter().flat_map(of).filter(|link| link.starts_with('/')).collect()
}

#[tokio::test]
async fn every_link_of_every_page_leads_under_the_base_and_back() {
    let (_service, router) = county_under_hb().await;
    for page in [
        "",
        "/",
        "/forecast",
        "/water",
        "/noise",
        "/stations/S1",
        "/data",
        "/datasets/stations",
        "/status",
        "/about",
        "/api",
        "/map",
        "/search",
        "/alerts",
        "/registers",
        "/nothing",
        "/embed/station/S1",
    ] {
        let kept = ask(&router, &format!("/hb{page}?lang=en&view=elder"), &[]).await;
        let taken_off =
            ask(&router, &format!("{}?lang=en&view=elder", if page.is_empty() { "/" } else { page }), &[]).await;
        assert_eq!(kept.text(), taken_off.text(), "{page}: a proxy may pass the path on or take it off");
        let links = addresses(kept.text());
        assert!(!links.is_empty() && links.iter().all(|link| link.starts_with("/hb/")), "{page}: {links:?}");
        for link in links.iter().filter(|_| page == "/") {
            let found = ask(&router, &link.replace("&amp;", "&"), &[]).await.status;
            assert!(found.is_success() || found.is_redirection(), "{link}: {found}");
        }
        assert!(kept.text().contains("data-base=\"/hb\""), "{page}: the script must know where the stream is");
    }
}

#[tokio::test]
async fn machines_are_sent_under_the_base_too() {
    let (_service, router) = county_under_hb().await;
    let page = ask(&router, "/hb/api/v1/observations?limit=1&from=2026-11-24&to=2026-11-26", &[]).await;
    let next = page.json()["next"].as_str().unwrap().to_owned();
    assert!(next.starts_with("http://county.example/hb/api/v1/observations?"), "{next}");
    assert!(page.header("link").contains("<http://county.example/hb/"), "{}", page.header("link"));
    assert_eq!(ask(&router, next.strip_prefix("http://county.example").unwrap(), &[]).await.status, StatusCode::OK);
    let feed = ask(&router, "/hb/feeds/air.atom", &[]).await;
    assert!(feed.text().contains("http://county.example/hb/stations/S1") && !feed.text().contains("example/stations"));
    let catalog = ask(&router, "/hb/catalog.jsonld", &[]).await;
    assert!(catalog.text().contains("http://county.example/hb/api/v1") && !catalog.text().contains("example/api"));
    let described = ask(&router, "/hb/openapi.json", &[]).await;
    assert_eq!(described.json()["servers"][0]["url"], "/hb/");
    assert_eq!(ask(&router, "/hbx/api/v1/latest", &[]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_client_cannot_say_where_the_service_stands() {
    let service = Service::with(county()).await;
    let router = under("", service.router.clone());
    let claimed = [("x-forwarded-prefix", "//evil.example")];
    let feed = ask(&router, "/feeds/air.atom", &claimed).await;
    assert!(feed.text().contains("http://county.example/stations/S1") && !feed.text().contains("evil"));
    let (_service, router) = county_under_hb().await;
    assert!(!ask(&router, "/hb/feeds/air.atom", &claimed).await.text().contains("evil"));
}

#[test]
fn paths_in_headers_go_outward() {
    let mut headers = HeaderMap::new();
    headers.insert(header::LOCATION, HeaderValue::from_static("/datasets/x"));
    headers.insert(header::LINK, HeaderValue::from_static("</a>; rel=\"x\", <https://else.example/b>; rel=\"y\""));
    outward("/hb", &mut headers);
    assert_eq!(headers[header::LOCATION], "/hb/datasets/x");
    assert_eq!(headers[header::LINK], "</hb/a>; rel=\"x\", <https://else.example/b>; rel=\"y\"");
    headers.insert(header::LOCATION, HeaderValue::from_static("https://else.example/"));
    outward("/hb", &mut headers);
    assert_eq!(headers[header::LOCATION], "https://else.example/");
}

#[tokio::test]
async fn the_numbers_of_a_public_site_stand_at_the_foot_of_every_page() {
    let (_service, router) = county_under_hb().await;
    for uri in ["/", "/about", "/stations/S1"] {
        let page = ask(&router, uri, &[]).await.text().to_owned();
        assert!(page.contains("网站标识码：5115230001"), "{uri}");
        assert!(
            page.contains("<a href=\"https://beian.miit.gov.cn/\" rel=\"noopener\">蜀ICP备12345678号-1</a>"),
            "{uri}"
        );
        assert!(page.contains("https://beian.mps.gov.cn/#/query/webSearch?code=51152302000001"), "{uri}");
    }
}
