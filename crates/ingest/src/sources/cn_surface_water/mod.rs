//! `cn-surface-water`: the real-time page of China's national surface-water automatic stations.
//!
//! | what | where |
//! | --- | --- |
//! | the page, without which nothing is answered | `GET {url}/GJZ/Business/Publish/Main.html` |
//! | its dictionary, likewise | `POST {url}/GJZ/Ajax/Publish.ashx`, form `action=getArea_RiverDic` |
//! | all sections | the same, form `AreaID=&RiverID=&MNName=&PageIndex=…&PageSize=2000&action=getRealDatas` |
//! | a table of an archive | `GET {url}`, where that ends in `.json` or `.csv` |
//!
//! The answer is a table of texts. A cell is the shown, rounded value with the original in its title, and the original is read; missing is `--`,
//! `*` (not measured there) or nothing. Times are China Standard Time **without a year**: the year is the one that brings them nearest to
//! now. A row is one sample of one moment, about every four hours. A section has no code: its name, or `province/name` where a name
//! stands for several, is how the configuration calls it. A station under maintenance (维护) marks its values so.
//! Columns: `data/sources/cn_surface_water.csv`.

mod page;

use std::sync::LazyLock;

use chrono::{Datelike, NaiveDateTime, TimeDelta};
use limpid_model::{Instant, Mark, ParameterId, Period, Reason, table};
use serde::Deserialize;

use super::adapter::{Adapter, Ask, Harvest, Media, Request};
use super::decode::{Cell, known_unit, text_number};
use super::round::rejected;
use crate::formats::Fault;
use crate::formats::long::short;
use page::Page;

/// China Standard Time is eight hours ahead of UTC, all the year.
const AHEAD: TimeDelta = TimeDelta::hours(8);
const FORM: &str = "application/x-www-form-urlencoded";
/// As many rows as the page itself asks for: all.
const ROWS: u32 = 2000;

#[derive(Deserialize)]
struct Heading {
    heading: String,
    parameter: ParameterId,
    unit: String,
}

static HEADINGS: LazyLock<Vec<Heading>> = LazyLock::new(|| {
    let text = include_str!("../../../../../data/sources/cn_surface_water.csv");
    table::rows("sources/cn_surface_water.csv", text)
});

/// See the module.
pub struct CnSurfaceWater;

impl Adapter for CnSurfaceWater {
    fn begin(&self, ask: &Ask<'_>) -> Vec<Request> {
        let url = &ask.source.url;
        if url.ends_with(".json") || url.ends_with(".csv") {
            return vec![Request::get("page/1", url, Media::Json)];
        }
        let ajax = format!("{url}/GJZ/Ajax/Publish.ashx");
        vec![
            Request::get("open", format!("{url}/GJZ/Business/Publish/Main.html"), Media::Any).leading(),
            Request::get("dictionary", ajax, Media::Any).post(FORM, "action=getArea_RiverDic").leading(),
            sections(ask, 1),
        ]
    }

    fn read<'p>(&self, ask: &Ask<'p>, request: &Request, body: &[u8], harvest: &mut Harvest<'p>) -> Result<(), Fault> {
        let Some(number) = request.name.strip_prefix("page/") else { return Ok(()) };
        let page = Page::read(body)?;
        let columns = Columns::find(&page)?;
        for row in &page.rows {
            columns.read(ask, row, harvest);
        }
        let number: u32 = number.parse().unwrap_or(1);
        if request.post.is_some() && number < page.pages {
            harvest.next.push(sections(ask, number + 1));
        }
        Ok(())
    }
}

fn sections(ask: &Ask<'_>, page: u32) -> Request {
    let body = format!("AreaID=&RiverID=&MNName=&PageIndex={page}&PageSize={ROWS}&action=getRealDatas");
    let url = format!("{}/GJZ/Ajax/Publish.ashx", ask.source.url);
    Request::get(format!("page/{page}"), url, Media::Json).post(FORM, body).leading()
}

/// Where a page has what.
struct Columns {
    province: usize,
    section: usize,
    time: usize,
    state: Option<usize>,
    values: Vec<(usize, &'static Heading)>,
}

impl Columns {
    fn find(page: &Page) -> Result<Self, Fault> {
        let at = |name: &str| page.headings.iter().position(|heading| heading.starts_with(name));
        let need =
            |name: &str| at(name).ok_or_else(|| Fault::new(Reason::Damaged, format!("the page has no column {name}")));
        // An archive may carry the originals in columns of their own.
        let value = |row: &'static Heading| {
            let original = at(&format!("原始_{}", row.heading));
            original.or_else(|| at(&row.heading)).map(|place| (place, row))
        };
        Ok(Self {
            province: need("省份")?,
            section: need("断面名称")?,
            time: need("监测时间")?,
            state: at("站点情况"),
            values: HEADINGS.iter().filter_map(value).collect(),
        })
    }

    fn read<'p>(&self, ask: &Ask<'p>, row: &[String], harvest: &mut Harvest<'p>) {
        let cell = |place: usize| row.get(place).map_or("", String::as_str);
        let (province, section) = (cell(self.province), cell(self.section));
        let whole = || ask.roster.find(&format!("{province}/{section}"));
        let Some(station) = whole().or_else(|| ask.roster.find(section)) else { return };
        let Some(start) = time(cell(self.time), ask.now) else {
            let detail = format!("{:?} is no time of {}", short(cell(self.time)), station.id);
            harvest.rows.push(Err(rejected(Reason::BadTime, detail)));
            return;
        };
        let maintained = self.state.is_some_and(|place| cell(place).contains("维护"));
        let mark = if maintained { Mark::parse("M") } else { None };
        for (place, heading) in &self.values {
            let unit = known_unit(&heading.unit);
            let of = Cell { station, parameter: heading.parameter, period: Period::Moment, start, unit, mark };
            if let Some(value) = text_number(cell(*place)).transpose() {
                harvest.push(of, value.map(Some));
            }
        }
    }
}

/// `11-08 08:00` in the year that brings it nearest to `now`.
fn time(text: &str, now: Instant) -> Option<Instant> {
    let year = (now + AHEAD).year();
    let read = |year: i32| NaiveDateTime::parse_from_str(&format!("{year}-{text}"), "%Y-%m-%d %H:%M").ok();
    let times = [year - 1, year, year + 1].into_iter().filter_map(read).map(|local| local.and_utc() - AHEAD);
    times.min_by_key(|at| (*at - now).abs())
}

#[cfg(test)]
mod tests;
