//! Pieces of pages for a frame in another site: no doors, no footer, no cookie, no script needed; links open outside of the
//! frame. `docs/embed.md` says how high each frame is to be.

mod forecast;
pub mod lists;
pub mod station;

use maud::{Markup, html};

use super::say;
use super::words::Lang;
use crate::app::App;

/// Who publishes, under which licence, and when this was made.
fn source(app: &App, lang: Lang) -> Markup {
    let publisher = &app.pipeline.publisher;
    let made = say::moment(app.now(), app.zone());
    html! {
        p.soft.source {
            (lang.fill("licence", &[("publisher", publisher.name.get(lang.code())), ("licence", &publisher.licence)])) " "
            (lang.fill("made", &[("time", &made), ("zone", app.zone().name())]))
        }
    }
}

#[cfg(test)]
mod tests;
