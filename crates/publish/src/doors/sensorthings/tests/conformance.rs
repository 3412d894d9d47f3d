//! What the landing page declares, one test for each requirement under its name, so that nothing is declared untested.

use serde_json::{Value, json};

use super::super::CONFORMANCE;
use super::super::schema::Set;
use super::{all, ask, ids, refused, service};
use crate::testing::Service;

#[tokio::test]
async fn whatever_is_declared_holds() {
    let service = service().await;
    let landing = ask(&service, "", &[]).await;
    let declared: Vec<String> = serde_json::from_value(landing["serverSettings"]["conformance"].clone()).unwrap();
    assert_eq!(declared, CONFORMANCE);
    for requirement in declared {
        match requirement.strip_prefix("http://www.opengis.net/spec/iot_sensing/1.1/req/").unwrap() {
            "datamodel" => datamodel(&service).await,
            "resource-path/resource-path-to-entities" => paths(&service).await,
            "request-data/order" => order(&service).await,
            "request-data/expand" => expand(&service).await,
            "request-data/select" => select(&service).await,
            "request-data/status-code" | "request-data/query-status-code" => status_codes(&service).await,
            "request-data/orderby" => orderby(&service).await,
            "request-data/top" | "request-data/skip" | "request-data/pagination" => pages(&service).await,
            "request-data/count" => count(&service).await,
            "request-data/filter" | "request-data/built-in-filter-operations" => filter(&service).await,
            "data-array/data-array" => data_array(&service).await,
            other => panic!("{other} is declared and not tested"),
        }
    }
}

/// 18-088, tables 5 to 16: the mandatory properties of each entity, and a link for each relation.
async fn datamodel(service: &Service) {
    let landing = ask(service, "", &[]).await;
    assert_eq!(landing["value"].as_array().unwrap().len(), 8);
    for entry in landing["value"].as_array().unwrap() {
        let name = entry["name"].as_str().unwrap();
        let mandatory: &[&str] = match name {
            "Things" => &["name", "description"],
            "Locations" => &["name", "description", "encodingType", "location"],
            "HistoricalLocations" => &["time"],
            "Datastreams" => &["name", "description", "unitOfMeasurement", "observationType"],
            "Sensors" => &["name", "description", "encodingType", "metadata"],
            "ObservedProperties" => &["name", "definition", "description"],
            "Observations" => &["phenomenonTime", "resultTime", "result"],
            "FeaturesOfInterest" => &["name", "description", "encodingType", "feature"],
            other => panic!("{other}"),
        };
        let list = ask(service, &format!("/{name}"), &[("$top", "1")]).await;
        let entity = &list["value"][0];
        for property in mandatory {
            assert!(!entity[property].is_null(), "{name}/{property}: {entity}");
        }
        let id = entity["@iot.id"].as_str().unwrap();
        assert_eq!(entity["@iot.selfLink"], format!("/sta/v1.1/{name}('{id}')"));
        let relations: Vec<String> = entity.as_object().unwrap().keys().cloned().collect();
        let relations = relations.iter().filter_map(|key| key.strip_suffix("@iot.navigationLink"));
        let expected = Set::parse(name).unwrap().relations().iter().map(|relation| relation.0);
        assert_eq!(relations.collect::<Vec<_>>(), expected.collect::<Vec<_>>(), "{name}");
    }
}

async fn paths(service: &Service) {
    for set in [
        "Things",
        "Locations",
        "HistoricalLocations",
        "Datastreams",
        "Sensors",
        "ObservedProperties",
        "Observations",
        "FeaturesOfInterest",
    ] {
        let list = ask(service, &format!("/{set}"), &[("$top", "2")]).await;
        for one in list["value"].as_array().unwrap() {
            let link = one["@iot.selfLink"].as_str().unwrap();
            assert_eq!(&service.get(link).await.json(), one, "{link}");
            // Every relation leads somewhere, and back among those that it leads to.
            for (key, link) in one.as_object().unwrap() {
                if key.ends_with("@iot.navigationLink") {
                    let answer = service.get(link.as_str().unwrap()).await;
                    assert_eq!(answer.status, 200, "{link}: {}", answer.text());
                }
            }
        }
    }
    let thing = ask(service, "/Things('S1')", &[]).await;
    assert_eq!(thing["name"], "一号站");
    assert_eq!(ask(service, "/Things('S1')/properties/kind", &[]).await, json!({ "kind": "air" }));
    assert_eq!(service.get("/sta/v1.1/Things('S1')/name/$value").await.text(), "一号站");
    assert_eq!(service.get("/sta/v1.1/Things('S1')/properties/successorOf").await.status, 204);
    let links = ask(service, "/Things('S1')/Datastreams/$ref", &[("$top", "1")]).await;
    assert_eq!(links["value"], json!([{ "@iot.selfLink": "/sta/v1.1/Datastreams('S1.co.PT1H')" }]));
    let observation = "/Datastreams('S1.pm25.PT1H')/Observations('S1.pm25.PT1H@2026-11-24T00:00:00Z')";
    let place = ask(service, &format!("{observation}/FeatureOfInterest"), &[]).await;
    assert_eq!((&place["@iot.id"], &place["feature"]["coordinates"]), (&json!("S1@28.5,104.9"), &json!([104.9, 28.5])));
    let of_place = all(service, "/FeaturesOfInterest('S1@28.5,104.9')/Observations", &[("$top", "25")]).await;
    assert_eq!(of_place.len(), 61);
}

