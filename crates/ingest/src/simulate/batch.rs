//! What is due, as the JSON that HTTP and MQTT carry (CONTRACT §3).

use std::iter::Peekable;

use limpid_model::StationId;
use serde_json::{Value, json};

use super::clock::Clock;
use super::schedule::{Dispatch, Schedule};

/// Readings in one upload: large enough that a backlog is not one request per hour, well below the limits of body and
/// message.
const MOST: usize = 1000;

/// Readings that are sent together.
pub(super) struct Batch {
    pub(super) body: String,
    pub(super) count: u64,
}

/// Takes what is due by now.
pub(super) fn due(station: &StationId, schedule: &mut Peekable<Schedule>, clock: &Clock) -> Batch {
    let now = tokio::time::Instant::now();
    let mut readings: Vec<Value> = Vec::new();
    let due = |next: &Dispatch| clock.when(next.due) <= now;
    while readings.len() < MOST {
        let Some(Dispatch { period, start, values, .. }) = schedule.next_if(due) else { break };
        let start = start.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true);
        for value in values {
            let mut reading = json!({
                "parameter": value.parameter,
                "start": start,
                "period": period,
                "value": value.value,
                "unit": value.parameter.unit(),
            });
            if let Some(mark) = value.mark {
                reading["flag"] = json!(mark);
            }
            readings.push(reading);
        }
    }
    let count = readings.len() as u64;
    Batch { body: json!({ "station": station, "readings": readings }).to_string(), count }
}
