//! A level of an index as shape, numeral and official colour: never colour alone, and a shape prints where a
//! background does not.

use limpid_model::Level;
use maud::{Markup, html};

/// Roman numeral of a level.
pub fn numeral(level: u8) -> &'static str {
    match level {
        1 => "I",
        2 => "II",
        3 => "III",
        4 => "IV",
        5 => "V",
        6 => "VI",
        _ => "?",
    }
}

/// The shape of a level in its colour with its numeral, 64 units square. The words stand beside it.
pub fn shape(level: &Level) -> Markup {
    drawn(level.level, level.mark.as_deref(), Some(&level.colour))
}

/// The outline that stands where there is no level to show.
pub fn blank() -> Markup {
    html! {
        svg.shape viewBox="0 0 64 64" aria-hidden="true" focusable="false" {
            circle cx="32" cy="32" r="28" class="blank" {}
            path d="M20 32h24" class="blank" {}
        }
    }
}

fn drawn(level: u8, mark: Option<&str>, colour: Option<&str>) -> Markup {
    // From round to many-cornered as the air gets worse; a triangle has its numeral lower.
    let (path, baseline) = match level {
        1 => ("M32 4a28 28 0 1 0 .01 0z", 32),
        2 => ("M12 6h40a6 6 0 0 1 6 6v40a6 6 0 0 1-6 6H12a6 6 0 0 1-6-6V12a6 6 0 0 1 6-6z", 32),
        3 => ("M32 3L62 59H2z", 43),
        4 => ("M32 2L62 32 32 62 2 32z", 32),
        5 => ("M32 3L61 24 50 59H14L3 24z", 34),
        _ => ("M20 3h24l17 17v24L44 61H20L3 44V20z", 32),
    };
    let colour = colour.unwrap_or("none");
    html! {
        svg.shape viewBox="0 0 64 64" aria-hidden="true" focusable="false" {
            path d=(path) fill=(colour) stroke="#1b1f24" stroke-width="1.5" {}
            text x="32" y=(baseline) fill=(text_on(colour)) text-anchor="middle" dominant-baseline="central"
                font-size="24" font-weight="700" { (mark.unwrap_or_else(|| numeral(level))) }
        }
    }
}

/// Near-black or white, whichever stands out more on a colour (WCAG 2.2, relative luminance).
fn text_on(colour: &str) -> &'static str {
    let light = luminance(colour);
    if (light + 0.05) / (luminance("#1b1f24") + 0.05) >= 1.05 / (light + 0.05) { "#1b1f24" } else { "#ffffff" }
}

fn luminance(colour: &str) -> f64 {
    let channel = |place: usize| {
        let value = colour.get(place..place + 2).and_then(|hex| u8::from_str_radix(hex, 16).ok()).unwrap_or(255);
        let value = f64::from(value) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

#[cfg(test)]
mod tests {
    use limpid_model::Scheme;

    use super::*;

    #[test]
    fn numerals_stand_out_on_every_official_colour() {
        for scheme in Scheme::all() {
            for level in scheme.levels() {
                let (on, text) = (luminance(&level.colour), luminance(text_on(&level.colour)));
                let contrast = (on.max(text) + 0.05) / (on.min(text) + 0.05);
                // 3:1 is what AA asks of large text, which the numerals are; 4 leaves room.
                assert!(contrast >= 4.0, "{} level {}: {contrast:.2}", scheme.id, level.level);
            }
        }
        assert_eq!(text_on("#ffff00"), "#1b1f24");
        assert_eq!(text_on("#ff7e00"), "#1b1f24");
        assert_eq!(text_on("#7e0023"), "#ffffff");
    }

    #[test]
    fn contrast_is_that_of_the_standard() {
        // Black on white is 21:1 by definition; #767676 on white is the well-known 4.54:1.
        assert!((luminance("#ffffff") - 1.0).abs() < 1e-9 && luminance("#000000").abs() < 1e-9);
        let grey = 1.05 / (luminance("#767676") + 0.05);
        assert!((grey - 4.54).abs() < 0.01, "{grey}");
    }
}
