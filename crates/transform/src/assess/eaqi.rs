//! The European air quality index as revised after 2024: the worst of six bands, of hours only.
//!
//! Every figure is from secondary sources and **unverified** (see `data/standards/eaqi.csv`). Concentrations are not rounded
//! before they are looked up, because no source that was reached says so. Missing values are not filled from a model, as the
//! EEA does.
//!
//! An index needs NO2, O3 and one of the particles; with fewer it is given only when it is poor or worse. A traffic station
//! needs no O3: that is said by `exempt` in `stations.csv`.

use crate::assess::bounds::Bounds;
use crate::assess::{Edition, NO2, O3, PM10, PM25, Realtime, SO2, Verdict, six};
use crate::standards::{Rules, TableError};

/// The edition.
pub const EDITION_2024: Edition = Edition { id: "eaqi-2024", realtime: Some(realtime), daily: None };

/// With too few parameters, the index is given only from this band on (4: poor).
const GIVEN_FROM: u16 = 4;

/// Reads the table.
///
/// # Errors
/// See [`Bounds::parse`].
pub fn parse(text: &str) -> Result<Bounds, TableError> {
    Bounds::parse("eaqi.csv", 6, text)
}

fn realtime(rules: &Rules, input: &Realtime) -> Verdict {
    let mut sub = [None; 6];
    let mut of = [false; 6];
    for position in [PM25, PM10, SO2, NO2, O3] {
        sub[position] = input.hour[position].and_then(|value| rules.eaqi.band(position, value));
        of[position] = true;
    }
    let has = |position: usize| sub[position].is_some();
    let needed = |position: usize| has(position) || input.exempt[position];
    let complete = needed(NO2) && needed(O3) && (has(PM25) || has(PM10));
    let index = sub.iter().flatten().max().copied().filter(|worst| complete || *worst >= GIVEN_FROM);
    let leads = |sub: &Option<u16>| sub.is_some() && *sub == index;
    let primary = six().into_iter().zip(&sub).filter(|(_, sub)| leads(sub)).map(|(parameter, _)| parameter).collect();
    Verdict { sub, of, index, primary, reason: index.is_none().then_some("missing"), ..Verdict::default() }
}

#[cfg(test)]
mod tests {
    use limpid_model::ParameterId;

    use super::*;
    use crate::fixed::{Fixed, Mean};

    /// From `vectors.csv` eu1 to eu9: whether it is a traffic station, concentrations, bands, index, primary pollutants.
    const VECTORS: [(bool, &str, &str, Option<u16>, &str); 9] = [
        (
            false,
            "pm25=5 pm10=15 no2=10 o3=60 so2=20",
            "pm25=1 pm10=1 no2=1 o3=1 so2=1",
            Some(1),
            "pm25+pm10+so2+no2+o3",
        ),
        (false, "pm25=16 pm10=30 no2=20 o3=80", "pm25=3 pm10=2 no2=2 o3=2", Some(3), "pm25"),
        (false, "pm25=55 pm10=60 no2=40 o3=90", "pm25=4 pm10=3 no2=3 o3=2", Some(4), "pm25"),
        (false, "pm25=4 pm10=12 no2=8 o3=185 so2=5", "pm25=1 pm10=1 no2=1 o3=6 so2=1", Some(6), "o3"),
        (true, "pm25=12 no2=30", "pm25=2 no2=3", Some(3), "no2"),
        (false, "pm25=12 no2=30", "pm25=2 no2=3", None, ""),
        (false, "pm25=100", "pm25=5", Some(5), "pm25"),
        (
            false,
            "pm25=141 pm10=271 no2=151 o3=181 so2=276",
            "pm25=6 pm10=6 no2=6 o3=6 so2=6",
            Some(6),
            "pm25+pm10+so2+no2+o3",
        ),
        // Not rounded: 5.3 is above 5.
        (false, "pm25=5.3 pm10=10 no2=9 o3=50", "pm25=2 pm10=1 no2=1 o3=1", Some(2), "pm25"),
    ];

    fn pairs(text: &str) -> impl Iterator<Item = (usize, f64)> {
        text.split(' ').map(|pair| {
            let (name, number) = pair.split_once('=').unwrap();
            let parameter = ParameterId::known(name);
            (six().iter().position(|one| *one == parameter).unwrap(), number.parse().unwrap())
        })
    }

    #[test]
    fn worked_vectors() {
        for (traffic, inputs, bands, index, primary) in VECTORS {
            let mut input = Realtime::default();
            input.exempt[O3] = traffic;
            pairs(inputs).for_each(|(at, value)| input.hour[at] = Fixed::from_f64(value).map(Mean::from));
            let mut sub = [None; 6];
            pairs(bands).for_each(|(at, band)| sub[at] = Some(band as u16));
            let verdict = realtime(Rules::built_in(), &input);
            assert_eq!((verdict.sub, verdict.index), (sub, index), "{inputs}");
            assert_eq!(verdict.reason, index.is_none().then_some("missing"), "{inputs}");
            let names: Vec<_> = verdict.primary.iter().map(|parameter| parameter.as_str()).collect();
            assert_eq!(names.join("+"), primary, "{inputs}");
        }
    }

    #[test]
    fn carbon_monoxide_is_not_looked_at() {
        let mut input = Realtime::default();
        input.hour[4] = Some(Fixed::whole(100).into());
        let verdict = realtime(Rules::built_in(), &input);
        assert_eq!((verdict.sub[4], verdict.of[4], verdict.index), (None, false, None));
    }
}