async fn order(service: &Service) {
    // 9.3.1: $filter, then $count, $orderby, $skip and $top, and $expand and $select last.
    let options =
        [("$filter", "result ge 40"), ("$orderby", "result desc"), ("$skip", "1"), ("$top", "2"), ("$count", "true")];
    let list = ask(service, "/Datastreams('S1.pm25.PT1H')/Observations", &options).await;
    let results: Vec<&Value> = list["value"].as_array().unwrap().iter().map(|one| &one["result"]).collect();
    assert_eq!((results, &list["@iot.count"]), (vec![&json!(48.0), &json!(47.0)], &json!(10)));
}

async fn expand(service: &Service) {
    let expand = "Datastreams($filter=properties/parameter eq 'pm25';$count=true;\
                  $expand=Observations($top=1;$orderby=phenomenonTime desc),ObservedProperty),Locations";
    let thing = ask(service, "/Things('S1')", &[("$expand", expand)]).await;
    let stream = &thing["Datastreams"][0];
    assert_eq!((&thing["Datastreams@iot.count"], thing["Datastreams"].as_array().unwrap().len()), (&json!(1), 1));
    assert_eq!(stream["Observations"][0]["result"], 49.0);
    assert_eq!(stream["ObservedProperty"]["@iot.id"], "pm25");
    assert_eq!(thing["Locations"][0]["location"]["coordinates"], json!([104.9, 28.5]));
    let next = stream["Observations@iot.nextLink"].as_str().unwrap();
    assert_eq!(service.get(next).await.json()["value"][0]["result"], 48.0);
    // The form with slashes, twice with the same beginning.
    let list = ask(service, "/Observations", &[("$top", "1"), ("$expand", "Datastream/Thing,Datastream/Sensor")]).await;
    let stream = &list["value"][0]["Datastream"];
    assert_eq!((&stream["Thing"]["@iot.id"], &stream["Sensor"]["@iot.id"]), (&json!("S1"), &json!("S1")));
}

async fn select(service: &Service) {
    let list = ask(service, "/Things", &[("$select", "id,name"), ("$top", "1")]).await;
    assert_eq!(list["value"], json!([{ "@iot.id": "S1", "name": "一号站" }]));
    let list = ask(service, "/Things", &[("$select", "name,Locations"), ("$top", "1")]).await;
    let link = "/sta/v1.1/Things('S1')/Locations";
    assert_eq!(list["value"], json!([{ "name": "一号站", "Locations@iot.navigationLink": link }]));
}

/// 10.1 and 9.3.2: what does not exist is 404, what cannot be read 400, each with the field at fault.
async fn status_codes(service: &Service) {
    for path in [
        "/Nothing",
        "/Things('S7')",
        "/Things(7)",
        "/Things('S1')/nothing",
        "/Things('S1')/Datastreams('W1.ph.PT1H')",
        "/Things/Datastreams",
        "/Things('S1')/Datastreams/$count",
        "/Observations('S1.pm25.PT1H@2026-01-01T00:00:00Z')",
        "/Observations('x')",
        "/Datastreams('S1.pm25.PT1H')/Thing('S1')",
    ] {
        assert_eq!(refused(service, path, &[]).await.0, 404, "{path}");
    }
    for (option, value) in [
        ("$filter", "result"),
        ("$filter", "nothing eq 1"),
        ("$filter", "result eq"),
        ("$orderby", "nothing"),
        ("$top", "-1"),
        ("$top", "many"),
        ("$skip", "100001"),
        ("$count", "yes"),
        ("$select", "nothing"),
        ("$expand", "nothing"),
        ("$expand", "Datastream($top=1"),
        ("$expand", "Datastream($nothing=1)"),
        ("$resultFormat", "csv"),
        ("$skiptoken", "nothing"),
        ("$nothing", "1"),
        ("top", "1"),
    ] {
        let (status, problem) = refused(service, "/Observations", &[(option, value)]).await;
        if value == "result" {
            assert_eq!(status, 200, "a number is neither true nor false, and finds nothing");
            continue;
        }
        assert_eq!(status, 400, "{option}={value}");
        let field = problem["field"].as_str().unwrap();
        assert!(field == option || value.contains(field), "{option}={value}: {problem}");
    }
    let (status, _) = refused(service, "/Things", &[("$resultFormat", "dataArray")]).await;
    assert_eq!(status, 400);
}

