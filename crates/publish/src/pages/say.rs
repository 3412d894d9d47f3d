//! Numbers, units, times and ages as people read them.

use chrono::TimeDelta;
use limpid_model::{Flag, Instant, Mark, ParameterId, Period, Status, Unit, Zone};

use super::words::Lang;
use crate::stale::Freshness;

/// A value with the digits that its parameter is shown with.
pub fn number(parameter: ParameterId, value: f64) -> String {
    let text = format!("{value:.*}", parameter.decimals());
    // -0.04 with one digit is zero, and zero has no sign.
    if text.trim_start_matches(['-', '0', '.']).is_empty() { text.trim_start_matches('-').to_owned() } else { text }
}

/// A unit with its proper signs.
pub fn unit(unit: Unit) -> String {
    match unit.as_str() {
        "1" => String::new(),
        "degC" => "°C".to_owned(),
        "deg" => "°".to_owned(),
        "dB" => "dB(A)".to_owned(),
        name => name.replace("ug/", "µg/").replace("uS/", "µS/").replace("uGy/", "µGy/").replace("m3", "m³"),
    }
}

/// How long ago, in whole minutes, hours or days, rounded down.
pub fn age(lang: Lang, age: TimeDelta) -> String {
    let minutes = age.num_minutes();
    let plural = |one: &'static str, many: &'static str, n: i64| {
        if n == 1 { lang.t(one).to_owned() } else { lang.fill(many, &[("n", &n.to_string())]) }
    };
    match minutes {
        ..1 => lang.t("age.now").to_owned(),
        1..60 => plural("age.minute", "age.minutes", minutes),
        60..2880 => plural("age.hour", "age.hours", minutes / 60),
        _ => plural("age.day", "age.days", minutes / 1440),
    }
}

/// A stretch of time on the clock on the wall: `08:00-09:00`, with the date before it when that is not today's.
/// Midnight at the end of a day is `24:00`. A moment is one time.
pub fn window(start: Instant, end: Instant, now: Instant, zone: Zone) -> String {
    let clock = |at: Instant| at.with_timezone(&zone.0).format("%H:%M").to_string();
    let (day, today, last_day) = (zone.date_of(start), zone.date_of(now), zone.date_of(end));
    let date = if day == today { String::new() } else { format!("{} ", day.format("%Y-%m-%d")) };
    if start == end {
        return format!("{date}{}", clock(start));
    }
    if day == last_day {
        return format!("{date}{}-{}", clock(start), clock(end));
    }
    if end == zone.start_of(last_day) && Some(last_day) == day.succ_opt() {
        return format!("{date}{}-24:00", clock(start));
    }
    format!("{} {} - {} {}", day.format("%Y-%m-%d"), clock(start), last_day.format("%Y-%m-%d"), clock(end))
}

/// The end of a window as it stands alone: the time, with the date when that is not today's.
pub fn end(end: Instant, now: Instant, zone: Zone) -> String {
    window(end, end, now, zone)
}

/// Date and time to the minute.
pub fn moment(at: Instant, zone: Zone) -> String {
    at.with_timezone(&zone.0).format("%Y-%m-%d %H:%M").to_string()
}

/// A period in words.
pub fn period(lang: Lang, period: Period) -> String {
    match period {
        Period::Moment => lang.t("period.moment").to_owned(),
        Period::Minutes(n) => lang.fill("period.minutes", &[("n", &n.to_string())]),
        Period::Hour => lang.t("period.hour").to_owned(),
        Period::Hours8 => lang.t("period.hours8").to_owned(),
        Period::Hours24 => lang.t("period.hours24").to_owned(),
        Period::Day => lang.t("period.day").to_owned(),
        Period::Month => lang.t("period.month").to_owned(),
        Period::Quarter => lang.t("period.quarter").to_owned(),
        Period::Months12 => lang.t("period.months12").to_owned(),
        Period::Year => lang.t("period.year").to_owned(),
    }
}

