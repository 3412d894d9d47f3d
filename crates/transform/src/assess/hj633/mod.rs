//! The Chinese air quality index (环境空气质量指数), HJ 633.
//!
//! - [`breakpoints`]: the tables of both editions
//! - [`interpolate`]: a sub-index, in exact integers
//! - [`edition2012`], [`edition2026`]: what each edition feeds into them
//!
//! Common to both: sub-index and index are rounded up; the index is the largest sub-index, at most 500; above 50 the
//! parameters that have the largest sub-index are primary pollutants, all of them on a tie.

pub mod breakpoints;
pub mod edition2012;
pub mod edition2026;
pub mod interpolate;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod vectors;

use crate::assess::{Six, Verdict, six};

pub use breakpoints::Breakpoints;
pub use edition2012::EDITION_2012;
pub use edition2026::EDITION_2026;

/// Above this index there are primary pollutants (HJ 633-2012 4.4, HJ 633-2026 4.3.1).
const PRIMARY_ABOVE: u16 = 50;

/// The verdict from sub-indices; `given` decides from the largest one whether it may be given as the index.
fn conclude(sub: Six<Option<u16>>, given: impl Fn(u16) -> bool) -> Verdict {
    let largest = sub.iter().flatten().max().copied();
    let Some(index) = largest.filter(|largest| given(*largest)) else {
        return Verdict {
            sub,
            of: [true; 6],
            index: None,
            primary: Vec::new(),
            reason: Some("missing"),
            ..Verdict::default()
        };
    };
    let leads = |sub: &Option<u16>| index > PRIMARY_ABOVE && *sub == Some(index);
    let primary = six().into_iter().zip(&sub).filter(|(_, sub)| leads(sub)).map(|(parameter, _)| parameter).collect();
    Verdict { sub, of: [true; 6], index: Some(index), primary, ..Verdict::default() }
}
