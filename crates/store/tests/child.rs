//! Running a part of this program as a process of its own: an ignored test that does nothing unless told the folder
//! to work in.

use std::path::{Path, PathBuf};
use std::process::Command;

use limpid_model::{Channel, Entry, Instant, ParameterId, Period, Reading, ReceiptId, StationId, Submission};

const FOLDER: &str = "LIMPID_STORE_TEST_FOLDER";

/// Arguments by which this program runs only the ignored test `name`, with its output shown.
pub fn arguments(name: &str) -> [&str; 4] {
    ["--exact", name, "--ignored", "--nocapture"]
}

/// A command that runs the ignored test `name` in `folder`.
pub fn command(name: &str, folder: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(arguments(name)).env(FOLDER, folder);
    command
}

/// The folder to work in, for a child; `None` when a person runs the ignored tests.
pub fn folder() -> Option<PathBuf> {
    std::env::var_os(FOLDER).map(PathBuf::from)
}

/// Start of the hour `hour` of a year.
pub fn hour(hour: u32) -> Instant {
    "2026-01-01T00:00:00Z".parse::<Instant>().unwrap() + chrono::Duration::hours(hour.into())
}

/// Three readings of one hour with a body, under an id of their own.
pub fn submission(station: &str, of_hour: u32, body: Vec<u8>) -> Submission {
    let digest = station.bytes().fold(0_u128, |sum, byte| (sum * 131 + u128::from(byte)) % (1 << 60));
    let received = hour(of_hour);
    let reading = |parameter: &str| {
        Entry::Reading(Reading {
            station: StationId::parse(station).unwrap(),
            parameter: ParameterId::known(parameter),
            period: Period::Hour,
            start: received,
            value: Some(f64::from(of_hour)),
            mark: None,
            conversion: None,
        })
    };
    Submission {
        id: ReceiptId::new(received, digest),
        received,
        channel: Channel::Hj212,
        sender: station.into(),
        station: StationId::parse(station),
        media_type: "text/plain",
        body: body.into(),
        idempotency: None,
        entries: ["pm25", "pm10", "o3"].map(reading).to_vec(),
        deviations: Vec::new(),
        events: Vec::new(),
    }
}
