//! What a message tells of its station beside readings.

use limpid_model::{Instant, StationEvent, StationEventKind};

use super::entries::Reader;
use crate::gateways::hj212::message::{self, Field, Message};
use crate::intake::FUTURE;

/// Fields that say when, to whom or about what, and those that hold secrets (1072, 1014): no event is made of them.
const ASIDE: [&str; 8] = ["DataTime", "QN", "PolId", "Flag", "PW", "NewPW", "NewSK", "CertPW"];

/// The fields whose value says all, so that their name need not stand before it (HJ 212-2017 table 4).
const PLAIN: [&str; 4] = ["RS", "RT", "Info", "SN"];

impl Reader<'_> {
    /// The events of a message: of neighbouring fields of one code one. A notice that says no more is one event.
    pub(super) fn events(&self, kind: StationEventKind, message: &Message<'_>) -> Vec<StationEvent> {
        let at = self.when(message);
        let mut events: Vec<StationEvent> = Vec::new();
        let mut before = None;
        for Field { name, value, .. } in &message.fields {
            let (code, suffix) = name.rsplit_once('-').map_or(("", *name), |(code, suffix)| {
                // Two hyphens stand in an example of the standard.
                (code.trim_end_matches('-'), suffix)
            });
            if ASIDE.contains(&suffix) {
                continue;
            }
            let value = value.strip_prefix("//").and_then(|value| value.strip_suffix("//")).unwrap_or(value);
            let said = if PLAIN.contains(&suffix) { value.to_owned() } else { format!("{suffix}={value}") };
            match events.last_mut().filter(|_| before == Some(code)) {
                Some(event) => {
                    event.text.push(';');
                    event.text.push_str(&said);
                }
                None => {
                    let subject = if code.is_empty() { message.field("PolId").unwrap_or("") } else { code };
                    events.push(StationEvent { kind: refine(kind, code), subject: subject.to_owned(), at, text: said });
                }
            }
            before = Some(code);
        }
        if events.is_empty() && kind == StationEventKind::Notice {
            let subject = message.field("PolId").unwrap_or("").to_owned();
            events.push(StationEvent { kind, subject, at, text: format!("CN={}", message.cn.unwrap_or("")) });
        }
        events
    }

    /// When it was told: DataTime, else the number of the message, which stays the same when it is sent again. A time
    /// that no reading may have is that of a clock gone wrong, and what arrives now is taken to be of now.
    fn when(&self, message: &Message<'_>) -> Instant {
        let pipeline = self.intake.pipeline();
        let zone = pipeline.ingest.hj212.zone_of(&self.station.id);
        let time = message.field("DataTime").and_then(message::time).or_else(|| message.qn.and_then(message::time));
        time.map(|time| zone.at(time))
            .filter(|at| *at <= self.now + FUTURE && *at >= pipeline.ingest.horizon)
            .unwrap_or(self.now)
    }
}

/// Site information (3020) is told apart by its code: i11… are logs, i12… states, all others parameters (HJ 212-2017
/// annex B).
fn refine(kind: StationEventKind, code: &str) -> StationEventKind {
    match (kind, code.as_bytes()) {
        (StationEventKind::Log, [b'i', b'1', b'1', ..]) => StationEventKind::Log,
        (StationEventKind::Log, [b'i', b'1', b'2', ..]) => StationEventKind::SiteState,
        (StationEventKind::Log, [b'i', ..]) => StationEventKind::SiteParameter,
        _ => kind,
    }
}
