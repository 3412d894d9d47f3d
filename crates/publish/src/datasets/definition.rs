//! The datasets that are released.

use limpid_model::{Period, Pipeline, StationKind, Statistic, Text};
use serde_json::{Map, Value, json};

use super::part::Span;
use super::records::RecordTable;
use crate::answer::table::{Column, Kind};
use crate::api::item::{ASSESSMENT, DAY, FIGURE, GAP, OBSERVATION, SCORE};
use crate::api::stations::STATION;
use crate::error::{PublishError, Result};

/// What the rows of a dataset are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Contents {
    /// Hourly values of air stations.
    AirHours,
    /// Daily means and largest 8-hour means of air stations.
    AirDays,
    /// Hourly and daily indices.
    AirIndex,
    /// Hours and days of water stations.
    Water,
    /// Classes of water.
    WaterClass,
    /// Hours, days and nights of noise stations.
    Noise,
    /// Noise against the limits of its zone.
    NoiseLimit,
    /// Hours without a value, and why.
    Gaps,
    /// Every figure of every forecast.
    Forecast,
    /// The index of the days of every forecast.
    ForecastDays,
    /// How good forecasts were.
    ForecastScores,
    /// The registry.
    Stations,
    /// Records of a register, or the rows of one of its tables.
    Register,
}

impl Contents {
    /// The kind of station that its rows are of; `None` where they are of all.
    pub fn kind(self) -> Option<StationKind> {
        match self {
            Self::AirHours | Self::AirDays | Self::AirIndex => Some(StationKind::Air),
            Self::Forecast | Self::ForecastDays | Self::ForecastScores => Some(StationKind::Air),
            Self::Water | Self::WaterClass => Some(StationKind::Water),
            Self::Noise | Self::NoiseLimit => Some(StationKind::Noise),
            Self::Gaps | Self::Stations | Self::Register => None,
        }
    }

    /// Whether its parts are made of issues of forecasts, and not of published records.
    pub fn is_of_issues(self) -> bool {
        matches!(self, Self::Forecast | Self::ForecastDays)
    }

    /// How long its parts are.
    pub fn span(self) -> Span {
        if self == Self::Forecast { Span::Day } else { Span::Month }
    }

    /// Of values, which.
    pub fn values(self) -> &'static [(Period, Statistic)] {
        match self {
            Self::AirHours => &[(Period::Hour, Statistic::Mean)],
            Self::AirDays => &[(Period::Day, Statistic::Mean), (Period::Day, Statistic::Max8h)],
            Self::Water | Self::Noise => &[(Period::Hour, Statistic::Mean), (Period::Day, Statistic::Mean)],
            _ => &[],
        }
    }

    /// Of judgements, which.
    pub fn judgements(self) -> &'static [Period] {
        match self {
            Self::AirIndex | Self::WaterClass => &[Period::Hour, Period::Day],
            Self::NoiseLimit => &[Period::Day],
            _ => &[],
        }
    }
}

