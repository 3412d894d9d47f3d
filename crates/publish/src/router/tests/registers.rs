//! Registers: what the public is shown, and what officers may do.

use axum::body::Body;
use axum::http::Request;
use limpid_model::Record;
use serde_json::{Value, json};

use crate::testing::{Answer, PIPELINE, STATIONS, Service, at};

/// A register of permits with every kind of field that matters here.
pub const TOML: &str = r#"
title = { zh = "排污许可", en = "Discharge permits" }
key = "number"
name = "holder"
every = "month"
[deadline]
working_days = 20
after = "from"
[validity]
from = "from"
to = "to"
[[field]]
name = "number"
type = "text"
label = { zh = "编号", en = "Number" }
search = true
scan = false
[[field]]
name = "holder"
type = "text"
label = { zh = "单位", en = "Holder" }
search = true
[[field]]
name = "phone"
type = "text"
label = { zh = "电话", en = "Phone" }
redact = { kind = "phone" }
[[field]]
name = "recipe"
type = "text"
label = { zh = "配方", en = "Recipe" }
disclosure = "withheld"
reason = "trade_secret"
[[field]]
name = "class"
type = "choice"
label = { zh = "类别", en = "Class" }
filter = true
choices = [{ value = "key", zh = "重点管理", en = "key" }, { value = "simple", zh = "简化管理", en = "simplified" }]
[[field]]
name = "from"
type = "date"
label = { zh = "起", en = "From" }
[[field]]
name = "to"
type = "date"
label = { zh = "止", en = "To" }
[[field]]
name = "limits"
type = "table"
label = { zh = "限值", en = "Limits" }
[[field.column]]
name = "pollutant"
type = "text"
label = { zh = "污染物", en = "Pollutant" }
filter = true
[[field.column]]
name = "value"
type = "number"
label = { zh = "限值", en = "Limit" }
"#;

/// An officer's token is the hash itself here.
fn token(name: char) -> String {
    std::iter::repeat_n(name, 64).collect()
}

async fn service() -> Service {
    keeping(Vec::new()).await
}

/// A service that keeps permits and has published `records`.
pub async fn keeping(records: Vec<Record>) -> Service {
    let officers = [('a', "Li", "editor"), ('b', "Wang", "reviewer"), ('c', "Zhao", "publisher")];
    let officers = officers.map(|(letter, name, role)| {
        format!("[[officer]]\nname = \"{name}\"\nroles = [\"{role}\"]\nhash = \"{}\"\n", token(letter))
    });
    let pipeline = format!("{PIPELINE}\n{}", officers.concat());
    Service::keeping(&pipeline, STATIONS, &[("permits.toml".to_owned(), TOML.to_owned())], records).await
}

async fn post(service: &Service, letter: char, path: &str, body: &Value) -> Answer {
    let request = Request::post(path).header("authorization", format!("Bearer {}", token(letter)));
    service.ask(request.body(Body::from(body.to_string())).unwrap()).await
}

/// Writes, checks and releases a record.
pub async fn release(service: &Service, fields: Value) {
    let key = fields["number"].as_str().unwrap().to_owned();
    let drafted = post(service, 'a', "/api/v1/registers/permits", &json!({"fields": fields})).await;
    assert_eq!(drafted.status, 201, "{}", drafted.text());
    let revision = drafted.json()["revision"].clone();
    let key = key.replace('/', "%2F");
    let path = |act: &str| format!("/api/v1/registers/permits/{key}/{act}");
    let checked = post(service, 'b', &path("check"), &json!({"revision": revision, "result": "pass"})).await;
    assert_eq!(checked.status, 201, "{}", checked.text());
    let released = post(service, 'c', &path("release"), &json!({"revision": revision})).await;
    assert_eq!(released.status, 201, "{}", released.text());
}

