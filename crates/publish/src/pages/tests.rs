//! Pages as people read them.

use std::io::Write;

use chrono::Duration;
use limpid_model::{Period, Record};

use crate::testing::{NOW, Service, at, county, hour, index, value_of};

#[tokio::test]
async fn pages_keep_their_words() {
    let mut records = county();
    records.push(index("S9", "2019-01-01T00:00:00Z", Some(1), &[]).into());
    let service = Service::with(records).await;
    for (name, uri) in [
        ("front_zh", "/"),
        ("front_en", "/?lang=en"),
        ("station_en", "/stations/S1?lang=en"),
        ("station_closed_en", "/stations/S9?lang=en"),
        ("data_en", "/data?lang=en"),
        ("dataset_en", "/datasets/air-daily?lang=en"),
        ("about_zh", "/about"),
        ("status_en", "/status?lang=en"),
        ("not_found_zh", "/nothing"),
    ] {
        insta::assert_snapshot!(name, words(service.get(uri).await.text()));
    }
}

/// The text of a page, one element a line: what is read, without the tags.
fn words(page: &str) -> String {
    let main = page.split("<header").nth(1).unwrap().split("<script>").next().unwrap();
    let mut text = String::new();
    // What is written for machines is not read.
    for piece in main.split('<').filter(|piece| !piece.starts_with("script ")) {
        text.push('\n');
        text.push_str(piece.split_once('>').map_or("", |piece| piece.1));
    }
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && line.chars().any(char::is_alphanumeric));
    lines.collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn fresh_stale_withheld_and_none_look_different() {
    let service = Service::of(
        "[publisher]\nid = \"x\"\nname = { zh = \"局\", en = \"Bureau\" }\nzone = \"Asia/Shanghai\"\n",
        "id,kind,name_zh,name_en,lat,lon\nA,air,甲,A,1,1\nB,air,乙,B,1,1\nC,air,丙,C,1,1\nD,air,丁,D,1,1\n",
        vec![
            index("A", "2026-11-25T01:00:00Z", Some(34), &[]).into(),
            index("B", "2026-11-24T22:00:00Z", Some(166), &["pm25"]).into(),
            index("C", "2026-11-25T01:00:00Z", None, &[]).into(),
            hour("C", "pm25", "2026-11-25T01:00:00Z", 22.0).into(),
        ],
    )
    .await;
    let page = service.get("/?lang=en").await;
    let cards: Vec<&str> =
        page.text().split("<article").skip(1).map(|card| card.split("</article>").next().unwrap()).collect();
    // Those with something of the present come first.
    let (fresh, withheld, stale, none) = (cards[0], cards[1], cards[2], cards[3]);
    assert!(fresh.contains("#00e400") && fresh.contains(">34<") && fresh.contains("good") && !fresh.contains("old"));
    for words in [">hour mean <span class=\"whole\">08:00-09:00<", "12 minutes ago", "HJ 633-2026", "provisional"] {
        assert!(fresh.contains(words), "{words}");
    }
    for colour in ["#ff0000", "#00e400", "fill=\"#"] {
        assert!(!stale.contains(colour), "a stale index has no colour");
    }
    assert!(stale.contains("card old") && stale.contains("No fresh data, last 06:00"));
    assert!(!stale.contains("moderately polluted"), "nor a level");
    assert!(
        withheld.contains("No index for this hour") && withheld.contains("Missing: PM10") && withheld.contains(">22<")
    );
    assert!(none.contains("No data") && none.contains("card old"));
    let summary = page.text().split("· 4 stations<").nth(1).unwrap().split("</ul>").next().unwrap();
    for count in ["good <b>1</b>", "no index this hour <b>1</b>", "no fresh data <b>2</b>"] {
        assert!(summary.contains(count), "{count}: {summary}");
    }
}