async fn orderby(service: &Service) {
    let names = ask(service, "/Things", &[("$orderby", "id desc")]).await;
    assert_eq!(ids(&names), ["W1", "S9", "S3", "S2", "S1"]);
    let series = "/Datastreams('S1.pm25.PT1H')/Observations";
    for (order, first, last) in [
        ("phenomenonTime desc", 49.0, 20.0),
        ("phenomenonTime asc", 20.0, 49.0),
        ("result desc", 49.0, 20.0),
        ("result mod 10, result desc", 40.0, 29.0),
    ] {
        let list = all(service, series, &[("$orderby", order), ("$top", "7")]).await;
        assert_eq!(list.len(), 30, "{order}");
        assert_eq!((&list[0]["result"], &list[29]["result"]), (&json!(first), &json!(last)), "{order}");
    }
    // Several series by time: each instant once for each series, none lost between pages.
    for order in ["phenomenonTime", "phenomenonTime desc"] {
        let list = all(service, "/Observations", &[("$orderby", order), ("$top", "7")]).await;
        let mut times: Vec<&str> =
            list.iter().map(|one| one["phenomenonTime"].as_str().unwrap().split('/').next().unwrap()).collect();
        assert_eq!(times.len(), 62, "{order}");
        if order.ends_with("desc") {
            times.reverse();
        }
        assert!(times.is_sorted(), "{order}");
        let mut ids: Vec<&str> = list.iter().map(|one| one["@iot.id"].as_str().unwrap()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 62, "{order}");
    }
}

async fn pages(service: &Service) {
    let whole = all(service, "/Observations", &[]).await;
    assert_eq!(whole.len(), 62);
    for top in ["1", "7", "30", "31", "61", "62"] {
        assert_eq!(all(service, "/Observations", &[("$top", top)]).await, whole, "{top}");
    }
    let behind = ask(service, "/Observations", &[("$skip", "35"), ("$top", "2")]).await;
    assert_eq!(behind["value"].as_array().unwrap()[..], whole[35..37]);
    let none = ask(service, "/Observations", &[("$top", "0")]).await;
    assert_eq!(none, json!({ "value": [] }));
    let things = all(service, "/Things", &[("$top", "2")]).await;
    assert_eq!(things.len(), 5);
}

async fn count(service: &Service) {
    let things = ask(service, "/Things", &[("$count", "true"), ("$top", "1")]).await;
    assert_eq!(things["@iot.count"], 5);
    assert!(ask(service, "/Things", &[("$count", "false")]).await["@iot.count"].is_null());
    for (filter, expected) in [
        ("true", 62),
        ("phenomenonTime ge 2026-11-24T00:00:00Z", 45),
        ("result gt 45", 5),
        ("Datastream/id eq 'S1.co.PT1H'", 30),
    ] {
        let list = ask(service, "/Observations", &[("$count", "true"), ("$top", "0"), ("$filter", filter)]).await;
        assert_eq!(list["@iot.count"], expected, "{filter}");
    }
}