/// The sign before a value that is a limit below which the true one lies.
pub fn limit(mark: Option<Mark>) -> &'static str {
    if mark.is_some_and(Mark::is_below) { "< " } else { "" }
}

/// A flag in words.
pub fn flag(lang: Lang, flag: Flag) -> &'static str {
    match flag {
        Flag::Pass => lang.t("flag.pass"),
        Flag::NotEvaluated => lang.t("flag.not_evaluated"),
        Flag::Suspect => lang.t("flag.suspect"),
        Flag::Fail => lang.t("flag.fail"),
        Flag::Missing => lang.t("flag.missing"),
    }
}

/// A status in words.
pub fn status(lang: Lang, status: Status) -> &'static str {
    match status {
        Status::Provisional => lang.t("status.provisional"),
        Status::Reviewed => lang.t("status.reviewed"),
        Status::Final => lang.t("status.final"),
    }
}

/// Freshness in words.
pub fn freshness(lang: Lang, freshness: Freshness) -> &'static str {
    match freshness {
        Freshness::Fresh => lang.t("fresh.fresh"),
        Freshness::Late => lang.t("fresh.late"),
        Freshness::Stale => lang.t("fresh.stale"),
        Freshness::None => lang.t("fresh.none"),
    }
}

/// A standard as it is cited: `HJ 633-2026` for `hj633-2026`.
pub fn standard(id: &str) -> String {
    let id = id.to_uppercase();
    match id.find(|c: char| c.is_ascii_digit()) {
        Some(digit) if id[..digit].ends_with(|c: char| c.is_ascii_alphabetic()) => {
            format!("{} {}", &id[..digit], &id[digit..])
        }
        _ => id,
    }
}

/// A size in bytes.
pub fn bytes(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    #[test]
    fn windows_are_those_of_the_clock_on_the_wall() {
        let zone = Zone::parse("Asia/Shanghai").unwrap();
        let now = at("2026-11-25T01:12:00Z");
        let say = |start: &str, end: &str| window(at(start), at(end), now, zone);
        assert_eq!(say("2026-11-25T00:00:00Z", "2026-11-25T01:00:00Z"), "08:00-09:00");
        assert_eq!(say("2026-11-24T15:00:00Z", "2026-11-24T16:00:00Z"), "2026-11-24 23:00-24:00");
        assert_eq!(say("2026-11-25T01:05:00Z", "2026-11-25T01:05:00Z"), "09:05");
        assert_eq!(say("2026-11-23T16:00:00Z", "2026-11-24T16:00:00Z"), "2026-11-24 00:00-24:00");
        assert_eq!(say("2026-11-24T10:00:00Z", "2026-11-24T18:00:00Z"), "2026-11-24 18:00 - 2026-11-25 02:00");
    }

    #[test]
    fn standards_are_cited_as_people_know_them() {
        assert_eq!(standard("hj633-2026"), "HJ 633-2026");
        assert_eq!(standard("us-epa-2024"), "US-EPA-2024");
    }

    #[test]
    fn ages_are_rounded_down_and_never_negative() {
        let say = |minutes| age(Lang::En, TimeDelta::minutes(minutes));
        assert_eq!(say(-3), "just now");
        assert_eq!(say(0), "just now");
        assert_eq!(say(1), "1 minute ago");
        assert_eq!(say(59), "59 minutes ago");
        assert_eq!(say(60), "1 hour ago");
        assert_eq!(say(119), "1 hour ago");
        assert_eq!(say(2879), "47 hours ago");
        assert_eq!(say(2880), "2 days ago");
    }

    #[test]
    fn numbers_have_the_digits_of_their_parameter() {
        let say = |id: &str, value| number(ParameterId::known(id), value);
        assert_eq!(say("pm25", 23.4), "23");
        assert_eq!(say("co", 0.75), "0.8");
        assert_eq!(say("temperature", -0.04), "0.0");
        assert_eq!(say("temperature", -3.46), "-3.5");
        assert_eq!(unit(ParameterId::known("pm25").unit()), "µg/m³");
        assert_eq!(unit(ParameterId::known("ph").unit()), "");
    }
}
