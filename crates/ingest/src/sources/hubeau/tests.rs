use serde_json::{Value, json};

use crate::sources::tests::{begin, read};

const STATIONS: &str = "W1,water,河,River,28.5,104.9,,\n";
const LINES: &str = "url = \"https://hubeau.eaufrance.fr\"\nstations = { \"04051125\" = \"W1\" }\n";

fn analysis(change: impl FnOnce(&mut Value)) -> Value {
    let mut analysis = json!({
        "code_station": "04051125", "libelle_station": "LOIRE à X", "code_support": "3", "code_fraction": "23",
        "date_prelevement": "2026-07-14", "heure_prelevement": "09:30:00", "code_parametre": "1350",
        "libelle_parametre": "Phosphore total", "resultat": 0.08, "code_unite": "177", "symbole_unite": "mg(P)/L",
        "code_remarque": "1", "limite_detection": 0.005, "limite_quantification": 0.01, "code_qualification": "1",
    });
    change(&mut analysis);
    analysis
}

fn rows(data: &[Value]) -> Vec<String> {
    let body = json!({ "count": 1, "next": null, "data": data }).to_string();
    read("hubeau", STATIONS, LINES, "04051125/1", body.as_bytes()).unwrap()
}

fn row(change: impl FnOnce(&mut Value)) -> String {
    rows(&[analysis(change)]).join("\n")
}

#[test]
fn sampling_times_are_by_the_clock_of_france() {
    let at =
        |date: &str, time: &str| row(|a| (a["date_prelevement"], a["heure_prelevement"]) = (json!(date), json!(time)));
    assert_eq!(at("2026-07-14", "09:30:00"), "W1 tp PT0S 2026-07-14T07:30Z 0.08");
    assert_eq!(at("2026-01-14", "09:30:00"), "W1 tp PT0S 2026-01-14T08:30Z 0.08");
    // The clocks jump over 02:30 on 29 March and show it twice on 25 October.
    for (date, time) in [("2026-03-29", "02:30:00"), ("2026-10-25", "02:30:00"), ("2026-07-14", ""), ("", "09:30:00")] {
        assert!(at(date, time).starts_with("rejected bad_time"), "{date} {time}");
    }
    assert!(row(|a| a["heure_prelevement"] = Value::Null).starts_with("rejected bad_time"));
}

#[test]
fn remarks_units_fractions_and_qualifications_decide() {
    for (key, value, expected) in [
        ("code_remarque", json!("10"), "W1 tp PT0S 2026-07-14T07:30Z 0.01 <"),
        ("code_remarque", json!(2), "W1 tp PT0S 2026-07-14T07:30Z 0.01 <"),
        ("code_remarque", json!("3"), "quarantined not_a_reading"),
        ("code_remarque", Value::Null, "quarantined not_a_reading"),
        ("symbole_unite", json!("µg(P)/L"), "rejected unit_not_convertible"),
        ("symbole_unite", json!("mg(PO4)/L"), "rejected unit_not_convertible"),
        ("code_fraction", json!("3"), "quarantined not_a_reading"),
        ("code_qualification", json!("2"), "W1 tp PT0S 2026-07-14T07:30Z 0.08 Q4"),
        ("code_qualification", json!("3"), "W1 tp PT0S 2026-07-14T07:30Z 0.08 Q3"),
        ("resultat", Value::Null, "quarantined not_a_reading"),
        ("resultat", json!("0.5"), "W1 tp PT0S 2026-07-14T07:30Z 0.5"),
        ("resultat", json!("beaucoup"), "rejected not_a_number"),
        ("code_parametre", json!(1350), "W1 tp PT0S 2026-07-14T07:30Z 0.08"),
        ("code_parametre", json!("1335"), ""),
        ("code_station", json!("04000000"), ""),
    ] {
        let found = row(|a| a[key] = value.clone());
        assert!(found.starts_with(expected) && found.is_empty() == expected.is_empty(), "{key} {value}: {found}");
    }
    let acid = row(|a| {
        (a["code_parametre"], a["symbole_unite"], a["resultat"]) = (json!("1302"), json!("unité pH"), json!(7.9));
    });
    assert_eq!(acid, "W1 ph PT0S 2026-07-14T07:30Z 7.9");
}

#[test]
fn the_next_page_is_followed_on_the_own_host_only() {
    let body = |next: &str| json!({ "next": next, "data": [analysis(|_| {})] }).to_string();
    let next = "https://hubeau.eaufrance.fr/api/v2/qualite_rivieres/analyse_pc?page=2";
    let rows = read("hubeau", STATIONS, LINES, "04051125/1", body(next).as_bytes()).unwrap();
    assert_eq!(rows[1], format!("next 04051125/2 {next}"));
    for elsewhere in ["https://hubeau.example/x", "http://127.0.0.1/x", "/relative", ""] {
        let fault = read("hubeau", STATIONS, LINES, "04051125/1", body(elsewhere).as_bytes()).unwrap_err();
        assert!(fault.detail.contains("another host"), "{elsewhere}: {fault:?}");
    }
}

#[test]
fn a_station_is_asked_for_by_code_parameters_and_days() {
    let requests = begin("hubeau", STATIONS, &format!("{LINES}parameters = [\"ph\", \"tp\"]"));
    assert_eq!(
        requests[0].url,
        "https://hubeau.eaufrance.fr/api/v2/qualite_rivieres/analyse_pc?code_station=04051125&code_parametre=1302%2C1350\
         &date_debut_prelevement=2026-11-24&date_fin_prelevement=2026-11-25&size=1000"
    );
}