/// Table 23: each operator; and functions of table 24.
async fn filter(service: &Service) {
    for (filter, expected) in [
        ("result eq 49", 1),
        ("result ne 49", 61),
        ("result gt 48", 2),
        ("result ge 48", 3),
        ("result lt 1", 30),
        ("result le 0.5", 30),
        ("result gt 20 and result lt 22", 1),
        ("result eq 21 or result eq 22", 2),
        ("not (result lt 100)", 1),
        ("result add 1 eq 50", 1),
        ("result sub 1 eq 48", 1),
        ("result mul 2 eq 98", 1),
        ("result div 2 eq 24.5", 1),
        ("result mod 48 eq 1", 1),
        ("(result)eq(49)", 1),
        ("phenomenonTime ge 2026-11-25T00:00:00Z sub duration'PT2H'", 1),
        ("phenomenonTime add duration'P1D' eq 2026-11-25T00:00:00Z", 2),
        ("phenomenonTime lt 2026-11-23T17:00:00Z", 3),
        ("phenomenonTime le 2026-11-23T17:00:00Z", 5),
        ("2026-11-24T22:00:00Z eq phenomenonTime", 0),
        ("phenomenonTime ge 2026-11-24T08:00:00+08:00 and phenomenonTime lt 2026-11-24T09:00:00+08:00", 2),
        ("during(phenomenonTime,2026-11-24T00:00:00Z/2026-11-24T02:00:00Z)", 4),
        ("hour(phenomenonTime) eq 8 and Datastream/ObservedProperty/id eq 'pm25'", 1),
        ("day(phenomenonTime) eq 25 and result gt 1", 7),
        ("Datastream/Thing/properties/kind eq 'water'", 1),
        ("startswith(Datastream/Thing/id,'W')", 1),
        ("substringof('max8h',Datastream/id)", 1),
        ("endswith(Datastream/id,'.PT1H') and result gt 48", 1),
        (
            "st_within(FeatureOfInterest/feature,geography'POLYGON((104.7 28.3,104.85 28.3,104.85 28.45,104.7 28.45,104.7 28.3))')",
            1,
        ),
        ("resultQuality eq 1", 62),
        ("parameters/status eq 'final'", 0),
    ] {
        let found = all(service, "/Observations", &[("$filter", filter)]).await;
        assert_eq!(found.len(), expected, "{filter}");
    }
    for (filter, expected) in [
        ("name eq '一号站'", "S1"),
        ("properties/simulated eq true", "S2"),
        ("Datastreams/ObservedProperty/id eq 'ph'", "W1"),
        ("geo.distance(Locations/location,geography'POINT(104.8 28.4)') lt 0.01", "W1"),
        ("properties/to ne null", "S9"),
        ("tolower(id) eq 's3'", "S3"),
        ("length(properties/name/en) eq 11 and indexof(id,'S') eq 0 and properties/to ne null", "S9"),
    ] {
        let found = all(service, "/Things", &[("$filter", filter)]).await;
        let ids: Vec<&str> = found.iter().map(|one| one["@iot.id"].as_str().unwrap()).collect();
        assert_eq!(ids, [expected], "{filter}");
    }
}

/// 12.1: the same values as the plain list, the components named once for each Datastream.
async fn data_array(service: &Service) {
    let options =
        [("$resultFormat", "dataArray"), ("$filter", "phenomenonTime ge 2026-11-24T20:00:00Z"), ("$count", "true")];
    let list = ask(service, "/Observations", &options).await;
    assert_eq!(list["@iot.count"], 5);
    let arrays = list["value"].as_array().unwrap();
    let links: Vec<&str> = arrays.iter().map(|one| one["Datastream@iot.navigationLink"].as_str().unwrap()).collect();
    let wanted = ["S1.co.PT1H", "S1.pm25.PT1H", "W1.ph.PT1H"].map(|id| format!("/sta/v1.1/Datastreams('{id}')"));
    assert_eq!(links, wanted);
    let plain = all(service, "/Observations", &options[1..2]).await;
    let names: Vec<String> = serde_json::from_value(arrays[0]["components"].clone()).unwrap();
    let lines: Vec<&Value> = arrays.iter().flat_map(|array| array["dataArray"].as_array().unwrap()).collect();
    assert_eq!(lines.len(), plain.len());
    for (line, one) in lines.iter().zip(&plain) {
        for (name, value) in names.iter().zip(line.as_array().unwrap()) {
            let name = if name == "id" { "@iot.id" } else { name };
            assert_eq!(value, &one[name], "{name}");
        }
    }
    let options = [("$resultFormat", "dataArray"), ("$select", "result,phenomenonTime"), ("$top", "1")];
    let list = ask(service, "/Datastreams('S1.pm25.PT1H')/Observations", &options).await;
    assert_eq!(list["value"][0]["components"], json!(["result", "phenomenonTime"]));
    let line = json!([[20.0, "2026-11-24T00:00:00+08:00/2026-11-24T01:00:00+08:00"]]);
    assert_eq!(list["value"][0]["dataArray"], line);
}
