//! `/catalog`: every dataset with its current release in the words of DCAT 3 (W3C, 2024) as DCAT-AP 3.0 uses them, as
//! JSON-LD or as Turtle; `/catalog.jsonld` and `/catalog.ttl` without a choice.

use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, HeaderValue, Response, Uri, header};
use limpid_model::{Text, Zone};
use limpid_store::lake::{Release, Resource};
use serde_json::{Value, json};

use super::definition::Dataset;
use super::extent::{self, temporal};
use super::files::package_path;
use super::turtle;
use crate::answer::format::preferences;
use crate::answer::{Cache, Failure, cache};
use crate::api::query::Query;
use crate::app::{App, Shared};
use crate::links;

/// What the catalog is written as: its media type, the usual one first.
const JSON_LD: &str = "application/ld+json";
const TURTLE: &str = "text/turtle";

/// How IANA names a media type as an IRI.
const MEDIA_TYPES: &str = "https://www.iana.org/assignments/media-types/";

/// The catalog of open data as JSON-LD.
#[utoipa::path(
    get, path = "/catalog.jsonld", tag = "datasets", operation_id = "catalog",
    responses((status = 200, description = "DCAT 3 as JSON-LD", content((Object = "application/ld+json"))))
)]
pub async fn get(
    State(app): State<Shared>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    answer(&app, &uri, &headers, JSON_LD).await
}

/// The catalog of open data as Turtle.
#[utoipa::path(
    get, path = "/catalog.ttl", tag = "datasets", operation_id = "catalogTurtle",
    responses((status = 200, description = "DCAT 3 as Turtle", content((String = "text/turtle"))))
)]
pub async fn get_turtle(
    State(app): State<Shared>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    answer(&app, &uri, &headers, TURTLE).await
}

/// The catalog of open data in whichever of the two `Accept` prefers.
#[utoipa::path(
    get, path = "/catalog", tag = "datasets", operation_id = "catalogNegotiated",
    responses((status = 200, description = "DCAT 3", content((Object = "application/ld+json"), (String = "text/turtle"))))
)]
pub async fn negotiated(
    State(app): State<Shared>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let wanted = preferences(accept);
    let named = |media: &str| [JSON_LD, TURTLE].into_iter().find(|known| known.eq_ignore_ascii_case(media));
    let media_type = wanted.iter().filter(|(_, q)| *q > 0.0).find_map(|(media, _)| named(media));
    let mut response = answer(&app, &uri, &headers, media_type.unwrap_or(JSON_LD)).await?;
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept, host"));
    Ok(response)
}

async fn answer(
    app: &App,
    uri: &Uri,
    headers: &HeaderMap,
    media_type: &'static str,
) -> Result<Response<Body>, Failure> {
    Query::parse(uri, &[])?;
    let mut datasets = Vec::new();
    for dataset in Dataset::all(&app.pipeline) {
        if let Some(release) = app.lake.current(&dataset.id).await? {
            datasets.push(described(app, &dataset, &release, headers));
        }
    }
    let catalog = catalog(app, datasets, headers);
    let body = match media_type {
        TURTLE => turtle::write(&catalog).into_bytes(),
        _ => serde_json::to_vec(&catalog).map_err(|error| Failure::internal("writing JSON", &error))?,
    };
    let mut response = cache::tagged(headers, Cache::Revalidate, media_type, body);
    // Addresses in it repeat the host that was asked.
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("host"));
    Ok(response)
}

fn catalog(app: &App, datasets: Vec<Value>, headers: &HeaderMap) -> Value {
    let address = |path: &str| links::absolute(headers, path);
    let publisher = &app.pipeline.publisher;
    let served: Vec<Value> = datasets.iter().map(|dataset| json!({ "@id": dataset["@id"] })).collect();
    let title = Text::zh_en(
        format!("{}开放数据", publisher.name.get("zh")),
        format!("Open data of {}", publisher.name.get("en")),
    );
    let about =
        Text::zh_en("经审核规则检验并注明修订的环境监测数据。", "Environmental data, checked by rules and revisioned.");
    json!({
        "@context": context(),
        "@id": address("/catalog.jsonld"),
        "@type": "dcat:Catalog",
        "dct:title": by_language(&title),
        "dct:description": by_language(&about),
        "dct:publisher": agent(app, headers),
        "dct:language": languages(app),
        "dct:license": licence(app),
        "foaf:homepage": { "@id": address("/data"), "@type": "foaf:Document" },
        "dcat:dataset": datasets,
        "dcat:service": {
            "@id": address("/api/v1"),
            "@type": "dcat:DataService",
            "dct:title": by_language(&Text::zh_en("数据接口", "Data API")),
            "dcat:endpointURL": { "@id": address("/api/v1"), "@type": "rdfs:Resource" },
            "dcat:endpointDescription": { "@id": address("/openapi.json"), "@type": "rdfs:Resource" },
            "dcat:servesDataset": served,
        },
    })
}

