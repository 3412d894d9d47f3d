//! Why an hour has no value that may be used.
//!
//! One cause, the first that holds. What arrived speaks first: the instrument's mark, the check that failed, the value
//! that was sent as missing. Where nothing arrived, or too little: the platform, the source, the connection, each when
//! it was down for long enough to explain it; then what was refused at that time; then the station.

use std::collections::BTreeMap;

use chrono::Duration;
use limpid_model::{Flag, GapCause, Instant, Mark, Observation, Reason, StationKind, VerdictKind};
use limpid_store::RefusedThen;

use super::expected::Slot;
use super::stood::Stood;
use crate::standards::Rules;

/// A cause and what exactly.
pub type Why = (GapCause, Option<String>);

/// Values are awaited so long after the end of their hour.
const DELIVERY: Duration = Duration::minutes(15);

/// A link that was down for so long within an hour and its delivery explains what is missing: an hour made of minutes
/// can spare no more of them (GB 3095-2026 table 4: 45 of 60).
const LONG: Duration = Duration::minutes(15);

/// A station's connection counts for so long after it last stood: a station may have changed to another way.
const REMEMBERED: Duration = Duration::days(30);

/// What was refused up to so long after an hour's end may have been that hour.
const REFUSED_AFTER: Duration = Duration::hours(1);

/// Refusals that do not mean that an expected value was lost: a log or a heartbeat, a second value beside the one that
/// was taken, history older than the horizon, a laboratory's finding.
const HARMLESS: [Reason; 5] =
    [Reason::NotAReading, Reason::ValueChanged, Reason::Conflict, Reason::BeforeHorizon, Reason::BelowDetection];

/// What is known of a station's links.
#[derive(Debug, Clone, Default)]
pub struct Links {
    /// The platform.
    pub platform: Stood,
    /// The sources that its values are pulled from.
    pub sources: Vec<Stood>,
    /// Its own connection.
    pub connection: Stood,
}

/// Why an observation that there is cannot be used; `None` where it can, or where it was made of too few minutes, whose
/// reason lies elsewhere.
pub fn of_observation(rules: &Rules, kind: StationKind, observation: &Observation) -> Option<Why> {
    if observation.value.is_some() && observation.flag.usable() {
        return None;
    }
    let mark = observation.mark.filter(|mark| !rules.marks.judge(kind, *mark).0.usable());
    if let Some(mark) = mark {
        return Some((GapCause::InstrumentMark, Some(mark.as_str().to_owned())));
    }
    if observation.value.is_some() {
        return Some((GapCause::FailedCheck, failed_rule(&observation.rules, observation.flag)));
    }
    observation.n.is_none().then_some((GapCause::SentMissing, None))
}

/// The rule by which a value failed, of all that it was put to: the last, which is the one that stands.
fn failed_rule(rules: &str, flag: Flag) -> Option<String> {
    let suffix = if flag == Flag::Fail { "-fail" } else { "-suspect" };
    let words = || rules.split(' ').filter(|word| !word.is_empty());
    words().find(|word| word.ends_with(suffix)).or_else(|| words().next_back()).map(str::to_owned)
}

/// Why too few minutes of an hour could be used: `n` could, and so many had each of these marks.
pub fn of_minutes(n: u32, marked: &BTreeMap<Mark, u32>, needed: u32) -> Option<Why> {
    let all: u32 = marked.values().sum();
    let most = marked.iter().max_by_key(|(mark, minutes)| (**minutes, std::cmp::Reverse(*mark)))?;
    (n + all >= needed).then(|| (GapCause::InstrumentMark, Some(most.0.as_str().to_owned())))
}

/// Why nothing arrived in a slot by `now`, or too few minutes of it (`some`). `any` tells whether the station sent
/// anything at all for it.
pub fn of_absence(slot: Slot, now: Instant, links: &Links, refused: &[RefusedThen], any: bool, some: bool) -> Why {
    let (from, to) = (slot.0, (slot.1 + DELIVERY).min(now));
    if links.platform.down(from, to) >= LONG {
        return (GapCause::PlatformDown, None);
    }
    if links.sources.iter().any(|source| source.seen_down(from, to) >= LONG) {
        return (GapCause::SourceDown, None);
    }
    let connection = &links.connection;
    if connection.was_up(from - REMEMBERED, to) && connection.down(from, to) >= LONG {
        return (GapCause::LinkDown, None);
    }
    let then = refused.iter().filter(|one| one.quarter >= from && one.quarter < slot.1 + REFUSED_AFTER);
    let telling = then.filter(|one| {
        let harmless = HARMLESS.iter().any(|reason| reason.as_str() == one.reason);
        // A station that sends one code too many is not silent for that.
        let aside = any && one.reason == Reason::UnknownParameter.as_str();
        !harmless && !aside
    });
    let mut counts: BTreeMap<(bool, &str), u64> = BTreeMap::new();
    for one in telling {
        *counts.entry((one.kind == VerdictKind::Rejected, &one.reason)).or_default() += one.count;
    }
    let worst = counts.iter().max_by_key(|((rejected, _), count)| (*rejected, **count));
    match worst {
        Some(((true, reason), _)) => (GapCause::Rejected, Some((*reason).to_owned())),
        Some(((false, reason), _)) => (GapCause::Quarantined, Some((*reason).to_owned())),
        None if some => (GapCause::Incomplete, None),
        None => (GapCause::StationSilent, None),
    }
}