/// A dataset that every service has.
struct Shipped {
    id: &'static str,
    title: [&'static str; 2],
    about: [&'static str; 2],
    contents: Contents,
}

/// A dataset.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    /// Its name in addresses and on the command line.
    pub id: String,
    title: Text,
    about: Text,
    pub(crate) contents: Contents,
    /// Of records, which; `None` of other datasets.
    pub(crate) records: Option<RecordTable>,
}

/// The datasets that every service has.
const SHIPPED: &[Shipped] = &[
    Shipped {
        id: "air-hourly",
        title: ["环境空气质量小时值", "Hourly air quality"],
        about: [
            "空气站各污染物及气象参数的小时值。每行一个站点、一个参数、一个小时；缺失为空，不用 -999 等替代值。",
            "Hourly values of pollutants and weather at air stations. One row per station, parameter and hour; missing is empty, never a stand-in such as -999.",
        ],
        contents: Contents::AirHours,
    },
    Shipped {
        id: "air-daily",
        title: ["环境空气质量日值", "Daily air quality"],
        about: [
            "空气站各污染物的日均值，以及臭氧日最大 8 小时平均（statistic=max8h）。日历日为发布机构所在时区。",
            "Daily means of pollutants at air stations, and the largest moving 8-hour mean of ozone (statistic=max8h). Days are those of the publisher's zone.",
        ],
        contents: Contents::AirDays,
    },
    Shipped {
        id: "air-index",
        title: ["空气质量指数", "Air quality index"],
        about: [
            "空气质量指数（AQI）小时值与日值、分指数和首要污染物，每行注明所依据的标准版本。",
            "Hourly and daily air quality index with sub-indices and primary pollutants; every row names the edition of the standard.",
        ],
        contents: Contents::AirIndex,
    },
    Shipped {
        id: "water",
        title: ["水质监测值", "Water quality"],
        about: [
            "水站各项目的小时值与日值。低于检出限的数值公布检出限，标记为 <。",
            "Hourly and daily values of water stations. Of a value below its limit of detection the limit is given, with the mark <.",
        ],
        contents: Contents::Water,
    },
    Shipped {
        id: "water-class",
        title: ["水质类别", "Classes of water"],
        about: [
            "水站小时与日的水质类别、主要污染物和是否达到目标类别，每行注明所依据的标准版本。",
            "Hourly and daily class of water, lead pollutants and whether the target class is reached; every row names the edition of the standard.",
        ],
        contents: Contents::WaterClass,
    },
    Shipped {
        id: "noise",
        title: ["声环境监测值", "Noise"],
        about: [
            "噪声站小时等效声级，以及昼间（ld）、夜间（ln）、昼夜（ldn）和昼暮夜（lden）声级。夜间归入其开始的日期。",
            "Hourly levels of noise stations, and levels by day (ld), by night (ln), of day and night (ldn) and of day, evening and night (lden). A night belongs to the date on which it starts.",
        ],
        contents: Contents::Noise,
    },
    Shipped {
        id: "noise-limit",
        title: ["声环境达标情况", "Noise against its limits"],
        about: [
            "每个昼间和夜间的等效声级是否达到所在声环境功能区的限值。",
            "Whether the level of each day and night keeps the limit of its zone.",
        ],
        contents: Contents::NoiseLimit,
    },
    Shipped {
        id: "gaps",
        title: ["缺失时段及原因", "Gaps and their causes"],
        about: [
            "各站点、各参数应有而没有可用数值的小时，连续且原因相同的合为一行，每行一个原因（docs/gaps.md）。跨月的时段按月分开；补报到达后相应的行不再出现。",
            "Hours of which a value that may be used is owed and missing, of every station and parameter: consecutive ones of one cause in one row (docs/gaps.md). A gap that reaches into the next month is cut at its begin; when late data repair a gap its rows are withdrawn.",
        ],
        contents: Contents::Gaps,
    },
    Shipped {
        id: "forecast",
        title: ["空气质量预报", "Air quality forecasts"],
        about: [
            "所发布的每一份预报的全部数值：未来 72 小时和 7 天各污染物的预期值与分位数、所用方法、模型及其训练时段。发布后不再改动，修订另成一份。按发布日分文件。",
            "Every figure of every forecast as it was issued: expected value and quantiles of each pollutant for the next 72 hours and 7 days, with method, model and what it was trained on. Nothing issued is changed; an amendment is another issue. One file for each day of issue.",
        ],
        contents: Contents::Forecast,
    },
    Shipped {
        id: "forecast-days",
        title: ["空气质量指数预报", "Forecasts of the air quality index"],
        about: [
            "所发布的每一份预报的逐日指数范围、级别、各级别的可能性和首要污染物。超出发布机构权限的级别不给出。",
            "Range of the index, level, chance of each level and primary pollutants of each day of every forecast as it was issued. Levels above the publisher's remit are not given.",
        ],
        contents: Contents::ForecastDays,
    },
    Shipped {
        id: "forecast-scores",
        title: ["空气质量预报评分", "Scores of forecasts"],
        about: [
            "最近 30、90、365 天的预报与实况对照：误差、区间覆盖率、级别、指数范围和首要污染物准确率，按实况级别分列，并与持续性和气候值比较。每次发布预报后重新计算。",
            "How good the forecasts of the last 30, 90 and 365 days were: errors, coverage of intervals, hits of level, range and primary pollutant, by the level that came, against persistence and climatology. Worked out anew after each issue.",
        ],
        contents: Contents::ForecastScores,
    },
    Shipped {
        id: "stations",
        title: ["监测站点名录", "Stations"],
        about: [
            "监测站点的编号、名称、类型和位置（WGS 84）。",
            "Ids, names, kinds and places (WGS 84) of the monitoring stations.",
        ],
        contents: Contents::Stations,
    },
];

impl Dataset {
    /// Every dataset of a service: those that all have, and those of its registers.
    pub fn all(pipeline: &Pipeline) -> Vec<Self> {
        let shipped = SHIPPED.iter().map(|one| Self {
            id: one.id.to_owned(),
            title: Text::zh_en(one.title[0], one.title[1]),
            about: Text::zh_en(one.about[0], one.about[1]),
            contents: one.contents,
            records: None,
        });
        shipped.chain(pipeline.registers.iter().flat_map(RecordTable::all).map(Self::of_records)).collect()
    }