fn described(app: &App, dataset: &Dataset, release: &Release, headers: &HeaderMap) -> Value {
    let address = |path: &str| links::absolute(headers, path);
    let package = address(&package_path(&dataset.id, &release.id));
    let base = package.trim_end_matches("datapackage.json").to_owned();
    let distribution: Vec<Value> =
        release.resources.iter().map(|resource| file(app, dataset, release, resource, &base)).collect();
    let mut described = json!({
        "@id": address(&format!("/datasets/{}", dataset.id)),
        "@type": "dcat:Dataset",
        "dct:identifier": dataset.id,
        "dct:title": by_language(dataset.title()),
        "dct:description": by_language(dataset.about()),
        "dct:publisher": { "@id": address("/about") },
        "dct:license": licence(app),
        "dct:modified": time(release.created, app.zone()),
        "dcat:version": release.id,
        "dcat:keyword": release.package["keywords"],
        "dcat:landingPage": { "@id": address(&format!("/datasets/{}", dataset.id)), "@type": "foaf:Document" },
        "foaf:page": { "@id": format!("{base}README.md"), "@type": "foaf:Document" },
        "dcat:distribution": distribution,
    });
    if let Some((from, to)) = temporal(&release.resources) {
        described["dct:temporal"] = json!({
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": { "@value": from.to_string(), "@type": "xsd:date" },
            "dcat:endDate": { "@value": to.to_string(), "@type": "xsd:date" },
        });
    }
    let of_stations = dataset.records.is_none().then(|| extent::bounds(&app.pipeline)).flatten();
    if let Some(bounds) = of_stations {
        let [west, south, east, north] = bounds;
        described["dct:spatial"] = json!({
            "@type": "dct:Location",
            "dcat:bbox": {
                "@value": format!("POLYGON(({west} {south},{east} {south},{east} {north},{west} {north},{west} {south}))"),
                "@type": "geo:wktLiteral",
            },
        });
    }
    described
}

fn file(app: &App, dataset: &Dataset, release: &Release, resource: &Resource, base: &str) -> Value {
    let address = format!("{base}{}", resource.path);
    let mut file = json!({
        "@id": address,
        "@type": "dcat:Distribution",
        "dct:title": { "@value": resource.name, "@language": "en" },
        "dct:description": by_language(dataset.title()),
        "dct:license": licence(app),
        "dct:modified": time(release.created, app.zone()),
        "dcat:accessURL": { "@id": address, "@type": "rdfs:Resource" },
        "dcat:downloadURL": { "@id": address, "@type": "rdfs:Resource" },
        "dcat:mediaType": { "@id": format!("{MEDIA_TYPES}{}", resource.mediatype), "@type": "dct:MediaType" },
        "dcat:byteSize": { "@value": resource.bytes.to_string(), "@type": "xsd:nonNegativeInteger" },
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": { "@id": "spdx:checksumAlgorithm_sha256", "@type": "spdx:ChecksumAlgorithm" },
            "spdx:checksumValue": {
                "@value": resource.hash.trim_start_matches("sha256:"),
                "@type": "xsd:hexBinary",
            },
        },
    });
    if resource.compression.is_some() {
        file["dcat:compressFormat"] =
            json!({ "@id": format!("{MEDIA_TYPES}application/gzip"), "@type": "dct:MediaType" });
    }
    file
}

fn agent(app: &App, headers: &HeaderMap) -> Value {
    json!({
        "@id": links::absolute(headers, "/about"),
        "@type": "foaf:Agent",
        "foaf:name": by_language(&app.pipeline.publisher.name),
    })
}

fn licence(app: &App) -> Value {
    let licence = &app.pipeline.publisher.licence;
    json!({ "@id": super::licence_address(licence), "@type": "dct:LicenseDocument" })
}

/// The authority list of the EU's Publications Office, which DCAT-AP asks for.
fn languages(app: &App) -> Vec<Value> {
    let code = |language: &String| if language == "zh" { "ZHO" } else { "ENG" };
    let list = "http://publications.europa.eu/resource/authority/language/";
    let item = |language| json!({ "@id": format!("{list}{}", code(language)), "@type": "dct:LinguisticSystem" });
    app.pipeline.publisher.languages.iter().map(item).collect()
}

fn by_language(text: &Text) -> Vec<Value> {
    text.iter().map(|(language, text)| json!({ "@value": text, "@language": language })).collect()
}

fn time(at: limpid_model::Instant, zone: Zone) -> Value {
    json!({ "@value": zone.format(at), "@type": "xsd:dateTime" })
}

fn context() -> Value {
    json!({
        "dcat": "http://www.w3.org/ns/dcat#",
        "dct": "http://purl.org/dc/terms/",
        "foaf": "http://xmlns.com/foaf/0.1/",
        "geo": "http://www.opengis.net/ont/geosparql#",
        "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
        "spdx": "http://spdx.org/rdf/terms#",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
    })
}
