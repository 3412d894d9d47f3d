//! Laws that every method keeps, on made-up hours.

use chrono::Duration;
use limpid_model::forecast::LEAST_DAYS;
use limpid_model::{Instant, ParameterId, Zone};

use super::bands::{Bands, KEPT, MEDIAN};
use super::choice::Recent;
use super::fitted::{Fitted, Plan, Said};
use super::gram::Gram;
use super::methods::Method;
use super::noise::Noise;
use super::panel::{Blank, Panel};
use super::scene::{At, Scene};
use super::target::{Block, Target};
use super::weather::Ahead;
use crate::assess::six;

const STATIONS: usize = 2;
const HOURS: usize = 460 * 24;

fn pm25() -> ParameterId {
    ParameterId::known("pm25")
}

fn start() -> Instant {
    "2014-01-01T16:00:00Z".parse().unwrap()
}

/// Two stations that breathe the same air: a season, a day, and weather that lasts for a day or two. From hour `changed` on
/// everything is another story.
fn panel(changed: usize) -> Panel {
    let mut shared = Noise::new(1);
    let mut lasting = 0.0_f32;
    let weather: Vec<f32> = (0..HOURS)
        .map(|_| {
            lasting = 0.97 * lasting + 0.25 * shared.normal();
            lasting
        })
        .collect();
    let mut own = Noise::new(2);
    let stations = (0..STATIONS).map(|_| {
        let mut blank = Blank::new(start(), HOURS, &six());
        for (hour, weather) in weather.iter().enumerate() {
            let at = start() + Duration::hours(hour as i64);
            let season = (hour as f32 / 8766.0 * std::f32::consts::TAU).cos();
            let value = (3.5 + 0.4 * season + 0.5 * weather + 0.1 * own.normal()).exp();
            let value = if hour < changed { value } else { 999.0 - value };
            // Every station is silent now and then, and at times for days.
            if hour % 97 != 0 && hour % 2_000 > 40 {
                blank.set(pm25(), at, value.into());
                blank.set(ParameterId::known("no2"), at, f64::from(value) / 2.0);
                blank.set(
                    ParameterId::known("wind_speed"),
                    at,
                    if hour < changed { 3.0 - f64::from(*weather) } else { 40.0 },
                );
                blank.set(ParameterId::known("wind_direction"), at, (hour % 360) as f64);
            }
        }
        blank
    });
    Panel::new(stations.collect(), Zone::parse("Asia/Shanghai").unwrap())
}

fn fit<'p>(panel: &'p Panel, target: Target, blocks: &[Block], end: usize) -> (Scene<'p>, Fitted) {
    let scene = Scene::until(panel, target, end, Ahead::None).unwrap();
    let fitted = Fitted::fit(&scene, Plan { blocks, end, least_step: 11 }, &mut || {});
    (scene, fitted)
}

#[test]
fn no_method_looks_ahead() {
    let (end, origin) = (400 * 24, 420 * 24 + 9);
    let blocks = [Block { first: 1, last: 6 }, Block { first: 43, last: 48 }];
    let (known, changed) = (panel(HOURS), panel(origin + 1));
    let next = |panel: &Panel| panel.places[0].parameters[0].values[origin + 1];
    assert!((next(&known) - next(&changed)).abs() > 100.0);
    for target in [Target::hourly(pm25()), Target::daily(pm25())] {
        // What was fitted before the future differed, and what is fitted where it does.
        let (scene, fitted) = fit(&known, target, &blocks, end);
        let (other_scene, other) = fit(&changed, target, &blocks, end);
        assert_eq!(fitted, other, "the fit looks at hours behind its end");
        for place in 0..STATIONS {
            for lead in [1, 4, 6, 43, 48] {
                let at = At { place, origin, lead };
                let said = fitted.say_all(&scene, at);
                let methods: Vec<Method> = said.iter().map(|said| said.method).collect();
                assert_eq!(methods, &Method::ALL[..5], "all that need no weather to come");
                assert_eq!(said, other.say_all(&other_scene, at), "{target:?} {at:?}");
            }
        }
    }
    // The test can fail: one hour later the story is known.
    let (scene, fitted) = fit(&known, Target::hourly(pm25()), &blocks, end);
    let (other_scene, _) = fit(&changed, Target::hourly(pm25()), &blocks, end);
    let at = At { place: 0, origin: origin + 1, lead: 1 };
    assert_ne!(fitted.say(&scene, at, Method::Ridge), fitted.say(&other_scene, at, Method::Ridge));
}

