//! `[[validation.limit]]`: thresholds of automatic checks, for a station or for all.

use super::fields::{Fields, Source};
use super::mistake::Mistakes;
use super::stations::Stations;
use crate::limit::{Climatology, Flat, Limit, Neighbours, Range, Slip, Steps, Tolerance, Weather};
use crate::parameter::{AIR_INDEX, ParameterId};
use crate::station::StationId;

/// The checks whose thresholds can be set.
const CHECKS: [&str; 13] = [
    "range",
    "climatology",
    "spike",
    "rate",
    "flat",
    "detection",
    "slip",
    "consistency",
    "sum",
    "neighbours",
    "counter",
    "weather",
    "minutes",
];

/// Percents and factors that can be set at most.
const MOST: u64 = 100_000;

/// One `[[validation.limit]]`.
#[derive(Debug, Clone, PartialEq)]
pub struct SetLimit {
    /// The station it holds for; `None` for all (`"*"`).
    pub station: Option<StationId>,
    /// The parameter.
    pub parameter: ParameterId,
    /// The threshold.
    pub limit: Limit,
}

impl SetLimit {
    /// The thresholds set for a station, its own before those for all.
    pub fn of_station(all: &[Self], station: &StationId) -> Vec<(ParameterId, Limit)> {
        let own = all.iter().filter(|set| set.station.as_ref() == Some(station));
        let general = all.iter().filter(|set| set.station.is_none());
        own.chain(general).map(|set| (set.parameter, set.limit)).collect()
    }
}

/// A limit for a station that the registry does not have is a typing mistake.
pub(super) fn check(limits: &[SetLimit], stations: &Stations, text: &str, mistakes: &mut Mistakes) {
    for id in limits.iter().filter_map(|set| set.station.as_ref()).filter(|id| stations.get(id).is_none()) {
        let line = text.lines().position(|line| line.contains(&format!("\"{id}\""))).map_or(1, |at| at + 1);
        let remedy = "write a station of stations.csv, or \"*\" for all";
        mistakes.add("pipeline.toml", line, format!("limit for unknown station {:?}", id.as_str()), remedy);
    }
}

/// Reads `[validation]`.
pub(super) fn read(mut fields: Fields<'_>, source: &mut Source<'_>) -> Vec<SetLimit> {
    let limits = fields.tables(source, "limit").into_iter().filter_map(|limit| one(limit, source)).collect();
    fields.finish(source);
    limits
}

fn one(mut fields: Fields<'_>, source: &mut Source<'_>) -> Option<SetLimit> {
    let station = fields.required(source, "station", "\"S1\"").and_then(|(text, offset)| {
        let id = StationId::parse(&text);
        if id.is_none() && text != "*" {
            source.mistake(offset, format!("limit for {text:?}"), "write a station of stations.csv, or \"*\" for all");
            return None;
        }
        Some(id)
    });
    let parameter = fields.required(source, "parameter", "\"pm25\"").and_then(|(text, offset)| {
        let parameter = ParameterId::parse(&text);
        if parameter.is_none() {
            let nearest = super::mistake::nearest(&text, ParameterId::all().map(ParameterId::as_str));
            let remedy = format!("write a parameter such as {:?}", nearest.unwrap_or("pm25"));
            source.mistake(offset, format!("limit of unknown parameter {text:?}"), remedy);
        }
        parameter
    });
    let check = fields
        .required(source, "check", "\"range\"")
        .and_then(|_| fields.parsed(source, "check", &CHECKS, |word| CHECKS.into_iter().find(|check| *check == word)));
    let (check, offset) = (check?, fields.offset("check"));
    let limit = limit(check, &mut fields, source);
    let built_in = parameter.is_none_or(|parameter| AIR_INDEX.contains(&parameter.as_str()));
    if let Some(Limit::Neighbours(set)) = limit.filter(|_| !built_in)
        && (set.within_km.is_none() || set.absolute.is_none() || set.relative_percent.is_none())
    {
        let remedy = "write `within_km`, `absolute` and `relative_percent`: nothing is built in for this parameter";
        source.mistake(offset, "a neighbours limit says not enough", remedy);
    }
    fields.finish(source);
    Some(SetLimit { station: station?, parameter: parameter?, limit: limit? })
}