#[tokio::test]
async fn without_a_script_a_reader_sees_what_latest_says() {
    let mut records = county();
    records.push(index("S3", "2026-11-25T01:00:00Z", None, &[]).into());
    let service = Service::with(records).await;
    let page = service.get("/?lang=en").await;
    assert!(page.text().contains("<noscript><meta http-equiv=\"refresh\" content=\"120\">"), "it follows the present");
    let cards: Vec<String> =
        page.text().split("<article").skip(1).map(|card| words(&format!("<header{card}"))).collect();
    let latest = service.get("/api/v1/latest").await.json();
    let items = latest["items"].as_array().unwrap();
    assert_eq!(cards.len(), items.len());
    let mut seen = (0, 0);
    for item in items {
        let named = |card: &&String| card.contains(item["name"]["en"].as_str().unwrap().split('"').next().unwrap());
        let card = cards.iter().find(named).unwrap_or_else(|| panic!("{item} is not on the page"));
        let lines: Vec<&str> = card.lines().collect();
        let judged = &item["assessment"];
        if item["stale"] == true && judged["index"].is_null() {
            assert!(card.contains("No index for this hour"), "{card}");
        } else if item["stale"] == true && judged["freshness"] != "fresh" {
            assert!(!lines.contains(&judged["index"].to_string().as_str()) && card.contains("No fresh data"), "{card}");
        } else {
            for value in item["values"].as_array().unwrap() {
                let unit = value["unit"].as_str().unwrap().replace("ug/m3", "µg/m³").replace("m3", "m³");
                let value = value["value"].as_f64().unwrap();
                // As many digits as the page shows: within half of the last one.
                let shown = lines.windows(2).filter(|pair| unit == "1" || pair[1] == unit).any(|pair| {
                    let digits = pair[0].split_once('.').map_or(0, |(_, digits)| digits.len());
                    pair[0].parse::<f64>().is_ok_and(|shown| (shown - value).abs() <= 0.5 / 10f64.powi(digits as i32))
                });
                assert!(shown, "{value} {unit}: {card}");
                seen.0 += 1;
            }
            if let Some(index) = judged["index"].as_u64() {
                assert!(lines.contains(&index.to_string().as_str()), "{card}");
                assert!(lines.contains(&judged["category"]["en"].as_str().unwrap()), "{card}");
                assert!(card.contains(&judged["end"].as_str().unwrap()[11..16]), "{card}");
                seen.1 += 1;
            }
        }
    }
    assert_eq!(seen, (8, 1), "six values and the index of S1, two values of W1");
}

#[tokio::test]
async fn a_number_never_stands_under_the_time_of_another() {
    let service = Service::with(vec![
        index("S1", "2026-11-25T01:00:00Z", Some(34), &[]).into(),
        hour("S1", "pm25", "2026-11-25T01:00:00Z", 22.0).into(),
        value_of("S1", "pm25", Period::Minutes(1), "2026-11-25T01:10:00Z", 77.0).into(),
        value_of("W1", "ph", Period::Minutes(10), "2026-11-25T01:10:00Z", 7.1).into(),
        value_of("W1", "tp", Period::Hour, "2026-11-25T00:00:00Z", 0.07).into(),
    ])
    .await;
    let page = service.get("/?lang=en").await;
    let card = |name: &str| page.text().split(name).nth(1).unwrap().split("</article>").next().unwrap();
    let air = card("Station One");
    assert!(
        air.contains("hour mean <span class=\"whole\">08:00-09:00<")
            && air.contains("<b>22</b>")
            && !air.contains("77"),
        "{air}"
    );
    let water = card("River Mouth");
    assert!(water.contains("10-minute mean <span class=\"whole\">09:00-09:10<"), "{water}");
    assert!(water.contains("0.070") && water.contains("(07:00-08:00)"), "{water}");
    let station = service.get("/stations/S1?lang=en").await;
    assert!(station.text().contains("1-minute mean") && station.text().contains("09:09-09:10"));
}

#[tokio::test]
async fn a_fresh_page_grows_stale_with_the_clock() {
    let service = Service::with(vec![index("S1", "2026-11-25T01:00:00Z", Some(34), &[]).into()]).await;
    assert!(service.get("/?lang=en").await.text().contains(">34<"));
    service.set_now(at(NOW) + Duration::hours(4));
    // Something published makes the board look at the clock.
    service.journal.publish(vec![hour("W1", "ph", "2026-11-25T05:00:00Z", 7.0).into()], None).await.unwrap();
    let page = service.until("/?lang=en", |page| page.text().contains("No fresh data, last 09:00")).await;
    assert!(!page.text().split("River Mouth").next().unwrap().contains(">34<"));
}

