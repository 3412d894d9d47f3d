//! Zooming through years, where a script runs: uPlot and the figures are loaded on a tap; nothing of it before. The same
//! figures are in the tables, the downloads and the datasets.

use limpid_model::{ParameterId, Station, Zone};
use maud::{Markup, html};

use crate::assets;
use crate::pages::say;
use crate::pages::view::View;

/// The place for the chart, shown by its script.
pub fn place(view: &View, station: &Station, parameters: &[ParameterId], zone: Zone, base: &str) -> Markup {
    let lang = view.lang;
    if parameters.is_empty() {
        return html! {};
    }
    html! {
        section #years hidden data-station=(station.id) data-zone=(zone.name()) data-base=(base)
            data-script=(assets::UPLOT.path) data-style=(assets::UPLOT_STYLE.path)
            data-loading=(lang.t("years.loading")) data-failed=(lang.t("years.failed")) data-empty=(lang.t("years.empty"))
            data-time=(lang.t("years.time")) data-days=(lang.t("period.day")) data-hours=(lang.t("period.hour")) {
            h2 { (lang.t("years.title")) }
            p.soft { (lang.t("years.about")) }
            p.tools {
                label for="years-parameter" { (lang.t("col.parameter")) }
                select #years-parameter { @for parameter in parameters {
                    option value=(parameter.as_str()) data-unit=(say::unit(parameter.unit())) { (parameter.name().get(lang.code())) }
                } }
                button type="button" data-do="load" { (lang.t("years.show")) }
                button type="button" data-do="all" hidden { (lang.t("years.all")) }
                button type="button" data-do="year" hidden { (lang.t("years.year")) }
                button type="button" data-do="month" hidden { (lang.t("years.month")) }
                button type="button" data-do="back" hidden aria-label=(lang.t("years.back")) { "←" }
                button type="button" data-do="on" hidden aria-label=(lang.t("years.on")) { "→" }
            }
            p role="status" {}
            div.plot {}
        }
        script src=(assets::YEARS.path) defer {}
    }
}