fn limit(check: &str, fields: &mut Fields<'_>, source: &mut Source<'_>) -> Option<Limit> {
    let (limit, bounds) = match check {
        "range" => {
            let [fail_below, suspect_below, suspect_above, fail_above] =
                ["fail_below", "suspect_below", "suspect_above", "fail_above"].map(|key| fields.number(source, key));
            let limit = Limit::Range(Range { fail_below, suspect_below, suspect_above, fail_above });
            (limit, vec![fail_below, suspect_below, suspect_above, fail_above])
        }
        "climatology" => {
            let month = fields.integer(source, "month", 1..=12).map(|month| month as u32);
            let [suspect_below, suspect_above] =
                ["suspect_below", "suspect_above"].map(|key| fields.number(source, key));
            let limit = Limit::Climatology(Climatology { month, suspect_below, suspect_above });
            (limit, vec![suspect_below, suspect_above])
        }
        "spike" | "rate" => {
            let [suspect, fail] = ["suspect", "fail"].map(|key| fields.number(source, key));
            let steps = Steps { suspect, fail };
            let limit = if check == "spike" { Limit::Spike(steps) } else { Limit::Rate(steps) };
            (limit, vec![Some(0.0), suspect, fail])
        }
        "detection" => {
            let (factor, offset) = (fields.number(source, "factor").unwrap_or(0.5), fields.offset("factor"));
            if !(0.0..=1.0).contains(&factor) {
                source.mistake(
                    offset,
                    format!("factor of {factor}"),
                    "write the part of the limit that is used, 0 to 1",
                );
                return None;
            }
            (Limit::Detection(factor), Vec::new())
        }
        "slip" => {
            let factors = u64::from(Slip::LEAST)..=MOST;
            let [above, below] =
                ["above", "below"].map(|key| fields.integer(source, key, factors.clone()).map(|factor| factor as u32));
            (Limit::Slip(Slip { above, below }), Vec::new())
        }
        "consistency" | "sum" => {
            let (absolute, percent) = (fields.number(source, "absolute"), percent(fields, source));
            let tolerance = (absolute.is_some() || percent.is_some())
                .then_some(Tolerance { absolute: absolute.unwrap_or(0.0), relative_percent: percent.unwrap_or(0) });
            let limit = if check == "sum" { Limit::Sum(tolerance) } else { Limit::Consistency(tolerance) };
            (limit, vec![Some(0.0), absolute])
        }
        "weather" => {
            let offset = fields.offset("check");
            let [wind_above, rain_above] = ["wind_above", "rain_above"].map(|key| fields.number(source, key));
            let set: Vec<f64> = [wind_above, rain_above].into_iter().flatten().collect();
            if set.is_empty() || set.iter().any(|number| *number < 0.0) {
                let remedy = "write `wind_above` in m/s, `rain_above` in mm, or both, from 0 on";
                source.mistake(offset, "a weather limit without a threshold", remedy);
                return None;
            }
            (Limit::Weather(Weather { wind_above, rain_above }), Vec::new())
        }
        "minutes" => {
            let offset = fields.offset("check");
            let minimum = fields.integer(source, "minimum", 1..=60).map(|minutes| minutes as u32);
            if minimum.is_none() {
                source.mistake(
                    offset,
                    "a minutes limit without `minimum`",
                    "write how many an hour needs: minimum = 45",
                );
            }
            (Limit::Minutes(minimum?), Vec::new())
        }
        "counter" => {
            let offset = fields.offset("check");
            let rollover = fields.number(source, "rollover").filter(|rollover| *rollover > 0.0);
            if rollover.is_none() {
                let remedy = "write the number at which it is zero again: rollover = 100000000";
                source.mistake(offset, "a counter limit without a `rollover` above zero", remedy);
            }
            (Limit::Counter(rollover?), Vec::new())
        }
        "neighbours" => {
            let [within_km, absolute] = ["within_km", "absolute"].map(|key| fields.number(source, key));
            let relative_percent = percent(fields, source);
            if [within_km, absolute].into_iter().flatten().any(|number| number < 0.0) {
                let remedy = "write a distance in km and a difference in the canonical unit";
                source.mistake(fields.offset("check"), "a neighbours limit is below zero", remedy);
                return None;
            }
            (Limit::Neighbours(Neighbours { within_km, absolute, relative_percent }), Vec::new())
        }
        _ => {
            let longest = u64::from(Flat::LONGEST);
            let [suspect_hours, fail_hours] = ["suspect_hours", "fail_hours"]
                .map(|key| fields.integer(source, key, 1..=longest).map(|hours| hours as u8));
            let tolerance = fields.number(source, "tolerance").unwrap_or(0.0);
            (Limit::Flat(Flat { suspect_hours, fail_hours, tolerance }), vec![Some(0.0), Some(tolerance)])
        }
    };
    if !bounds.iter().flatten().is_sorted() {
        let what = format!("bounds of a {check} limit fall");
        source.mistake(fields.offset("check"), what, "write them in rising order, differences from zero");
        return None;
    }
    Some(limit)
}