#[tokio::test]
async fn names_are_escaped_everywhere() {
    let service = Service::with(vec![index("S3", "2026-11-25T01:00:00Z", Some(34), &[]).into()]).await;
    for uri in ["/", "/?lang=en", "/stations/S3", "/stations/S3?lang=en", "/status?lang=en", "/status"] {
        let page = service.get(uri).await;
        let text = page.text();
        assert!(text.contains("&lt;script&gt;alert(1)") || text.contains("&lt;b&gt;三&lt;/b&gt;"), "{uri}");
        assert!(!text.contains("<script>alert") && !text.contains("<b>三"), "{uri}");
    }
    let echo = service.get("/%3Cscript%3Ealert(2)%3C/script%3E?lang=%22%3E%3Cscript%3E&view=%22onload=").await;
    assert!(!echo.text().contains("<script>alert(2)") && !echo.text().contains("\"onload="));
}

#[tokio::test]
async fn the_language_is_the_readers() {
    let service = Service::with(Vec::new()).await;
    let lang = |uri: &'static str, accept: &'static str| {
        let service = &service;
        async move {
            let page = service.get_with(uri, &[("accept-language", accept)]).await;
            page.header("content-language").to_owned()
        }
    };
    assert_eq!(lang("/", "").await, "zh-CN");
    assert_eq!(lang("/", "en-GB,en;q=0.9,zh;q=0.8").await, "en");
    assert_eq!(lang("/", "fr, de;q=0.9").await, "zh-CN");
    assert_eq!(lang("/", "en;q=0.3, zh-TW").await, "zh-CN");
    assert_eq!(lang("/?lang=en", "zh").await, "en");
    assert_eq!(lang("/?lang=fr", "en").await, "en");
    assert_eq!(lang("/nothing", "en").await, "en");
}

#[tokio::test]
async fn what_was_chosen_sticks_in_every_link_to_a_page() {
    let service = Service::with(county()).await;
    for uri in ["/", "/data", "/about", "/status", "/stations/S1"] {
        let page = service.get(&format!("{uri}?lang=en&view=elder")).await;
        assert!(page.text().contains("<html lang=\"en\" class=\"elder\">"), "{uri}");
        for link in page.text().split("href=\"/").skip(1) {
            let link = link.split('"').next().unwrap();
            let machine = ["api/", "openapi", "healthz", "readyz", "metrics", "datasets/air-hourly/releases"];
            let switch = link.contains("lang=zh") || !link.contains("view=elder");
            if !machine.iter().any(|prefix| link.starts_with(prefix)) && !switch {
                assert!(link.contains("lang=en") && link.contains("view=elder"), "{uri}: {link}");
            }
        }
        let kept = page.text().matches("lang=en&amp;view=elder").count();
        assert!(kept >= 4, "{uri}: {kept} links keep what was chosen");
    }
    let plain = service.get("/").await;
    assert!(plain.text().contains("href=\"/data\""), "what was not chosen is not written");
}

#[tokio::test]
async fn a_simulated_station_is_said_on_every_page() {
    let service = Service::with(county()).await;
    for uri in ["/", "/data", "/about", "/status", "/stations/S1", "/datasets", "/nothing"] {
        assert!(service.get(&format!("{uri}?lang=en")).await.text().contains("Demonstration."), "{uri}");
    }
    let real = Service::of(
        "[publisher]\nid = \"x\"\nname = { zh = \"局\", en = \"Bureau\" }\nzone = \"Asia/Shanghai\"\n",
        "id,kind,name_zh,name_en,lat,lon\nA,air,甲,A,1,1\n",
        Vec::new(),
    )
    .await;
    assert!(!real.get("/?lang=en").await.text().contains("Demonstration."));
}

