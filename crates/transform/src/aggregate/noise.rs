//! The parts of a day and night of noise: when they are, and the levels of them.

use chrono::{Days, NaiveDate, NaiveTime};
use limpid_model::pipeline::Noise;
use limpid_model::{Instant, Part, Zone};

use crate::aggregate::Aggregate;
use crate::aggregate::energy::weighted;
use crate::fixed::Mean;

/// Hours of a night by the law on noise (2021, article 88); a city may move it, its length stays.
const NIGHT_HOURS: u32 = 8;

/// Hours of day, evening and night in Lden (directive 2002/49/EC, annex I), whatever a change of clocks makes of them.
const END_HOURS: [f64; 3] = [12.0, 4.0, 8.0];
/// What is added to evening and night in Lden, and to the night in Ldn, in dB.
const PENALTIES: [f64; 3] = [0.0, 5.0, 10.0];
/// Hours of day and night in Ldn.
const LDN_HOURS: [f64; 2] = [16.0, 8.0];

/// From when to when.
pub type Span = (Instant, Instant);

/// When the day and the night of a date are: the day from the end of the last night to the start of the next, the night
/// from its start to the morning after. A night is filed under the date on which it starts.
pub fn span(noise: &Noise, part: Part, date: NaiveDate, zone: Zone) -> Span {
    let starts = noise.night_start(date);
    let night = zone.at(date.and_time(starts));
    match part {
        // The night before may be of another window: the day begins where it ended.
        Part::Day => (night_end(noise, date - Days::new(1), zone), night),
        Part::Night => (night, night_end(noise, date, zone)),
    }
}

fn night_end(noise: &Noise, date: NaiveDate, zone: Zone) -> Instant {
    let start = date.and_time(noise.night_start(date));
    zone.at(start + chrono::Duration::hours(NIGHT_HOURS.into()))
}

/// Day, evening and night of Lden: from the first of the three times on `date` to the same on the date after.
pub fn end_spans(noise: &Noise, date: NaiveDate, zone: Zone) -> [Span; 3] {
    let [day, evening, night] = noise.lden;
    let at = |date: NaiveDate, time: NaiveTime| zone.at(date.and_time(time));
    let next = at(date + Days::new(1), day);
    [(at(date, day), at(date, evening)), (at(date, evening), at(date, night)), (at(date, night), next)]
}

/// Ldn of a day and a night: without one of them there is none. `n` and `expected` count hours.
pub fn ldn(day: &Aggregate, night: &Aggregate) -> Aggregate {
    let parts = day.mean.zip(night.mean);
    let mean = parts
        .and_then(|(day, night)| weighted(&[(day, LDN_HOURS[0], PENALTIES[0]), (night, LDN_HOURS[1], PENALTIES[2])]));
    Aggregate { mean, n: day.n + night.n, expected: day.expected + night.expected }
}

/// Lden of day, evening and night: without one of them there is none. `n` and `expected` count hours.
pub fn lden(parts: &[Aggregate; 3]) -> Aggregate {
    let means: Option<Vec<Mean>> = parts.iter().map(|part| part.mean).collect();
    let mean = means.and_then(|means| {
        let weights = END_HOURS.into_iter().zip(PENALTIES);
        let parts: Vec<_> = means.into_iter().zip(weights).map(|(mean, (hours, db))| (mean, hours, db)).collect();
        weighted(&parts)
    });
    let sum = |count: fn(&Aggregate) -> u32| parts.iter().map(count).sum();
    Aggregate { mean, n: sum(|part| part.n), expected: sum(|part| part.expected) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise() -> Noise {
        Noise::default()
    }

    fn hours(zone: &str, date: &str) -> [(i64, i64); 2] {
        let zone = Zone::parse(zone).unwrap();
        let date: NaiveDate = date.parse().unwrap();
        [Part::Day, Part::Night].map(|part| {
            let (start, end) = span(&noise(), part, date, zone);
            ((end - start).num_hours(), (start - zone.start_of(date)).num_hours())
        })
    }

    #[test]
    fn a_night_starts_at_ten_and_is_eight_hours_by_the_clock() {
        assert_eq!(hours("Asia/Shanghai", "2026-11-25"), [(16, 6), (8, 22)]);
        // The night before the clocks go forward has seven hours, the one before they go back nine.
        assert_eq!(hours("Europe/Madrid", "2026-03-28"), [(16, 6), (7, 22)]);
        assert_eq!(hours("Europe/Madrid", "2026-03-29"), [(16, 5), (8, 21)]);
        assert_eq!(hours("Europe/Madrid", "2026-10-24"), [(16, 6), (9, 22)]);
        assert_eq!(hours("Europe/Madrid", "2026-10-25"), [(16, 7), (8, 23)]);
    }

    #[test]
    fn a_city_moves_its_night_from_a_date_on() {
        let mut noise = noise();
        noise.nights = vec![("2026-07-01".parse().unwrap(), NaiveTime::from_hms_opt(23, 0, 0).unwrap())];
        let zone = Zone::parse("Asia/Shanghai").unwrap();
        let night = |date: &str| {
            let (start, end) = span(&noise, Part::Night, date.parse().unwrap(), zone);
            format!("{} {}", start.with_timezone(&zone.0).format("%d %H"), end.with_timezone(&zone.0).format("%d %H"))
        };
        assert_eq!([night("2026-06-30"), night("2026-07-01")], ["30 22 01 06", "01 23 02 07"]);
        // The day between them belongs to both: it begins at six and ends at eleven.
        let (start, end) = span(&noise, Part::Day, "2026-07-01".parse().unwrap(), zone);
        assert_eq!((end - start).num_hours(), 17);
    }

    #[test]
    fn days_of_lden_follow_each_other() {
        let zone = Zone::parse("Europe/Madrid").unwrap();
        let spans = end_spans(&noise(), "2026-10-24".parse().unwrap(), zone);
        assert_eq!(spans.map(|(start, end)| (end - start).num_hours()), [12, 4, 9]);
        assert_eq!(spans[2].1, end_spans(&noise(), "2026-10-25".parse().unwrap(), zone)[0].0);
    }
}
