//! The readings and events that a message brings, and why the rest of it brings none.

use limpid_model::pipeline::{Edition, Hj212Station};
use limpid_model::reading::parse_value;
use limpid_model::{Entry, Instant, Mark, ParameterId, Period, Reason, Station, StationEvent, Unit, VerdictKind};

use super::{excerpt, judge, refuse};
use crate::gateways::hj212::codes::{self, Command, Direction};
use crate::gateways::hj212::deviation::{Deviation, Deviations};
use crate::gateways::hj212::message::{self, Factor, Message};
use crate::{Intake, RawReading};

/// What a message is read by.
pub(super) struct Reader<'a> {
    pub intake: &'a Intake,
    /// When the message came.
    pub now: Instant,
    pub station: &'a Station,
    pub own: &'a Hj212Station,
    pub edition: Edition,
    /// The edition is known; without Flag it is only supposed.
    pub sure: bool,
    /// Noted as they are met.
    pub deviations: &'a mut Deviations,
}

/// One value of a factor: what it is of, and its text.
struct Value<'a> {
    parameter: ParameterId,
    text: Option<&'a str>,
    /// What tells its unit; without it that is the parameter's own.
    row: Option<&'static codes::Factor>,
}

impl Reader<'_> {
    /// Everything that a message brings. What a command of the table brings without readings is no fault of its
    /// sender: events, or the mere sign of life of a heartbeat or an answer, have no entry.
    pub fn read(mut self, command: Option<&Command>, message: &Message<'_>) -> (Vec<Entry>, Vec<StationEvent>) {
        let minute = self.intake.pipeline().ingest.hj212.minute;
        if let Some(period) = command.and_then(|command| command.period(minute)) {
            let sampled = command.is_some_and(Command::sampled);
            return (self.readings(period, sampled, message), Vec::new());
        }
        let events = command.and_then(|command| command.event).map(|kind| self.events(kind, message));
        match events {
            Some(events) if !events.is_empty() => return (Vec::new(), events),
            None if command.is_some_and(|command| command.direction != Direction::Request) => {
                return (Vec::new(), Vec::new());
            }
            _ => {}
        }
        let cn = excerpt(message.cn.unwrap_or(""));
        let meaning = command.map_or("unknown to every edition", |command| command.meaning.as_str());
        let detail = format!("CN {cn:?} ({meaning}) brings nothing here that limpid understands");
        (vec![refuse(VerdictKind::Rejected, Reason::NotAReading, &detail)], Vec::new())
    }

    /// Every entry of a message with readings over `period`, `sampled` at times of their own.
    fn readings(&mut self, period: Period, sampled: bool, message: &Message<'_>) -> Vec<Entry> {
        let reject = |reason, detail: &str| vec![refuse(VerdictKind::Rejected, reason, detail)];
        let text = message.field("DataTime").unwrap_or("");
        let Some(time) = message::time(text) else {
            self.deviations.add(Deviation::BadTime);
            let detail = format!("DataTime is {:?}; write YYYYMMDDhhmmss", excerpt(text));
            return reject(Reason::BadTime, &detail);
        };
        self.deviations.add_if(text.len() > 14, Deviation::Milliseconds);
        let pipeline = self.intake.pipeline();
        let zone = pipeline.ingest.hj212.zone_of(&self.station.id);
        // A label that is no boundary stays as it is, for the intake to refuse.
        let start = self.station.period_start(period, zone.at(time), pipeline.publisher.zone);
        let (factors, found) = message.factors();
        self.deviations.merge(found);
        let mut entries = Vec::with_capacity(factors.len());
        for factor in &factors {
            let start = match factor.sampled.filter(|_| sampled).map(message::time) {
                Some(Some(time)) => zone.at(time),
                Some(None) => {
                    self.deviations.add(Deviation::BadTime);
                    start
                }
                None => start,
            };
            self.factor(period, start, factor, &mut entries);
            if factor.conflict {
                let code = excerpt(factor.code);
                let detail = format!("{code} stands twice with different values; the first was taken");
                entries.push(refuse(VerdictKind::Rejected, Reason::Conflict, &detail));
            }
        }
        if entries.is_empty() {
            return reject(Reason::NotAReading, "the message has a time and no values");
        }
        entries
    }

    /// What a factor becomes; nothing where it has a mark of being fine and no value that could be read.
    fn factor(&mut self, period: Period, start: Instant, factor: &Factor<'_>, entries: &mut Vec<Entry>) {
        judge::factor(factor, self.deviations);
        let Some(row) = codes::factor(factor.code, self.station.kind, self.edition) else {
            entries.push(self.unknown(factor.code));
            return;
        };
        self.deviations.add_if(!row.printed(), Deviation::UnknownFactor);
        let other = row.printed() && !row.is_of(self.edition);
        self.deviations.add_if(other && self.sure, Deviation::OtherEdition);
        for value in values(row, period, factor) {
            entries.extend(self.entry(period, start, factor, &value));
        }
    }

    /// A code that means nothing that limpid keeps: said with its name in the standard, where it has one.
    fn unknown(&mut self, code: &str) -> Entry {
        let kind = self.station.kind.as_str();
        let detail = match codes::printed(code, self.edition) {
            Some((name, edition)) => {
                self.deviations.add_if(edition.is_some() && self.sure, Deviation::OtherEdition);
                format!(
                    "code {:?} ({name}) is none of the parameters that limpid keeps of a station of kind {kind}",
                    excerpt(code)
                )
            }
            None => {
                self.deviations.add(Deviation::UnknownFactor);
                format!("limpid knows no parameter for code {:?} at a station of kind {kind}", excerpt(code))
            }
        };
        refuse(VerdictKind::Quarantined, Reason::UnknownParameter, &detail)
    }

    fn entry(&mut self, period: Period, start: Instant, factor: &Factor<'_>, value: &Value<'_>) -> Option<Entry> {
        let mark = factor.mark.and_then(Mark::parse);
        let number = match value.text {
            // An instrument that says it is out of order, and rightly sends no number, says that the value is missing.
            None if mark.is_some_and(|mark| mark.as_str() != "N") => None,
            None => return None,
            Some(text) => match parse_value(text) {
                Ok(number) => {
                    judge::number(text, number, self.deviations);
                    number
                }
                Err(error) => {
                    self.deviations.add(Deviation::NotANumber);
                    let detail = format!("{}: {error}", value.parameter);
                    return Some(refuse(VerdictKind::Rejected, Reason::NotANumber, &detail));
                }
            },
        };
        let unit = number.and_then(|number| self.unit(factor.code, number, value));
        let raw = RawReading { parameter: value.parameter, period, start, value: number, unit, mark };
        let entry = self.intake.entry_at(self.now, self.station, raw);
        if let Entry::Refused(refusal) = &entry {
            self.deviations.add_if(refusal.reason == Reason::InFuture, Deviation::ClockAhead);
            self.deviations.add_if(refusal.reason == Reason::NotAligned, Deviation::UnalignedTime);
        }
        Some(entry)
    }

    /// The unit on the wire: what is configured for the code, then for the parameter, then what the table says.
    fn unit(&self, code: &str, number: f64, value: &Value<'_>) -> Option<Unit> {
        let row = value.row?;
        if let Some(unit) = self.own.units.get(code) {
            return Some(*unit);
        }
        if self.station.units.contains_key(&value.parameter) { None } else { row.unit(number) }
    }
}