#[tokio::test]
async fn two_hundred_stations_fit_into_60_kilobytes() {
    let mut stations = "id,kind,name_zh,name_en,lat,lon\n".to_owned();
    let mut records: Vec<Record> = Vec::new();
    for n in 0..200 {
        stations.push_str(&format!("S{n},air,监测站{n}号,Monitoring station {n},28.5,104.9\n"));
        let id = format!("S{n}");
        records.push(index(&id, "2026-11-25T01:00:00Z", Some(20 + n), &["pm25"]).into());
        for (place, parameter) in ["pm25", "pm10", "so2", "no2", "co", "o3"].into_iter().enumerate() {
            records.push(hour(&id, parameter, "2026-11-25T01:00:00Z", f64::from(n) * 1.7 + place as f64 * 13.3).into());
        }
    }
    let pipeline = "[publisher]\nid = \"x\"\nname = { zh = \"局\", en = \"Bureau\" }\nzone = \"Asia/Shanghai\"\n";
    let service = Service::of(pipeline, &stations, records).await;
    let page = service.get("/").await;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(&page.body).unwrap();
    let bytes = encoder.finish().unwrap().len();
    assert!(bytes <= 60_000, "{bytes} bytes");
    let sent = service.get_with("/", &[("accept-encoding", "gzip")]).await;
    assert_eq!(sent.header("content-encoding"), "gzip");
    assert!(sent.body.len() <= 60_000, "{} bytes as sent", sent.body.len());
}

#[tokio::test]
async fn only_our_own_style_and_script_may_run() {
    use base64::Engine;
    use sha2::{Digest, Sha256};
    let service = Service::with(Vec::new()).await;
    let page = service.get("/").await;
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'"));
    for (open, close) in [("<style>", "</style>"), ("<script>", "</script>")] {
        let inner = page.text().split(open).nth(1).unwrap().split(close).next().unwrap();
        let hash = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(inner));
        assert!(policy.contains(&format!("'sha256-{hash}'")), "{open}");
    }
    assert_eq!(page.text().matches(" style=").count(), 0, "the policy forbids style attributes");
}

#[tokio::test]
async fn a_figure_of_a_station_leads_to_how_it_came_about() {
    let service = Service::with(county()).await;
    let page = service.get("/stations/S1?lang=en").await.text().to_owned();
    let link = "/explain?station=S1&amp;parameter=pm25&amp;period=PT1H&amp;statistic=mean&amp;start=2026-11-25T08%3A00%3A00%2B08%3A00&amp;lang=en";
    assert_eq!(page.matches(link).count(), 2, "among the newest values and in the table of hours");
    let page = service.get(&link.replace("&amp;", "&")).await;
    let text = page.text();
    for part in [
        "How this figure came about",
        "66.2 µg/m³",
        "fail &lt; -10 ug/m3",
        "fail |v - before| &gt; 80",
        "Doubted",
        "plausible &amp; &lt;sound&gt;",
        "Not verified",
        "sha256:",
        "it comes out the same",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    // In the other language it is the same figure.
    let other = "/explain?station=S1&amp;parameter=pm25&amp;period=PT1H&amp;statistic=mean&amp;start=2026-11-25T08%3A00%3A00%2B08%3A00&amp;lang=zh";
    assert!(text.contains(other), "{text}");
    assert!(service.get(&other.replace("&amp;", "&")).await.text().contains("这个数值是怎么来的"));
    for missing in ["/explain", "/explain?station=S1&parameter=no2&start=2026-11-25", "/explain?station=S1&start=x"] {
        assert_eq!(service.get(missing).await.status, 404, "{missing}");
    }
}

#[tokio::test]
async fn the_api_names_what_a_question_lacks() {
    let service = Service::with(county()).await;
    for (query, field) in [
        ("", "station"),
        ("station=S1", "parameter"),
        ("station=S1&parameter=pm25", "start"),
        ("station=S1,S2&parameter=pm25&start=2026-11-25", "station"),
    ] {
        let answer = service.get(&format!("/api/v1/explain?{query}")).await;
        assert_eq!((answer.status.as_u16(), answer.json()["field"].as_str()), (400, Some(field)), "{query}");
    }
    let none = service.get("/api/v1/explain?station=S2&parameter=o3&start=2026-11-25").await;
    assert_eq!(none.status, 404);
    let told = service.get("/api/v1/explain?station=S1&parameter=pm25&start=2026-11-25").await.json();
    assert_eq!((&told["agrees"], &told["rules"][0]["thresholds"]), (&true.into(), &"fail < -10 ug/m3".into()));
    assert_eq!(told["inputs"][0]["origin"]["sha256"].as_str().map(str::len), Some(64));
}
