//! The formats that are nothing but a mapping.

use std::sync::{Arc, LazyLock};

use limpid_model::pipeline::Mapping;

use crate::formats::Format;

/// Each of these formats, the file of its mapping, and its text.
const FILES: [(Format, &str, &str); 7] = [
    (Format::Kdd2018, "kdd2018.toml", include_str!("../../../../../data/mappings/kdd2018.toml")),
    (Format::OpenaqCsv, "openaq_csv.toml", include_str!("../../../../../data/mappings/openaq_csv.toml")),
    (Format::CnemcSite, "cnemc_site.toml", include_str!("../../../../../data/mappings/cnemc_site.toml")),
    (Format::CnemcCity, "cnemc_city.toml", include_str!("../../../../../data/mappings/cnemc_city.toml")),
    (Format::WaterCnAuto, "water_cn_auto.toml", include_str!("../../../../../data/mappings/water_cn_auto.toml")),
    (Format::Laeq1m, "laeq1m.toml", include_str!("../../../../../data/mappings/laeq1m.toml")),
    (Format::DwdDaily, "dwd_daily.toml", include_str!("../../../../../data/mappings/dwd_daily.toml")),
];

static MAPPINGS: LazyLock<Vec<(Format, Arc<Mapping>)>> = LazyLock::new(|| {
    let read = |(format, file, text)| {
        let mapping = Mapping::parse(file, text).expect("a mapping of data/mappings/, which the tests read");
        (format, Arc::new(mapping))
    };
    FILES.into_iter().map(read).collect()
});

/// The mapping that a format is, if it is one.
pub(in crate::formats) fn preset(format: Format) -> Option<Arc<Mapping>> {
    MAPPINGS.iter().find(|(known, _)| *known == format).map(|(_, mapping)| mapping.clone())
}
