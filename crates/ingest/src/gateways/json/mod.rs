//! A batch as JSON: `{"station":…,"readings":[{"parameter":…,"start":…,"period":…,"value":…,"unit":…,"flag":…}]}`
//! (CONTRACT §3), as it comes over HTTP and MQTT.
//!
//! The readings are taken one by one as they are parsed, without a tree of the whole body in memory; [`Stream`] needs not
//! even its bytes. Names and types are strict, and a fault says which field of which reading it is in.

mod stream;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt;

use limpid_model::pipeline::nearest;
use limpid_model::reading::{is_sentinel, parse_limited};
use limpid_model::receipt::Refusal;
use limpid_model::{Reason, VerdictKind};
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use crate::formats::flag::{Flag, Meaning};
use crate::formats::{Fault, long};
use crate::intake::RawReading;

pub(super) use stream::Stream;

/// Readings in one upload: a year of hours of five parameters, and a receipt of a few megabytes.
pub const MOST_READINGS: usize = 50_000;

const BATCH: [&str; 2] = ["station", "readings"];
const READING: [&str; 6] = ["parameter", "start", "period", "value", "unit", "flag"];
/// A reading that stands by itself.
const LINE: [&str; 7] = ["station", "parameter", "start", "period", "value", "unit", "flag"];

/// Characters of a parser's message that are passed on.
const LONGEST_DETAIL: usize = 300;

/// Why a body is no batch.
#[derive(Debug)]
pub(super) enum Invalid {
    /// It has more than [`MOST_READINGS`].
    TooMany,
    /// It says something that cannot be understood.
    At {
        /// The field at fault, such as `readings[3].unit`.
        field: Option<String>,
        /// The reading at fault, from 0.
        index: Option<usize>,
        /// A sentence.
        detail: String,
        /// What the field may be, where that is a list.
        allowed: Vec<String>,
    },
}

/// A batch of which every reading can be understood, and its station where it names one.
fn whole<'b>(body: &'b [u8], place: &Place) -> serde_json::Result<(Option<Text<'b>>, Vec<RawReading>)> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let batch = BatchSeed(place).deserialize(&mut deserializer)?;
    deserializer.end().map(|()| batch)
}

/// Reads one reading that names its own station, as it stands on a line of NDJSON.
pub(super) fn line(body: &[u8]) -> Result<(String, RawReading), Invalid> {
    let place = Place::default();
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let read =
        ReadingSeed { place: &place, known: &LINE }.deserialize(&mut deserializer).and_then(|(station, reading)| {
            place.enter(None);
            deserializer.end()?;
            Ok((named(station, &place)?, reading))
        });
    read.map_err(|error| place.invalid(&error))
}

/// A station that must be named.
fn named<E: Error>(station: Option<Text<'_>>, place: &Place) -> Result<String, E> {
    let Text(station) = station.ok_or_else(|| place.missing("station"))?;
    if station.is_empty() {
        place.enter(Some("station"));
        return Err(E::custom("the field is empty; write the station's id"));
    }
    Ok(station.into_owned())
}

/// Reads a batch whose sender hears of no fault: a reading that cannot be understood costs itself only. The station may
/// be left out.
///
/// # Errors
/// When the body is no batch at all.
pub(super) fn each(body: &[u8]) -> Result<Each, Refusal> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Loose {
        station: Option<String>,
        readings: Vec<serde_json::Value>,
    }

    // Nearly all are good, and these need no tree of values.
    if let Ok((station, readings)) = whole(body, &Place::default()) {
        return Ok((station.map(|Text(station)| station.into_owned()), readings.into_iter().map(Ok).collect()));
    }
    let damaged = |detail| Refusal { kind: VerdictKind::Rejected, reason: Reason::Damaged, detail };
    let Loose { station, readings } =
        serde_json::from_slice(body).map_err(|error| damaged(excerpt(error.to_string())))?;
    let reading = |(index, value): (usize, serde_json::Value)| {
        let place = Place::default();
        place.enter_reading(Some(index));
        let read = ReadingSeed { place: &place, known: &READING }.deserialize(value);
        read.map(|(_, reading)| reading).map_err(|error| {
            let reason = place.0.borrow().reason;
            let detail = match place.invalid(&error) {
                Invalid::At { detail, .. } => detail,
                Invalid::TooMany => error.to_string(),
            };
            Refusal { reason: reason.unwrap_or(Reason::Damaged), ..damaged(detail) }
        })
    };
    Ok((station, readings.into_iter().enumerate().map(reading).collect()))
}

