use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use limpid_model::ParameterId;
use limpid_model::station::Body;

use super::*;
use crate::assess::graded::{Graded, Values};
use crate::assess::testing::values;
use crate::standards::Rules;

const RIVER: Section<'static> = Section { body: Body::River, target: None, plan: &[], saturation: None };

fn judge(about: Section<'_>, text: &str) -> Graded {
    section(Rules::built_in(), about, &values(text))
}

/// The leads with their multiples: `codmn(1.2) ph`.
fn leads(graded: &Graded) -> String {
    let one = |lead: &limpid_model::Compared| match lead.multiple {
        Some(multiple) => format!("{}({multiple})", lead.parameter),
        None => lead.parameter.to_string(),
    };
    graded.compliance.compared.iter().map(one).collect::<Vec<_>>().join(" ")
}

#[test]
fn table_1_is_read_as_it_stands() {
    // Limits of classes I to V as printed; a value at a limit has its class, one last digit beyond the next.
    for (parameter, step, limits) in [
        ("codmn", 0.1, [2.0, 4.0, 6.0, 10.0, 15.0]),
        ("nh3n", 0.01, [0.15, 0.5, 1.0, 1.5, 2.0]),
        ("tp", 0.001, [0.02, 0.1, 0.2, 0.3, 0.4]),
        ("do", -0.1, [7.5, 6.0, 5.0, 3.0, 2.0]),
    ] {
        let item = Rules::built_in().gb3838.of(Body::River).find(|item| item.parameter.as_str() == parameter).unwrap();
        let class = |value: f64| item.class(values(&format!("{parameter}={value:.3}"))[&item.parameter]);
        assert_eq!(limits.map(class), [1, 2, 3, 4, 5], "{parameter}");
        assert_eq!(limits.map(|limit| class(limit + step)), [2, 3, 4, 5, 6], "{parameter}");
    }
    let count = |body, counts| Rules::built_in().gb3838.of(body).filter(|item| item.counts == counts).count();
    assert_eq!((count(Body::River, true), count(Body::Lake, true)), (21, 21), "21 items give the class");
    assert_eq!((count(Body::River, false), count(Body::Lake, false)), (1, 2), "a river has no limit of nitrogen");
}

#[test]
fn the_worst_item_gives_the_class() {
    let good = judge(RIVER, "ph=8 do=9.1 codmn=1.9 nh3n=0.10 tp=0.015");
    assert_eq!((good.level, good.primary.len()), (Some(1), 0));
    let poor = judge(RIVER, "ph=8 do=9.1 codmn=1.9 nh3n=1.80 tp=0.015 tn=9.3 fc=30000 water_temperature=31");
    assert_eq!((poor.level, leads(&poor).as_str()), (Some(5), "nh3n(0.8)"));
    let apart: Vec<_> = poor.compliance.apart.iter().map(|(parameter, class)| (parameter.as_str(), *class)).collect();
    let expected = [("fc", Some(5)), ("water_temperature", None)];
    assert_eq!(apart, expected, "neither counts, and a river has no limit of nitrogen");
    let acid = judge(RIVER, "ph=5 do=9.1 codmn=1.9 nh3n=0.10 tp=0.015");
    assert_eq!((acid.level, leads(&acid).as_str()), (Some(6), "ph"));
    let lake = Section { body: Body::Lake, ..RIVER };
    let lake = judge(lake, "ph=8 do=9.1 codmn=1.9 nh3n=0.10 tp=0.015 tn=1.80");
    assert_eq!((lake.level, lake.compliance.apart[0].1), (Some(2), Some(5)));
}

#[test]
fn values_are_rounded_before_they_are_classed() {
    // 0.1549 is reported as 0.15, 7.45 as 7.4 and 7.55 as 7.6 (GB/T 8170).
    let class = |text: &str| judge(RIVER, &format!("ph=8 codmn=1 tp=0.01 {text}")).level;
    assert_eq!(class("do=8 nh3n=0.1549"), Some(1));
    assert_eq!(class("do=8 nh3n=0.1551"), Some(2));
    assert_eq!([class("do=7.45 nh3n=0.1"), class("do=7.55 nh3n=0.1")], [Some(2), Some(1)]);
}

#[test]
fn a_class_needs_what_the_plan_has() {
    let part = judge(RIVER, "ph=8 do=9.1 codmn=1.9 nh3n=3.0");
    assert_eq!((part.level, part.reason), (None, Some("missing")));
    assert!(part.items.contains(&(ParameterId::known("tp"), None)));
    let plan = ["ph", "nh3n", "water_temperature"].map(ParameterId::known);
    let about = Section { plan: &plan, target: Some(3), ..RIVER };
    let short = judge(about, "ph=8 nh3n=3.0");
    assert_eq!((short.level, short.compliance.reached), (Some(6), Some(false)));
    assert_eq!(judge(about, "nh3n=0.1").level, None);
}