#[test]
fn the_order_of_stations_does_not_matter_to_what_is_usual() {
    let mut turned = panel(HOURS);
    turned.places.reverse();
    let straight = panel(HOURS);
    let target = Target::hourly(pm25());
    let end = 400 * 24;
    let one = Scene::until(&straight, target, end, Ahead::None).unwrap();
    let other = Scene::until(&turned, target, end, Ahead::None).unwrap();
    for origin in [end, end + 500] {
        let at = |place| At { place, origin, lead: 3 };
        assert_eq!(one.usual(at(0)), other.usual(at(1)));
        assert_eq!(one.truth(at(0)).to_bits(), other.truth(at(1)).to_bits());
    }
}

#[test]
fn a_short_history_gives_plain_methods_only_and_a_broken_one_none() {
    let panel = panel(HOURS);
    let target = Target::hourly(pm25());
    let (scene, fitted) = fit(&panel, target, &[Block { first: 1, last: 6 }], 200 * 24);
    let at = At { place: 0, origin: 210 * 24, lead: 2 };
    let methods: Vec<Method> = fitted.say_all(&scene, at).iter().map(|said| said.method).collect();
    assert_eq!(methods, [Method::Persistence, Method::SameHour, Method::Climatology]);
    assert_eq!(fitted.choices[0].method, Method::Climatology);

    let silent = Panel::new(vec![Blank::new(start(), 500 * 24, &six())], Zone::parse("Asia/Shanghai").unwrap());
    let (scene, fitted) = fit(&silent, target, &[Block { first: 1, last: 6 }], 450 * 24);
    assert_eq!(fitted.say_all(&scene, At { place: 0, origin: 460 * 24, lead: 2 }), []);
}

#[test]
fn two_weeks_of_one_station_are_enough_for_what_is_usual() {
    // What `LEAST_DAYS` promises, of every lead block of hours and of days.
    let mut two_weeks = panel(HOURS);
    two_weeks.places.truncate(1);
    let end = LEAST_DAYS as usize * 24;
    for (target, blocks) in
        [(Target::hourly(pm25()), Block::hourly()), (Target::daily(pm25()), super::train::day_blocks())]
    {
        let scene = Scene::until(&two_weeks, target, end, Ahead::None).unwrap();
        let fitted = Fitted::fit(&scene, Plan { blocks: &blocks, end, least_step: 1 }, &mut || {});
        for lead in blocks.iter().map(|block| block.last) {
            let said = fitted.chosen(&scene, At { place: 0, origin: end - 1, lead });
            assert_eq!(said.map(|(said, _)| said.method), Some(Method::Climatology), "{target:?} {lead}");
        }
    }
}

#[test]
fn least_squares_are_those_of_a_textbook() {
    // Anscombe's first data set (1973): intercept 3.0001, slope 0.5001.
    let pairs = [
        (10.0, 8.04),
        (8.0, 6.95),
        (13.0, 7.58),
        (9.0, 8.81),
        (11.0, 8.33),
        (14.0, 9.96),
        (6.0, 7.24),
        (4.0, 4.26),
        (12.0, 10.84),
        (7.0, 4.82),
        (5.0, 5.68),
    ];
    let mut gram = Gram::new(2);
    for (x, y) in pairs {
        gram.add(&[1.0, x], y);
    }
    gram.settle();
    let found = gram.solve(0.0);
    assert!((found[0] - 3.0001).abs() < 1e-3 && (found[1] - 0.5001).abs() < 1e-4, "{found:?}");
    let held = gram.solve(1e6);
    assert!(held[1].abs() < 1e-4 && (held[0] - 7.5009).abs() < 1e-2, "a large penalty leaves the mean: {held:?}");
}

