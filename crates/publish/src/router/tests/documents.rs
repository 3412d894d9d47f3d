//! `docs/api.md` says all of it.

use crate::api::query::{DEFAULT_LIMIT, MAX_LIMIT};
use crate::testing::{Service, county};

const DOCS: &str = include_str!("../../../../../docs/api.md");

/// The part of the page, under one heading, that is about a path.
fn section(path: &str) -> &'static str {
    let named = format!("`{path}`");
    let sections = || DOCS.split("\n## ");
    let headed = sections().find(|section| section.lines().next().is_some_and(|heading| heading == named));
    let about = headed.or_else(|| sections().skip(2).find(|section| section.contains(&named)));
    about.unwrap_or_else(|| panic!("docs/api.md says nothing of {named}"))
}

#[test]
fn every_path_and_parameter_of_the_description_is_documented() {
    let described = crate::api::openapi::described();
    let paths = described["paths"].as_object().unwrap();
    assert!(paths.len() > 20);
    for (path, operations) in paths {
        let section = section(path);
        for operation in operations.as_object().unwrap().values() {
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let name = parameter["name"].as_str().unwrap();
                let wanted = match parameter["in"].as_str().unwrap() {
                    "query" => format!("`{name}`"),
                    _ => name.to_owned(),
                };
                assert!(section.contains(&wanted), "docs/api.md: {wanted} of {path}");
            }
        }
    }
}

#[tokio::test]
async fn every_parameter_that_a_path_takes_is_documented_and_described() {
    let service = Service::with(county()).await;
    let described = crate::api::openapi::described();
    let mut seen = 0;
    for path in ["latest", "observations", "assessments", "stations"].map(|name| format!("/api/v1/{name}")) {
        // The path itself names what it takes when it is asked for something else.
        let refused = service.get(&format!("{path}?no-such-parameter=1")).await.json();
        let taken: Vec<&str> =
            refused["allowed"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
        let parameters = described["paths"][&path]["get"]["parameters"].as_array().unwrap();
        let mut named: Vec<&str> = parameters.iter().map(|parameter| parameter["name"].as_str().unwrap()).collect();
        let mut sorted = taken.clone();
        sorted.sort_unstable();
        named.sort_unstable();
        assert_eq!(sorted, named, "{path} in openapi.json");
        for name in taken {
            assert!(section(&path).contains(&format!("`{name}`")), "docs/api.md: `{name}` of {path}");
            seen += 1;
        }
    }
    assert!(seen > 20, "{seen}");
}

#[test]
fn limits_and_the_rule_of_freshness_are_documented() {
    assert!(section("/api/v1/observations").contains(&format!("1 to {},000 | {DEFAULT_LIMIT} |", MAX_LIMIT / 1000)));
    let streams = format!("At most {},000 streams", crate::api::stream::STREAMS / 1000);
    assert!(section("/api/v1/stream").contains(&streams));
    for freshness in ["fresh", "late", "stale", "none"] {
        assert!(DOCS.contains(&format!("| `{freshness}` |")), "{freshness}");
    }
}
