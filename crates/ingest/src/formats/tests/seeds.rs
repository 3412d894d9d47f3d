//! What fuzzing begins with: a file of every format, which is understood.

use std::path::{Path, PathBuf};

use crate::formats::{Format, Layout, document};
use crate::testing::pipeline;

const STATIONS: &str = "S1,air,一号站,One,28.5,104.9,,\nS2,water,二号站,Two,28.6,104.8,,end\n";

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds").join(name)
}

/// Format, name and body of the seeds of a target.
fn seeds(target: &str) -> Vec<(Format, String, Vec<u8>)> {
    let entries = std::fs::read_dir(folder(target)).unwrap().map(Result::unwrap);
    entries
        .map(|entry| {
            let bytes = std::fs::read(entry.path()).unwrap();
            let format = Format::ALL[usize::from(bytes[0]) % Format::ALL.len()];
            (format, entry.file_name().into_string().unwrap(), bytes[1..].to_vec())
        })
        .collect()
}

#[test]
fn every_format_has_a_seed_that_holds_readings() {
    let pipeline = pipeline("Asia/Shanghai", STATIONS);
    let mut seeded = Vec::new();
    for (format, name, body) in seeds("csv") {
        let text = String::from_utf8(body).unwrap();
        let collected = chrono::NaiveDate::from_ymd_opt(2026, 3, 1);
        let layout = Layout { collected, ..Layout::from(format) };
        let of_one = Layout { station: Some("S1".into()), ..layout.clone() };
        let mut lines = text.lines();
        let (header, path) = (lines.next().unwrap(), Path::new(""));
        let opened = layout.open(header, path, &pipeline);
        let opened = opened.or_else(|_| of_one.open(header, path, &pipeline));
        let mut reader = opened.unwrap_or_else(|fault| panic!("{name}: {fault:?}")).lines;
        let mut found = Vec::new();
        lines.for_each(|line| _ = reader.line(line, &mut found));
        assert!(found.iter().any(Result::is_ok), "{name}: {found:?}");
        seeded.push(format);
    }
    for (format, name, body) in seeds("document") {
        let path = Path::new("202601/S1/NO2/1SMW.json");
        let found =
            document::read(&body, &format.into(), path, &pipeline).unwrap_or_else(|fault| panic!("{name}: {fault:?}"));
        assert!(found.unwrap_or_else(|| panic!("{name} is no document")).iter().any(Result::is_ok), "{name}");
        seeded.push(format);
    }
    // Frames have targets of their own, and a mapping makes lines of its own of the other reader.
    for format in Format::ALL.into_iter().filter(|format| !matches!(format, Format::Hj212Log | Format::Mapped)) {
        assert!(seeded.contains(&format), "{format} has no seed");
    }
}

#[test]
fn every_vector_of_hj212_is_a_seed() {
    for (number, vector) in (1..).zip(&crate::gateways::hj212::vectors::RIGHT) {
        let read = |target: &str| std::fs::read(folder(target).join(format!("vector-{number:02}"))).unwrap();
        assert_eq!(read("packet"), vector.data.as_bytes(), "{number}");
        // The first byte says in which pieces the frame arrives.
        assert_eq!(read("frame")[1..], [&vector.frame()[..], b"\r\n"].concat(), "{number}");
    }
}