#[tokio::test]
async fn a_draft_is_checked_and_released_by_people_with_the_roles_for_it() {
    let service = service().await;
    let fields =
        json!({"number": "P1", "holder": "江口水泥厂 13800138000", "phone": "13900139000", "recipe": "机密配方"});
    for (letter, status) in [('x', 401), ('b', 403), ('c', 403)] {
        assert_eq!(
            post(&service, letter, "/api/v1/registers/permits", &json!({"fields": fields})).await.status,
            status
        );
    }
    let wrong =
        post(&service, 'a', "/api/v1/registers/permits", &json!({"fields": {"number": "P1", "class": "big"}})).await;
    assert_eq!((wrong.status.as_u16(), &wrong.json()["field"]), (422, &json!("class")));
    let drafted = post(&service, 'a', "/api/v1/registers/permits", &json!({"fields": fields})).await;
    assert_eq!(drafted.json(), json!({"record": "P1", "revision": 1, "written": true}));
    assert_eq!(service.get("/api/v1/registers/permits/P1").await.status, 404, "a draft is nobody's business");
    let path = |act: &str| format!("/api/v1/registers/permits/P1/{act}");
    let early = post(&service, 'c', &path("release"), &json!({"revision": 1})).await;
    assert_eq!(early.status, 409);
    assert!(early.text().contains("not_checked"), "{}", early.text());
    let checked = post(&service, 'b', &path("check"), &json!({"revision": 1, "result": "pass"})).await;
    assert_eq!((checked.json()["who"].clone(), checked.json()["findings"].clone()), (json!("Wang"), json!(1)));
    assert_eq!(post(&service, 'c', &path("release"), &json!({"revision": 1})).await.status, 201);

    let record = service.get("/api/v1/registers/permits/P1").await;
    assert_eq!(record.json()["fields"]["holder"], json!("江口水泥厂 138***"));
    assert_eq!(record.json()["revisions"].as_array().unwrap().len(), 1);
    let audit = service.get_with(&path("audit"), &[("authorization", &format!("Bearer {}", token('a')))]).await;
    let acts: Vec<_> = audit.json()["items"].as_array().unwrap().iter().map(|one| one["act"].clone()).collect();
    assert_eq!(acts, [json!("draft"), json!("check"), json!("release")]);
    assert_eq!(service.get(&path("audit")).await.status, 401);

    // Whatever the public can open: the planted data are in none of it.
    for uri in [
        "/api/v1/registers",
        "/api/v1/registers/permits",
        "/api/v1/registers/permits?format=csv",
        "/api/v1/registers/permits/P1",
        "/registers",
        "/permits?lang=en",
        "/registers/permits?q=江口",
        "/registers/permits/P1",
        "/feeds/permits.atom",
        "/status",
    ] {
        let answer = service.get(&uri.replace("江口", "%E6%B1%9F%E5%8F%A3")).await;
        assert_eq!(answer.status, 200, "{uri} {}", answer.text());
        for private in ["13800138000", "13900139000", "机密配方"] {
            assert!(!answer.text().contains(private), "{private} in {uri}");
        }
    }
    for q in ["13800138000", "%E6%9C%BA%E5%AF%86%E9%85%8D%E6%96%B9"] {
        let found = service.get(&format!("/api/v1/registers/permits?q={q}")).await.json();
        assert_eq!(found["items"], json!([]), "a search does not tell either");
    }
}