    fn of_records(table: RecordTable) -> Self {
        let (id, title, about) = (table.dataset(), table.title(), table.about());
        Self { id, title, about, contents: Contents::Register, records: Some(table) }
    }

    /// The dataset of this name.
    ///
    /// # Errors
    /// [`PublishError::UnknownDataset`] with the names that there are.
    pub fn parse(pipeline: &Pipeline, name: &str) -> Result<Self> {
        let mut all = Self::all(pipeline);
        match all.iter().position(|dataset| dataset.id == name) {
            Some(place) => Ok(all.swap_remove(place)),
            None => Err(PublishError::UnknownDataset {
                name: name.chars().take(80).collect(),
                known: all.iter().map(|dataset| dataset.id.as_str()).collect::<Vec<_>>().join(", "),
            }),
        }
    }

    /// Names of the datasets that every service has.
    pub(crate) fn shipped() -> Vec<&'static str> {
        SHIPPED.iter().map(|one| one.id).collect()
    }

    /// Its title.
    pub fn title(&self) -> &Text {
        &self.title
    }

    /// What it holds.
    pub fn about(&self) -> &Text {
        &self.about
    }

    /// The Table Schema of its rows (Data Package v2), with what each column means.
    pub(crate) fn schema(&self) -> Value {
        match self.contents {
            Contents::AirHours => table_schema(OBSERVATION, &["station", "parameter", "start"]),
            Contents::AirDays => table_schema(OBSERVATION, &["station", "parameter", "start", "statistic"]),
            Contents::Water | Contents::Noise => {
                table_schema(OBSERVATION, &["station", "parameter", "period", "start"])
            }
            Contents::AirIndex | Contents::WaterClass | Contents::NoiseLimit => {
                table_schema(ASSESSMENT, &["station", "scheme", "period", "start"])
            }
            Contents::Gaps => table_schema(GAP, &["station", "parameter", "start"]),
            Contents::Forecast => table_schema(FIGURE, &["issue", "parameter", "period", "start"]),
            Contents::ForecastDays => table_schema(DAY, &["issue", "start"]),
            Contents::ForecastScores => table_schema(SCORE, &["subject", "model", "parameter", "lead_day", "window"]),
            Contents::Stations => table_schema(STATION, &["id"]),
            Contents::Register => self.records.as_ref().map(RecordTable::schema).unwrap_or_default(),
        }
    }

    /// What its Data Package says beside the resources.
    pub(crate) fn metadata(&self, pipeline: &Pipeline) -> Map<String, Value> {
        let publisher = &pipeline.publisher;
        let licence = &publisher.licence;
        let simulated = pipeline.stations.iter().any(|station| station.simulated);
        let mut about = self.about.get("en").to_owned();
        match (simulated, self.contents) {
            (false, _) => {}
            (true, Contents::Register) => about.push_str(" This is a demonstration: records may be made up."),
            (true, _) => {
                about.push_str(" Some stations are simulated: their rows have simulated = true and measure nothing.");
            }
        }
        let keyword = match (self.contents, self.contents.kind()) {
            (Contents::Register, _) => "public register",
            (_, Some(StationKind::Water)) => "water quality",
            (_, Some(StationKind::Noise)) => "noise",
            _ => "air quality",
        };
        let metadata = json!({
            "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
            "title": self.title.get("en"),
            "titles": self.title,
            "description": about,
            "descriptions": self.about,
            "licenses": [{ "name": licence, "path": licence_address(licence) }],
            "contributors": [{ "title": publisher.name.get("en"), "roles": ["publisher"] }],
            "keywords": [keyword, "environment", "open data"],
            "zone": publisher.zone.name(),
        });
        match metadata {
            Value::Object(map) => map,
            _ => Map::new(),
        }
    }
}

/// Where the text of the licence with this SPDX id is.
pub fn licence_address(licence: &str) -> String {
    format!("https://spdx.org/licenses/{licence}.html")
}

fn table_schema<R>(columns: &[Column<R>], key: &[&str]) -> Value {
    let fields: Vec<Value> = columns.iter().map(|column| described(column.name, column.kind, column.about)).collect();
    json!({ "fields": fields, "primaryKey": key, "missingValues": [""] })
}

/// A column as a Table Schema says it.
pub(crate) fn described(name: &str, kind: Kind, about: &str) -> Value {
    let kind = match kind {
        Kind::Text => "string",
        // Readers that go through pandas, frictionless 5 among them, turn a column of whole numbers with a null
        // into floating point, and refuse its NaN as an integer. In Parquet it is INT64 all the same.
        Kind::Number | Kind::OptionalInteger => "number",
        Kind::Integer => "integer",
        Kind::Time => "datetime",
        Kind::Flag => "boolean",
    };
    json!({ "name": name, "type": kind, "description": about })
}