#[test]
fn leads_come_in_the_order_of_the_measures() {
    // Class first, then the multiple; at most three.
    let four = judge(RIVER, "ph=8 do=2.5 codmn=13.2 nh3n=1.30 tp=0.39 cod=31");
    assert_eq!((four.level, leads(&four).as_str()), (Some(5), "codmn(1.2) tp(1) cod(0.6)"));
    // Cyanide and metals stand before whatever is worse.
    let metals = judge(RIVER, "ph=8 do=8 codmn=40 nh3n=0.1 tp=0.01 hg=0.2 pb=60 cyanide=0.3");
    assert_eq!(leads(&metals), "cyanide(0.5) pb(0.2) hg(1)");
}

#[test]
fn the_target_is_reached_or_not() {
    let reached = |target, text: &str| judge(Section { target, ..RIVER }, text).compliance.reached;
    let third = "ph=8 do=5.5 codmn=3 nh3n=0.1 tp=0.01";
    assert_eq!(
        [reached(Some(3), third), reached(Some(2), third), reached(None, third)],
        [Some(true), Some(false), None]
    );
    assert_eq!(reached(Some(3), "ph=8"), None);
    for (text, expected) in
        [("III", Some(3)), ("Ⅱ类", Some(2)), ("5", Some(5)), ("class IV", Some(4)), ("三类", Some(3))]
    {
        assert_eq!(class(text), expected, "{text}");
    }
    assert_eq!([class(""), class("4a"), class("0"), class("VI")], [None; 4]);
}

#[test]
fn saturation_stands_for_class_i_where_it_is_asked_for() {
    // 7.4 mg/L at 25.5 degC are 90.3 % of 8.196 mg/L.
    let water = "ph=8 do=7.4 codmn=1 nh3n=0.1 tp=0.01 water_temperature=25.5";
    assert_eq!(judge(RIVER, water).level, Some(2));
    assert_eq!(judge(Section { saturation: Some(0.0), ..RIVER }, water).level, Some(1));
    // 6.4 mg/L at 12 degC are 60 % at sea level, and 90 % some 3,300 m up.
    let high = "ph=8 do=6.7 codmn=1 nh3n=0.1 tp=0.01 water_temperature=12";
    let at = |altitude| judge(Section { saturation: Some(altitude), ..RIVER }, high).level;
    assert_eq!([at(0.0), at(4500.0)], [Some(2), Some(1)]);
}

/// The national real-time feed with the class that it published itself: three snapshots of all sections.
#[test]
fn the_published_class_of_4700_rows() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/water-cn-auto");
    if !folder.exists() {
        println!("skipped: ../shared/data/water-cn-auto is not here");
        return;
    }
    /// Whether each row fits as a river and as a lake, and what the feed says of the section.
    type Seen = (Vec<[bool; 2]>, String);
    // A section, by its province and name, is one body of water in all snapshots.
    let mut sections: BTreeMap<(String, String), Seen> = BTreeMap::new();
    let mut rows = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "csv") {
            continue;
        }
        let mut reader = csv::Reader::from_path(&path).unwrap();
        let headers = reader.headers().unwrap().clone();
        let column =
            |name: &str| headers.iter().position(|header| header.trim_start_matches('\u{feff}') == name).unwrap();
        let [province, name, published, about] = ["省份", "断面名称", "水质类别", "站点提示"].map(column);
        let items = [
            ("ph", column("pH(无量纲)")),
            ("do", column("溶解氧(mg/L)")),
            ("codmn", column("高锰酸盐指数(mg/L)")),
            ("nh3n", column("氨氮(mg/L)")),
            ("tp", column("总磷(mg/L)")),
        ];
        for record in reader.records() {
            let record = record.unwrap();
            let published = match &record[published] {
                "劣Ⅴ" => INFERIOR,
                other => match class(other) {
                    Some(class) => class,
                    None => continue,
                },
            };
            rows += 1;
            let values: Values = items
                .into_iter()
                .map(|(id, column)| values(&format!("{id}={}", &record[column])).pop_first().unwrap())
                .collect();
            let level = |body| section(Rules::built_in(), Section { body, ..RIVER }, &values).level;
            let fits = [Body::River, Body::Lake].map(|body| level(body) == Some(published));
            let key = (record[province].to_owned(), record[name].to_owned());
            let entry = sections.entry(key).or_default();
            entry.0.push(fits);
            entry.1 = record[about].to_owned();
        }
    }
    assert_eq!(rows, 4700);
    let mut lakes = BTreeSet::new();
    for ((province, name), (fits, about)) in &sections {
        let all = |body: usize| fits.iter().all(|fits| fits[body]);
        assert!(all(0) || all(1), "{province} {name}: neither a river nor a lake throughout: {fits:?}");
        if !all(0) {
            lakes.insert(format!("{name} {about}"));
        }
    }
    let still = |text: &String| ["湖", "库", "淀", "海", "池", "泊", "荡", "漾"].iter().any(|word| text.contains(word));
    let odd: Vec<_> = lakes.iter().filter(|text| !still(text)).collect();
    assert!(odd.is_empty(), "judged as lakes without the name of one: {odd:?}");
    assert!(lakes.len() > 30, "{}", lakes.len());
}
