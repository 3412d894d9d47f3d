//! What is derived of hand-made readings (`derived`, `checked`, `beside`, `amounts`) and of a file (`bulk`), whether it keeps its limits (`limits`), when it falls due (`due`, `months`), and that both speeds derive the same (`replay`).

mod amounts;
mod beside;
mod bulk;
mod checked;
mod derived;
mod due;
mod flaky;
mod limited;
mod limits;
mod months;
mod noise;
pub mod replay;
mod reviewed;
mod revised;
mod water;

use std::sync::Arc;

use limpid_model::pipeline::Files;
use limpid_model::{Instant, Mark, ParameterId, Period, Pipeline, Reading, ReceiptId, Record, StationId};
use limpid_store::Accepted;

/// Two air stations, S1 and S2, three more around S1, S3 to S5, a stack, X1, a river, W1, a lake that is drunk of, W2, a well, G1, and a noise monitor, N1, in a zone.
pub fn pipeline(zone: &str) -> Arc<Pipeline> {
    pipeline_with(zone, "")
}

/// The same with more sections in its `pipeline.toml`.
pub fn pipeline_with(zone: &str, sections: &str) -> Arc<Pipeline> {
    let publisher =
        format!("[publisher]\nid = \"test\"\nname = {{ zh = \"测试\", en = \"Test\" }}\nzone = \"{zone}\"\n");
    let files = Files {
        pipeline: publisher + sections,
        stations:
            "id,kind,name_zh,name_en,lat,lon,class,body,drinking,area\nS1,air,一,One,40,116,,,,east\nS2,air,二,Two,40,117,,,,east\nX1,outlet,排口,Stack,40,117,,,,\nW1,water,河,River,40,117,III,,,\nW2,water,湖,Lake,40,117,II,lake,true,mere\nN1,noise,声,Square,40,117,2,,,town\nG1,water,井,Well,40,117,III,groundwater,,mere\nS3,air,三,Three,40.1,116,,,,north\nS4,air,四,Four,40.2,116,,,,north\nS5,air,五,Five,40,116.1,,,,north\n"
                .to_owned(),
    };
    Arc::new(Pipeline::parse(&files).unwrap())
}

pub fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

pub fn reading(parameter: &str, period: Period, start: Instant, value: Option<f64>, mark: &str) -> Reading {
    Reading {
        station: StationId::parse("S1").unwrap(),
        parameter: ParameterId::known(parameter),
        period,
        start,
        value,
        mark: Mark::parse(mark),
        conversion: None,
    }
}

/// Readings as the journal gives them, numbered from 1.
pub fn accepted(readings: Vec<Reading>) -> Vec<Accepted> {
    let received = at("2026-11-25T00:00:00Z");
    let one = |(at, reading)| Accepted {
        seq: at as u64 + 1,
        revision: 1,
        receipt: ReceiptId::new(received, at as u128),
        received,
        reading,
    };
    readings.into_iter().enumerate().map(one).collect()
}

/// A record in a few words: `P1D mean pm25 2026-11-24T16:00 12.5 1 24/24`, `PT1H hj633-2026 … 52 pm25`.
pub fn words(record: &Record) -> String {
    let time = |at: Instant| at.format("%Y-%m-%dT%H:%M").to_string();
    match record {
        Record::Observation(o) => {
            let value = o.value.map_or("-".to_owned(), |value| value.to_string());
            let counts = o.n.zip(o.expected).map_or(String::new(), |(n, expected)| format!(" {n}/{expected}"));
            let (period, statistic) = (o.period, o.statistic.as_str());
            format!("{period} {statistic} {} {} {value} {}{counts}", o.parameter, time(o.start), o.flag.code())
        }
        Record::Assessment(a) => {
            let index = a.index.map_or("-".to_owned(), |index| index.to_string());
            let primary: Vec<_> = a.primary.iter().map(|parameter| parameter.as_str()).collect();
            format!("{} {} {} {index} {}", a.period, a.scheme.id, time(a.start), primary.join("+")).trim().to_owned()
        }
    }
}
