//! What a station sends, and when.

use std::collections::VecDeque;
use std::sync::Arc;

use chrono::{DateTime, Duration};
use limpid_model::{Instant, Mark, ParameterId, Period, Pipeline, Station};

use super::synthetic;

/// The values of one station over one period, to be sent as one message.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Dispatch {
    /// When it may be sent: the end of its period.
    pub(super) due: Instant,
    pub(super) period: Period,
    pub(super) start: Instant,
    pub(super) values: Vec<Value>,
}

/// A value in its parameter's canonical unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Value {
    pub(super) parameter: ParameterId,
    pub(super) value: Option<f64>,
    pub(super) mark: Option<Mark>,
}

/// What a station sends, in the order of time.
pub(super) type Schedule = Box<dyn Iterator<Item = Dispatch> + Send>;

/// Interval of real-time data (HJ 212-2017 lets it be 30 s to an hour; a demonstration lives by its movement).
const TICK: Duration = Duration::seconds(10);

/// Made-up readings of a station: the hours that begin between `from` and `live`, then for ever from `live` on a
/// moment every ten seconds, the means of the pipeline's minutes, and the hours.
pub(super) fn synthetic(pipeline: Arc<Pipeline>, station: Station, from: Instant, live: Instant) -> Schedule {
    let (minute, zone) = (pipeline.ingest.hj212.minute, pipeline.publisher.zone);
    let made = Made { pipeline, station };
    let past: Vec<Instant> = zone.hours(zone.floor_hour(from), zone.floor_hour(live)).collect();
    let maker = made.clone();
    let past = past.into_iter().filter_map(move |hour| maker.dispatch(Period::Hour, hour));
    Box::new(past.chain(Live { made, minute, next: ceil(live), waiting: VecDeque::new() }))
}

/// The first tick at or after `at`.
fn ceil(at: Instant) -> Instant {
    let tick = TICK.num_seconds();
    let seconds = at.timestamp() + i64::from(at.timestamp_subsec_nanos() > 0);
    DateTime::from_timestamp((seconds + tick - 1).div_euclid(tick) * tick, 0).unwrap_or(at)
}

#[derive(Clone)]
struct Made {
    pipeline: Arc<Pipeline>,
    station: Station,
}

impl Made {
    fn dispatch(&self, period: Period, start: Instant) -> Option<Dispatch> {
        let zone = self.pipeline.publisher.zone;
        let value = |parameter| {
            let value = synthetic::value(&self.station, parameter, period, start, zone)?;
            Some(Value { parameter, value: Some(value), mark: None })
        };
        let values: Vec<Value> = synthetic::plan(&self.station).into_iter().filter_map(value).collect();
        (!values.is_empty()).then(|| Dispatch { due: period.end(start, zone), period, start, values })
    }
}

struct Live {
    made: Made,
    minute: u8,
    next: Instant,
    waiting: VecDeque<Dispatch>,
}

impl Iterator for Live {
    type Item = Dispatch;

    fn next(&mut self) -> Option<Dispatch> {
        let zone = self.made.pipeline.publisher.zone;
        while self.waiting.is_empty() {
            let now = self.next;
            self.next = now + TICK;
            let seconds = now.timestamp();
            if zone.floor_hour(now) == now {
                self.waiting.extend(self.made.dispatch(Period::Hour, now - Duration::hours(1)));
            }
            if seconds % (60 * i64::from(self.minute)) == 0 {
                let start = now - Duration::minutes(self.minute.into());
                self.waiting.extend(self.made.dispatch(Period::Minutes(self.minute), start));
            }
            self.waiting.extend(self.made.dispatch(Period::Moment, now));
            if synthetic::plan(&self.made.station).is_empty() {
                return None;
            }
        }
        self.waiting.pop_front()
    }
}
