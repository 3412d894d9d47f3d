//! `bcn-noise` against lines and a real file.

use std::collections::{BTreeMap, BTreeSet};

use limpid_model::Counts;

use super::{header_fault, read};
use crate::formats::{Format, Progress, import};
use crate::testing::{intake, kept, pipeline, shared};

pub(super) const HEADER: &str = "\"Any\",\"Mes\",\"Dia\",\"Hora\",\"Id_Instal\",\"Nivell_LAeq_1h\"";

const MONITORS: &str = "390,noise,甲,Arc del Teatre 5,41.4,2.2,,\n391,noise,乙,Muntaner 488,41.4,2.1,,end\n";

#[test]
fn the_days_when_clocks_change_are_read_as_stated() {
    // The publisher's zone is not the file's.
    let pipeline = pipeline("Asia/Shanghai", MONITORS);
    let rows = |rows: &[(&str, &str, &str)]| -> String {
        rows.iter().map(|(day, hour, rest)| format!("\"2015\",{day},\"{hour}:00\",{rest}\n")).collect()
    };
    let (march, october) = ("\"03\",\"29\"", "\"10\",\"25\"");
    let text = format!("{HEADER}\n")
        + &rows(&[
            (march, "0", "\"390\",\"69.6\""),
            (march, "1", "\"390\",\"70.9\""),
            (march, "2", "\"390\",\"51.5\""),
            (march, "3", "\"390\",\"75.5\""),
            (october, "1", "390,61.0"),
            (october, "2", "390,62.0"),
            (october, "2", "391,52.0"),
            (october, "2", "391,53.0"),
            (october, "3", "390,63.0"),
            (october, "3", "391,54.0"),
            (october, "2", "391,55.0"),
        ]);
    assert_eq!(
        read(Format::BcnNoise, &pipeline, &text),
        [
            "390 leq 03-28T23:00Z 69.6 dB",
            "390 leq 03-29T00:00Z 70.9 dB",
            "! bad_time",
            "390 leq 03-29T01:00Z 75.5 dB",
            "390 leq 10-24T23:00Z 61 dB",
            // One line for the hour that was twice: the first; 01:00Z stays missing.
            "390 leq 10-25T00:00Z 62 dB",
            // Two lines: both; 391 labels hours by their end.
            "391 leq 10-24T23:00Z 52 dB",
            "391 leq 10-25T00:00Z 53 dB",
            "390 leq 10-25T02:00Z 63 dB",
            "391 leq 10-25T01:00Z 54 dB",
            "! bad_time",
        ]
    );
}

#[test]
fn hostile_lines_are_refused_one_by_one() {
    let pipeline = pipeline("Europe/Madrid", MONITORS);
    let text = format!(
        "{HEADER}\n\
         2015,03,19,0:00,390\n\
         2015,03,19,0:00,390,66.9,1\n\
         2015,02,29,0:00,390,66.9\n\
         2015,03,19,24:00,390,66.9\n\
         2015,03,19,0,390,66.9\n\
         2015,+3,19,0:00,390,66.9\n\
         99999,03,19,0:00,390,66.9\n\
         2015,03,19,0:00,390,\"66,9\"\n\
         2015,03,19,0:00,390,\n\
         2015,03,19,0:00,390,NA\n\
         2015,3,9,07:00,390,-1.5\n\
         2015,03,19,0:00,999,66.9\n"
    );
    assert_eq!(
        read(Format::BcnNoise, &pipeline, &text),
        [
            "! damaged",
            "! damaged",
            "! bad_time",
            "! bad_time",
            "! bad_time",
            "! bad_time",
            "! bad_time",
            "rejected not_a_number",
            "390 leq 03-09T06:00Z -1.5 dB",
            "quarantined unknown_station",
        ]
    );
    for (header, words) in [
        ("Any,Mes,Dia,Hora,Id_Instal", "`Nivell_LAeq_1h` is missing"),
        ("Any,Mes,Dia,Dia,Hora,Id_Instal,Nivell_LAeq_1h", "`Dia` stands twice"),
    ] {
        let detail = header_fault(Format::BcnNoise, header);
        assert!(detail.contains(words), "{detail}");
    }
}

#[tokio::test]
async fn half_a_year_of_barcelona_is_read_to_the_last_line() {
    let Some(folder) = shared("noise-barcelona") else { return };
    let path = folder.join("2015_1S_XarxaSoroll_EqMonitor_Dades_1Hora.csv");
    let text = std::fs::read_to_string(&path).unwrap();
    let mut monitors = BTreeSet::new();
    let (mut rows, mut sum) = (0_u64, 0.0);
    let mut sums: BTreeMap<&str, f64> = BTreeMap::new();
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').map(|cell| cell.trim_matches('"')).collect();
        monitors.insert(cells[4]);
        rows += 1;
        // The hour that was not.
        if cells[1..4] != ["03", "29", "2:00"] {
            let level: f64 = cells[5].parse().unwrap();
            sum += level;
            *sums.entry(cells[4]).or_default() += level;
        }
    }
    assert_eq!((rows, monitors.len()), (18_556, 20));

    let stations: String = monitors.iter().map(|id| format!("{id},noise,站,Monitor,41.4,2.2,,\n")).collect();
    let (_folder, door) = intake(pipeline("Europe/Madrid", &stations));
    let summary = import(&door, Format::BcnNoise, &[path], &Progress::none()).await.unwrap();
    // Six monitors have a line for 02:00 of 29 March.
    assert_eq!(summary.counts, Counts { stored: rows - 6, rejected: 6, ..Counts::default() });
    let mut total = 0.0;
    for id in &monitors {
        let levels: f64 =
            kept(&door, id).await.iter().map(|line| line.rsplit(' ').next().unwrap().parse::<f64>().unwrap()).sum();
        assert!((levels - sums[id]).abs() < 1e-6, "{id}");
        total += levels;
    }
    assert!((total - sum).abs() < 1e-3);
    // Winter time is an hour, summer time two hours ahead of UTC: 391's first line is 19 March, 0:00, 66.9 dB; 390's
    // last is 30 June, 23:00, 65.5 dB.
    assert_eq!(kept(&door, "391").await[0], "leq PT1H 2015-03-18T23:00:00Z 66.9");
    assert_eq!(kept(&door, "390").await.last().unwrap(), "leq PT1H 2015-06-30T21:00:00Z 65.5");
}