fn percent(fields: &mut Fields<'_>, source: &mut Source<'_>) -> Option<u32> {
    fields.integer(source, "relative_percent", 0..=MOST).map(|percent| percent as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::{Files, Pipeline};

    fn parse(limits: &str) -> Result<Pipeline, Vec<String>> {
        let publisher = "[publisher]\nid = \"a\"\nname = \"A\"\nzone = \"Asia/Shanghai\"\n";
        let stations = "id,kind,name_zh,name_en,lat,lon\nS1,air,一,One,40,116\nS2,air,二,Two,40,116\n";
        let files = Files { pipeline: format!("{publisher}{limits}"), stations: stations.into() };
        Pipeline::parse(&files).map_err(|mistakes| mistakes.0.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_stations_own_limit_stands_before_the_one_for_all() {
        let pipeline = parse(concat!(
            "[[validation.limit]]\nstation = \"*\"\nparameter = \"pm25\"\ncheck = \"spike\"\nsuspect = 300\nfail = 800.5\n",
            "[[validation.limit]]\nstation = \"S1\"\nparameter = \"pm25\"\ncheck = \"spike\"\nsuspect = 100\n",
            "[[validation.limit]]\nstation = \"S1\"\nparameter = \"o3\"\ncheck = \"flat\"\nsuspect_hours = 6\n",
        ))
        .unwrap();
        let of = |station: &str| pipeline.stations.get_str(station).unwrap().limits.clone();
        let spike = |suspect, fail| Limit::Spike(Steps { suspect: Some(suspect), fail });
        let pm25 = ParameterId::known("pm25");
        assert_eq!(of("S1")[0], (pm25, spike(100.0, None)));
        assert_eq!(of("S2"), [(pm25, spike(300.0, Some(800.5)))]);
        let flat = Flat { suspect_hours: Some(6), fail_hours: None, tolerance: 0.0 };
        assert_eq!(of("S1")[1], (ParameterId::known("o3"), Limit::Flat(flat)));
    }

    #[test]
    fn thresholds_of_comparisons_are_read() {
        let limit = |parameter: &str, rest: &str| {
            format!("[[validation.limit]]\nstation = \"*\"\nparameter = \"{parameter}\"\n{rest}\n")
        };
        let text = [
            limit("pm25", "check = \"slip\"\nabove = 100"),
            limit("pm25", "check = \"consistency\"\nabsolute = 2.5\nrelative_percent = 5"),
            limit("nox", "check = \"sum\""),
            limit("o3", "check = \"neighbours\"\nwithin_km = 12.5"),
        ];
        let limits = parse(&text.concat()).unwrap().stations.get_str("S1").unwrap().limits.clone();
        let near = Neighbours { within_km: Some(12.5), absolute: None, relative_percent: None };
        let expected = [
            Limit::Slip(Slip { above: Some(100), below: None }),
            Limit::Consistency(Some(Tolerance { absolute: 2.5, relative_percent: 5 })),
            Limit::Sum(None),
            Limit::Neighbours(near),
        ];
        assert_eq!(limits.iter().map(|(_, limit)| *limit).collect::<Vec<_>>(), expected);
        for (rest, words) in [
            ("check = \"slip\"\nbelow = 1", "from 2 to"),
            ("check = \"sum\"\nabsolute = -1", "rising order"),
            ("check = \"neighbours\"\nwithin_km = -1", "below zero"),
            ("check = \"consistency\"\nrelative_percent = -3", "from 0 to"),
            ("check = \"neighbours\"\nwithin_km = 5\nabsolute = 3", "says not enough"),
            ("check = \"counter\"", "without a `rollover`"),
            ("check = \"counter\"\nrollover = 0", "without a `rollover`"),
            ("check = \"weather\"", "without a threshold"),
            ("check = \"minutes\"", "without `minimum`"),
        ] {
            let found = parse(&limit("no", rest)).unwrap_err();
            assert!(found.len() == 1 && found[0].contains(words), "{rest}: {found:?}");
        }
    }

    #[test]
    fn mistakes_in_limits_have_their_line() {
        let found = parse(concat!(
            "[[validation.limit]]\nstation = \"S 1\"\nparameter = \"pm2\"\ncheck = \"spik\"\n",
            "[[validation.limit]]\nstation = \"S1\"\nparameter = \"pm25\"\ncheck = \"range\"\nsuspect_below = 5\nfail_above = 2\n",
            "[[validation.limit]]\nstation = \"S1\"\nparameter = \"pm25\"\ncheck = \"flat\"\nsuspect_hours = 24\nfail = 3\n",
            "[[validation.limit]]\nstation = \"S9\"\nparameter = \"pm25\"\ncheck = \"rate\"\nsuspect = \"7\"\n",
        ))
        .unwrap_err();
        for (line, words) in [
            (6, "limit for \"S 1\""),
            (7, "\"pm25\""),
            (8, "\"spike\""),
            (12, "rising order"),
            (19, "from 1 to 23"),
            (20, "unknown key"),
            (25, "a number"),
        ] {
            let place = format!("pipeline.toml:{line}:");
            assert!(
                found.iter().any(|one| one.starts_with(&place) && one.contains(words)),
                "{place} {words}: {found:#?}"
            );
        }
        let found =
            parse("[[validation.limit]]\nstation = \"S9\"\nparameter = \"pm25\"\ncheck = \"rate\"\n").unwrap_err();
        assert!(found[0].contains("unknown station \"S9\""), "{found:?}");
    }
}