#[test]
fn spreads_rise_stay_above_zero_and_cover_what_they_say() {
    let mut noise = Noise::new(3);
    let mut pair = || {
        let forecast = 50.0 + 30.0 * noise.normal().abs();
        (forecast, (forecast + 0.4 * forecast * noise.normal()).max(0.0))
    };
    let bands = Bands::new((0..20_000).map(|_| pair()).collect()).unwrap();
    let later: Vec<(f32, f32)> = (0..5_000).map(|_| pair()).collect();
    let within = later.iter().filter(|(forecast, truth)| {
        let spread = bands.around(*forecast);
        assert!(spread.0.is_sorted() && spread.0[0] >= 0.0);
        spread.0[2] <= *truth && *truth <= spread.0[18]
    });
    let part = within.count() as f64 / later.len() as f64;
    assert!((0.78..0.82).contains(&part), "{part}");
    let spread = bands.around(60.0);
    assert_eq!(spread.quantile(0.5), spread.0[MEDIAN]);
    assert_eq!((spread.quantile(0.0), spread.quantile(1.0)), (spread.0[0], spread.0[KEPT.len() - 1]));
    assert!((spread.above(spread.median()) - 0.5).abs() < 0.02);
    assert_eq!(Bands::new(vec![(1.0, 2.0); 59]), None);
}

#[test]
fn what_loses_to_climatology_is_not_issued_and_that_is_said() {
    let bands = Bands::new((0..1_000).map(|at| (50.0, 40.0 + (at % 20) as f32)).collect()).unwrap();
    let said = |method, mean| Said { method, mean, spread: bands.around(mean) };
    let mut recent = Recent::default();
    let day = |day: usize| At { place: 0, origin: day * 24, lead: 24 };
    // Forty days on which the regression is right, then sixty on which it is far off.
    for at in 0..100 {
        let ridge = if at < 40 { 50.0 } else { 150.0 };
        recent.add(day(at), &said(Method::Climatology, 55.0), 50.0);
        recent.add(day(at), &said(Method::Ridge, ridge), 50.0);
        recent.add(day(at), &said(Method::Persistence, 50.0), 50.0);
    }
    let early = recent.choose(1, 41 * 24);
    assert_eq!((early.method, early.fell_back), (Method::Ridge, false));
    let late = recent.choose(1, 101 * 24);
    assert_eq!((late.method, late.fell_back), (Method::Climatology, true));
    assert_eq!(recent.choose(2, 41 * 24).method, Method::Climatology, "nothing is known of the second day");
}

#[test]
fn intervals_reach_as_far_as_those_of_the_last_year_should_have() {
    // Residuals are even over -10 to 10; then truths are even over -12 to 12 for a year, before that over -30 to 30.
    let bands = Bands::new((0..2_001).map(|at| (50.0, 40.0 + (at * 379 % 2_001) as f32 / 100.0)).collect()).unwrap();
    let said = Said { method: Method::Climatology, mean: 50.0, spread: bands.around(50.0) };
    let mut recent = Recent::default();
    let mut noise = Noise::new(5);
    for day in 0..465 {
        let at = At { place: 0, origin: day * 24, lead: 24 };
        let half = if day < 100 { 30.0 } else { 12.0 };
        // On some days there are many forecasts: every day counts the same.
        for place in 0..(1 + day % 7) {
            let even = ((day * 7 + place) * 379 % 1_000) as f32 / 500.0 - 1.0;
            recent.reach(at, &said, 50.0 + half * even);
        }
        recent.add(at, &said, 50.0 + noise.normal());
    }
    let choice = recent.choose(1, 466 * 24);
    assert!((choice.stretch - 1.2).abs() < 0.03, "{}", choice.stretch);
    assert_eq!(recent.method(1, 466 * 24), (Method::Climatology, choice.stretch));
    assert_eq!(Recent::default().choose(1, 466 * 24).stretch, 1.0, "nothing is known");
    // Nine of ten even numbers from -10 to 10 lie below 8.
    let wide = said.spread.stretched(1.2);
    assert_eq!(wide.median(), said.spread.median());
    assert!((wide.0[18] - 59.6).abs() < 0.2 && (wide.0[2] - 40.4).abs() < 0.2, "{wide:?}");
}