#[tokio::test]
async fn records_are_found_paged_and_compared() {
    let service = service().await;
    let limits = json!([{"pollutant": "so2", "value": 50}]);
    release(&service, json!({"number": "P1", "holder": "水泥厂", "class": "key", "from": "2024-01-01", "to": "2026-11-24", "limits": limits})).await;
    release(
        &service,
        json!({"number": "P/2", "holder": "=污水厂", "class": "simple", "from": "2024-01-01", "to": "2026-11-25"})
            .clone(),
    )
    .await;
    let ids = async |query: &str| {
        let answer = service.get(&format!("/api/v1/registers/permits?{query}")).await;
        assert_eq!(answer.status, 200, "{query}: {}", answer.text());
        answer.json()["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["id"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(ids("limit=10").await, ["P/2", "P1"]);
    assert_eq!(ids("class=key").await, ["P1"]);
    assert_eq!(ids("limits.pollutant=so2").await, ["P1"]);
    assert_eq!(ids("status=in_force").await, ["P/2"], "2026-11-25 in Shanghai is its last day");
    assert_eq!(ids("status=expired").await, ["P1"]);
    let first = service.get_with("/api/v1/registers/permits?limit=1", &[("host", "example.org")]).await.json();
    let next = first["next"].as_str().unwrap();
    assert!(next.starts_with("http://example.org/api/v1/registers/permits?limit=1&cursor="), "{next}");
    assert_eq!(ids(next.split('?').nth(1).unwrap()).await, ["P1"]);
    for (query, field) in
        [("class=big", "class"), ("colour=red", "colour"), ("status=dead", "status"), ("cursor=x", "cursor")]
    {
        let answer = service.get(&format!("/api/v1/registers/permits?{query}")).await;
        assert_eq!((answer.status.as_u16(), answer.json()["field"].as_str()), (400, Some(field)), "{query}");
    }
    let csv = service.get("/api/v1/registers/permits?format=csv").await;
    let lines: Vec<&str> = csv.text().split("\r\n").collect();
    assert_eq!(lines[0], "id,revision,released,status,number,holder,phone,class,from,to,limits");
    assert!(lines[1].contains(",'=污水厂,"), "{}", lines[1]);

    service.set_now(at("2026-11-26T00:00:00Z"));
    release(&service, json!({"number": "P1", "to": "2029-01-01", "limits": [{"pollutant": "so2", "value": 35}]})).await;
    let compared = service.get("/api/v1/registers/permits/P1?from=1&to=2").await.json();
    assert_eq!(
        compared["changes"],
        json!([
            {"field": "to", "before": "2026-11-24", "after": "2029-01-01"},
            {"field": "limits[1].value", "before": 50, "after": 35},
        ])
    );
    assert_eq!(
        (compared["status"].clone(), compared["fields"]["holder"].clone()),
        (json!("in_force"), json!("水泥厂"))
    );
    let page = service.get("/registers/permits/P1?from=1&to=2&lang=en").await;
    for words in ["in force", "2024-01-01 to 2029-01-01", "revision 2", "revision 1", "What changed", "Limits 1: Limit"]
    {
        assert!(page.text().contains(words), "{words} in {}", page.text());
    }
    let place = |words: &str| page.text().find(words).unwrap_or(usize::MAX);
    assert!(place("in force") < place("History") && place("History") < place("Contents"));
    assert_eq!(service.get("/registers/permits/P%2F2").await.status, 200);
    let registers = service.get("/api/v1/registers").await.json();
    assert_eq!(
        (&registers["registers"][0]["count"], &registers["registers"][0]["deadline"]["working_days"]),
        (&json!(2), &json!(20))
    );
}

#[tokio::test]
async fn a_withdrawn_record_leaves_a_tombstone_and_a_scheduled_one_comes_in_time() {
    let service = service().await;
    release(&service, json!({"number": "P1", "holder": "水泥厂"})).await;
    let path = "/api/v1/registers/permits/P1/withdraw";
    assert_eq!(post(&service, 'c', path, &json!({"revision": 1})).await.status, 422, "a reason must be said");
    assert_eq!(post(&service, 'c', path, &json!({"revision": 1, "why": "发布有误"})).await.status, 201);
    let record = service.get("/api/v1/registers/permits/P1").await.json();
    assert_eq!((&record["fields"], &record["withdrawn"]["why"]), (&Value::Null, &json!("发布有误")));
    assert_eq!((&record["withdrawn"]["on"], &record["revisions"]), (&json!("2026-11-25"), &json!([])));
    let page = service.get("/registers/permits/P1").await;
    assert_eq!(page.status, 410);
    assert!(page.text().contains("发布有误") && !page.text().contains("水泥厂"));
    assert!(service.get("/feeds/permits.atom").await.text().contains("发布有误"));

    post(&service, 'a', "/api/v1/registers/permits", &json!({"fields": {"number": "P2", "holder": "H"}})).await;
    post(&service, 'b', "/api/v1/registers/permits/P2/check", &json!({"revision": 1, "result": "pass"})).await;
    let body = json!({"revision": 1, "release_at": "2026-11-25T09:13:00+08:00"});
    assert_eq!(
        post(&service, 'c', "/api/v1/registers/permits/P2/release", &body).await.json()["act"],
        json!("schedule")
    );
    assert_eq!(service.get("/api/v1/registers/permits/P2").await.status, 404);
    service.set_now(at("2026-11-25T01:13:00Z"));
    service.until("/api/v1/registers/permits/P2", |answer| answer.status == 200).await;
}

#[tokio::test]
async fn the_status_tells_what_a_register_promises_and_whether_it_keeps_it() {
    let service = service().await;
    let standing = async || service.get("/api/v1/status").await.json()["registers"][0].take();
    let promise = json!({ "id": "permits", "records": 0, "every": "month", "working_days": 20, "updated": null, "due": null,
        "late": true });
    assert_eq!(standing().await, promise);
    release(&service, json!({"number": "P1", "holder": "A"})).await;
    let kept = standing().await;
    // Released at 09:12; 31 days later the promise is broken.
    assert_eq!(
        (&kept["records"], &kept["updated"], &kept["due"], &kept["late"]),
        (&json!(1), &json!("2026-11-25T09:12:00+08:00"), &json!("2026-12-26T09:12:00+08:00"), &json!(false))
    );
    service.set_now(at("2026-12-26T01:12:01Z"));
    assert_eq!(standing().await["late"], json!(true));
    assert!(service.get("/status?lang=en").await.text().contains("late"));
}

#[tokio::test]
async fn the_registers_are_a_catalogue_in_the_columns_of_the_national_template() {
    let service = service().await;
    let csv = service.get("/api/v1/registers?format=csv").await;
    let rows = [
        "序号,公开事项：一级事项,公开事项：二级事项,公开内容（要素）,公开依据,公开时限,公开主体,公开渠道和载体,公开对象：全社会,\
         公开对象：特定群众,公开方式：主动,公开方式：依申请,公开层级：县级,公开层级：乡级",
        "1,行政管理,排污许可,编号；单位；电话；类别；起；止；限值,,自“起”起20个工作日内；每月更新,示例县生态环境局,政府网站,√,,√,,√,",
    ];
    assert_eq!(csv.text(), format!("\u{feff}{}\r\n{}\r\n", rows[0], rows[1]));
    assert_eq!(csv.header("content-disposition"), "attachment; filename=\"catalogue.csv\"");
    let book = service.get("/api/v1/registers?format=xlsx").await;
    let mut read: calamine::Xlsx<_> = calamine::Reader::new(std::io::Cursor::new(book.body.clone())).unwrap();
    let sheet = calamine::Reader::worksheet_range(&mut read, "公开目录").unwrap();
    let read: Vec<Vec<String>> = sheet.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect();
    let expected: Vec<Vec<String>> = rows.iter().map(|row| row.split(',').map(str::to_owned).collect()).collect();
    assert_eq!(read, expected, "as another program reads it");
    assert_eq!(service.get("/api/v1/registers?format=pdf").await.status, 400);
    assert!(service.get("/registers?lang=zh").await.text().contains("/api/v1/registers?format=xlsx"));
}