/// The values of a factor over a period. Of a noise meter's day a code may bring those of the day's and of the night's
/// hours under suffixes of their own, which go before what the code means; a flow of water brings its volume beside.
fn values<'a>(row: &'static codes::Factor, period: Period, factor: &Factor<'a>) -> Vec<Value<'a>> {
    let text = match period {
        Period::Moment => factor.rtd.or(factor.data).or(factor.avg),
        _ => factor.avg.or(factor.data).or(factor.rtd),
    };
    let halves = [(codes::DAY_LEVEL, factor.day), (codes::NIGHT_LEVEL, factor.night)];
    let mut values: Vec<Value<'a>> = halves
        .into_iter()
        .filter(|(_, text)| text.is_some())
        .filter_map(|(id, text)| Some(Value { parameter: ParameterId::parse(id)?, text, row: Some(row) }))
        .collect();
    if text.is_some() || values.is_empty() {
        values.push(Value { parameter: row.parameter, text, row: Some(row) });
    }
    let volume = factor.amount.filter(|_| period != Period::Moment && codes::WATER_FLOW.contains(&factor.code));
    if let (Some(text), Some(parameter)) = (volume, ParameterId::parse(codes::VOLUME)) {
        values.push(Value { parameter, text: Some(text), row: None });
    }
    values
}
