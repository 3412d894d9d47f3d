//! Surface water by GB 3838-2002 and the assessment measures of 2011 (HuanBan [2011] 22).
//!
//! - [`limits`]: the table of classes I to V
//! - [`section`]: the class of one section, its lead pollutants and its target
//! - [`oxygen`]: saturation of dissolved oxygen by temperature and altitude
//! - [`waters`]: rivers and lakes, of several sections or points
//!
//! The worst single item gives the class (measures, single-factor rule); 21 items of table 1 count, and water
//! temperature, total nitrogen and faecal coliforms are assessed apart.

pub mod limits;
pub mod oxygen;
pub mod section;
#[cfg(test)]
mod tests;
pub mod waters;

pub use limits::Classes;
pub use section::{Section, section};

/// Id of the edition in `schemes_water.toml`.
pub const ID: &str = "gb3838-2002";

/// Worse than class V.
pub const INFERIOR: u8 = 6;

/// Class III: what is worse is polluted.
pub const GOOD: u8 = 3;

/// A class as the standard writes it, from the registry's spelling: `III`, `Ⅲ`, `3`, `三`, with or without `类` or
/// `class`.
pub fn class(text: &str) -> Option<u8> {
    let text = text.trim().trim_end_matches('类').trim();
    let text = text.strip_prefix("class").unwrap_or(text).trim();
    const SPELLINGS: [[&str; 4]; 5] = [
        ["I", "Ⅰ", "1", "一"],
        ["II", "Ⅱ", "2", "二"],
        ["III", "Ⅲ", "3", "三"],
        ["IV", "Ⅳ", "4", "四"],
        ["V", "Ⅴ", "5", "五"],
    ];
    let found = SPELLINGS.iter().position(|spellings| spellings.contains(&text))?;
    u8::try_from(found + 1).ok()
}

/// The Roman numeral of classes I to V; of worse, `>V`.
pub fn numeral(class: u8) -> &'static str {
    match class {
        1 => "I",
        2 => "II",
        3 => "III",
        4 => "IV",
        5 => "V",
        _ => ">V",
    }
}