/// The station that a batch names, and each of its readings.
type Each = (Option<String>, Vec<Result<RawReading, Refusal>>);

/// Where in the body the parser is, and what it knows about a fault there.
#[derive(Default)]
struct Place(RefCell<Position>);

#[derive(Default)]
struct Position {
    index: Option<usize>,
    field: Option<Cow<'static, str>>,
    allowed: Vec<String>,
    /// Of the field's own reader.
    reason: Option<Reason>,
    too_many: bool,
}

impl Place {
    fn enter(&self, field: Option<&'static str>) {
        self.0.borrow_mut().field = field.map(Cow::Borrowed);
    }

    /// Enters the field called `key`, if it is one of `known`.
    fn enter_known<E: Error>(&self, key: &str, known: &[&'static str]) -> Result<&'static str, E> {
        let field = known.iter().copied().find(|name| *name == key).ok_or_else(|| self.unknown(key, known))?;
        self.enter(Some(field));
        Ok(field)
    }

    fn enter_reading(&self, index: Option<usize>) {
        let mut position = self.0.borrow_mut();
        (position.index, position.field) = (index, None);
    }

    /// The error for a field that is no `known` one.
    fn unknown<E: Error>(&self, field: &str, known: &[&str]) -> E {
        let short = long::short(field);
        let mut position = self.0.borrow_mut();
        position.field = Some(Cow::Owned(short.clone()));
        position.allowed = known.iter().map(|name| (*name).to_owned()).collect();
        let hint =
            nearest(&short, known.iter().copied()).map_or_else(String::new, |word| format!(", did you mean `{word}`?"));
        E::custom(format!("unknown field{hint}"))
    }

    fn missing<E: Error>(&self, field: &'static str) -> E {
        self.enter(Some(field));
        E::custom("the field is missing")
    }

    fn fault<E: Error>(&self, fault: Fault) -> E {
        let mut position = self.0.borrow_mut();
        (position.allowed, position.reason) = (fault.allowed, Some(fault.reason));
        E::custom(fault.detail)
    }

    fn invalid(self, error: &serde_json::Error) -> Invalid {
        let Position { index, field, allowed, too_many, .. } = self.0.into_inner();
        if too_many {
            return Invalid::TooMany;
        }
        let field = match (index, field) {
            (Some(index), Some(field)) => Some(format!("readings[{index}].{field}")),
            (Some(index), None) => Some(format!("readings[{index}]")),
            (None, field) => field.map(Cow::into_owned),
        };
        let error = excerpt(error.to_string());
        let detail = field.as_ref().map_or_else(|| error.clone(), |field| format!("{field}: {error}"));
        Invalid::At { field, index, detail, allowed }
    }
}

/// As much of a parser's message as is passed on: it repeats what it met, however long that is.
pub(super) fn excerpt(mut error: String) -> String {
    if let Some((end, _)) = error.char_indices().nth(LONGEST_DETAIL) {
        error.replace_range(end.., "…");
    }
    error
}

struct BatchSeed<'a>(&'a Place);

impl<'de> DeserializeSeed<'de> for BatchSeed<'_> {
    type Value = (Option<Text<'de>>, Vec<RawReading>);

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for BatchSeed<'_> {
    type Value = (Option<Text<'de>>, Vec<RawReading>);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with station and readings")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let place = self.0;
        let (mut station, mut readings) = (None, None);
        while let Some(key) = map.next_key_seed(KeySeed { place, known: &BATCH })? {
            match key {
                "station" if station.is_none() => station = Some(map.next_value::<Text<'de>>()?),
                "readings" if readings.is_none() => readings = Some(map.next_value_seed(ReadingsSeed(place))?),
                _ => return Err(A::Error::custom("the field stands twice")),
            }
            place.enter(None);
        }
        match readings {
            Some(readings) => Ok((station, readings)),
            // A body without either is told of the station.
            None if station.is_none() => Err(place.missing("station")),
            None => Err(place.missing("readings")),
        }
    }
}

/// The name of a field, which must be a known one.
struct KeySeed<'a> {
    place: &'a Place,
    known: &'static [&'static str],
}

impl<'de> DeserializeSeed<'de> for KeySeed<'_> {
    type Value = &'static str;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for KeySeed<'_> {
    type Value = &'static str;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a field")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Self::Value, E> {
        self.place.enter_known(key, self.known)
    }
}

