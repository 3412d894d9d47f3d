//! Coordinates of places that are not to be found: intakes of drinking water, radioactive sources, stores of explosives.
//!
//! Two numbers beside each other that are degrees of latitude and longitude, in either order, decimal or in degrees,
//! minutes and seconds, are a place; where it lies within the circle of a withheld one, it is found.

use serde::Serialize;

use crate::geo::metres;

/// How far apart the two numbers of a place may stand, in signs.
const MOST_BETWEEN: usize = 16;

/// A place that is not to be found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WithheldPlace {
    /// Degrees north, WGS 84.
    pub lat: f64,
    /// Degrees east, WGS 84.
    pub lon: f64,
    /// Everything nearer than this many metres gives it away.
    pub radius_m: f64,
}

/// Coordinates in a text that give away a withheld place.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PlaceFinding {
    /// Which of the withheld places, from 0.
    pub place: usize,
    /// Where it starts, in bytes.
    pub start: usize,
    /// Where it ends, exclusive.
    pub end: usize,
}

impl WithheldPlace {
    /// Whether a point lies in the circle.
    pub fn holds(&self, lat: f64, lon: f64) -> bool {
        metres([self.lon, self.lat], [lon, lat]) <= self.radius_m
    }
}

/// Every pair of coordinates of the text that lies in the circle of a withheld place.
pub fn scan(text: &str, withheld: &[WithheldPlace]) -> Vec<PlaceFinding> {
    let angles = angles(text);
    let mut found: Vec<PlaceFinding> = Vec::new();
    for pair in angles.windows(2) {
        let [first, second] = pair else { continue };
        let near = text[first.end..second.start].chars().count() <= MOST_BETWEEN;
        let free = found.last().is_none_or(|last| last.end <= first.start);
        if !near || !free {
            continue;
        }
        let holds = |place: &WithheldPlace| {
            place.holds(first.degrees, second.degrees) || place.holds(second.degrees, first.degrees)
        };
        if let Some(place) = withheld.iter().position(holds) {
            found.push(PlaceFinding { place, start: first.start, end: second.end });
        }
    }
    found
}

/// The text with everything masked that [`scan`] finds; `None` where that is nothing.
pub fn mask(text: &str, withheld: &[WithheldPlace]) -> Option<String> {
    let found = scan(text, withheld);
    let mut masked = String::with_capacity(text.len());
    let mut at = 0;
    for finding in &found {
        masked.push_str(&text[at..finding.start]);
        masked.push_str("***");
        at = finding.end;
    }
    masked.push_str(&text[at..]);
    (!found.is_empty()).then_some(masked)
}

struct Angle {
    degrees: f64,
    start: usize,
    end: usize,
}

/// Numbers that may be degrees: with two decimals or more, or with minutes behind.
fn angles(text: &str) -> Vec<Angle> {
    let numbers = numbers(text);
    let mut angles = Vec::new();
    let mut at = 0;
    while let Some(first) = numbers.get(at) {
        at += 1;
        let unit_after = |index: usize, units: &[char]| {
            numbers.get(index).is_some_and(|number| text[number.end..].trim_start().starts_with(units))
        };
        let mut angle = Angle { degrees: first.value, start: first.start, end: first.end };
        if unit_after(at - 1, &['°', '度', 'º', '˚']) && unit_after(at, &['′', '\'', '分', '’']) {
            angle.degrees += numbers[at].value / 60.0;
            angle.end = numbers[at].end;
            at += 1;
            if unit_after(at, &['″', '"', '秒', '”']) {
                angle.degrees += numbers[at].value / 3600.0;
                angle.end = numbers[at].end;
                at += 1;
            }
        } else if first.decimals < 2 {
            continue;
        }
        angles.push(angle);
    }
    angles
}

struct Number {
    value: f64,
    decimals: usize,
    start: usize,
    end: usize,
}

fn numbers(text: &str) -> Vec<Number> {
    let mut numbers = Vec::new();
    let mut start = None;
    for (at, sign) in text.char_indices().chain([(text.len(), ' ')]) {
        let within = sign.is_ascii_digit() || sign == '.';
        match (within, start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                start = None;
                let written = text[from..at].trim_end_matches('.');
                let south_or_west = text[..from].ends_with(['-', '−']);
                if let Ok(value) = written.parse::<f64>() {
                    let value = if south_or_west { -value } else { value };
                    let decimals = written.split_once('.').map_or(0, |(_, decimals)| decimals.len());
                    numbers.push(Number { value, decimals, start: from, end: from + written.len() });
                }
            }
            _ => {}
        }
    }
    numbers
}