/// A string, borrowed from the body where it stands there as it is.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

struct ReadingsSeed<'a>(&'a Place);

impl<'de> DeserializeSeed<'de> for ReadingsSeed<'_> {
    type Value = Vec<RawReading>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for ReadingsSeed<'_> {
    type Value = Vec<RawReading>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of readings")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let place = self.0;
        let mut readings = Vec::new();
        loop {
            place.enter_reading(Some(readings.len()));
            let seed = ReadingSeed { place, known: &READING };
            let Some((_, reading)) = seq.next_element_seed(seed)? else { break };
            if readings.len() == MOST_READINGS {
                place.0.borrow_mut().too_many = true;
                return Err(A::Error::custom("too many readings"));
            }
            readings.push(reading);
        }
        place.enter_reading(None);
        Ok(readings)
    }
}

/// A reading with these fields, and the station that it names where that is one of them.
struct ReadingSeed<'a> {
    place: &'a Place,
    known: &'static [&'static str],
}

impl<'de> DeserializeSeed<'de> for ReadingSeed<'_> {
    type Value = (Option<Text<'de>>, RawReading);

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for ReadingSeed<'_> {
    type Value = (Option<Text<'de>>, RawReading);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with parameter, start, period and value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let Self { place, known } = self;
        let [mut station, mut parameter, mut start, mut period] = [const { None::<Text<'de>> }; 4];
        let (mut value, mut unit, mut flag) = (None, None::<Option<Text<'de>>>, None::<Option<Flag>>);
        while let Some(key) = map.next_key_seed(KeySeed { place, known })? {
            let again = match key {
                "station" => station.replace(map.next_value()?).is_some(),
                "parameter" => parameter.replace(map.next_value()?).is_some(),
                "start" => start.replace(map.next_value()?).is_some(),
                "period" => period.replace(map.next_value()?).is_some(),
                "value" => value.replace(map.next_value::<Number>()?).is_some(),
                "unit" => unit.replace(map.next_value()?).is_some(),
                _ => flag.replace(map.next_value()?).is_some(),
            };
            if again {
                return Err(A::Error::custom("the field stands twice"));
            }
        }
        let Text(parameter) = parameter.ok_or_else(|| place.missing("parameter"))?;
        let Text(start) = start.ok_or_else(|| place.missing("start"))?;
        let Text(period) = period.ok_or_else(|| place.missing("period"))?;
        let Number(value, below) = value.ok_or_else(|| place.missing("value"))?;

        // Each field's own reader, under the field's name should it fail.
        let within = |field| place.enter(Some(field));
        within("parameter");
        let parameter = long::parameter(&parameter).map_err(|fault| place.fault(fault))?;
        within("start");
        let start = long::start(&start).map_err(|fault| place.fault(fault))?;
        within("period");
        let period = long::period(&period).map_err(|fault| place.fault(fault))?;
        within("unit");
        let unit = unit.flatten().map(|Text(text)| long::unit(&text, parameter)).transpose();
        let unit = unit.map_err(|fault| place.fault(fault))?;
        within("flag");
        let meaning = flag.flatten().map_or(Ok(Meaning::Mark(None)), |flag| flag.meaning());
        let (value, mark) = meaning.map_err(|fault| place.fault(fault))?.of_limited((value, below));
        Ok((station, RawReading { parameter, period, start, value, unit, mark }))
    }
}

/// A JSON number, or `null` for missing; or a limit below which the value lies, a string such as `"<0.02"`, which is true then.
/// The traditional sentinels mean missing too.
struct Number(Option<f64>, bool);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;

        impl Visitor<'_> for Any {
            type Value = (Option<f64>, bool);

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number, a limit such as \"<0.02\", or null")
            }

            fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
                Ok((Some(value), false))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
                Ok((Some(value as f64), false))
            }

            fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
                Ok((Some(value as f64), false))
            }

            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok((None, false))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                // A number in quotes is a mistake of the sender, and a limit is not.
                match parse_limited(text) {
                    Ok((limit, true)) => Ok((limit, true)),
                    _ => Err(E::invalid_type(serde::de::Unexpected::Str(&long::short(text)), &self)),
                }
            }
        }

        let (value, below) = deserializer.deserialize_any(Any)?;
        Ok(Self(value.filter(|value| !is_sentinel(*value)), below))
    }
}
