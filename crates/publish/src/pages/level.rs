//! A level of an index as shape, numeral and official colour: never colour alone, and a shape prints where a
//! background does not.

use limpid_model::Level;
use maud::{Markup, Render, html};

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

/// The outline of a shape, 64 units square.
#[derive(Debug, Clone, Copy)]
pub enum Outline {
    /// A circle around the middle with a radius of 28.
    Circle,
    /// Straight lines between these points.
    Corners(&'static [[f32; 2]]),
}

/// What stands for a level, or for none. The words stand beside it.
#[derive(Debug, Clone)]
pub enum Sign {
    /// There is no level to show: a dashed circle.
    Blank,
    /// A level.
    Level {
        /// Its shape.
        outline: Outline,
        /// The official colour, `#rrggbb`.
        colour: String,
        /// Its numeral.
        text: String,
        /// Near-black or white, whichever stands out.
        text_colour: &'static str,
        /// Where the middle of the numeral lies, from above.
        middle: f32,
    },
}

/// The shape of a level in its colour with its numeral.
pub fn shape(level: &Level) -> Sign {
    // From round to many-cornered as it gets worse; a triangle has its numeral lower.
    let (outline, middle) = match level.level {
        1 => (Outline::Circle, 32.0),
        2 => (Outline::Corners(&[[6.0, 6.0], [58.0, 6.0], [58.0, 58.0], [6.0, 58.0]]), 32.0),
        3 => (Outline::Corners(&[[32.0, 3.0], [62.0, 59.0], [2.0, 59.0]]), 43.0),
        4 => (Outline::Corners(&[[32.0, 2.0], [62.0, 32.0], [32.0, 62.0], [2.0, 32.0]]), 32.0),
        5 => (Outline::Corners(&[[32.0, 3.0], [61.0, 24.0], [50.0, 59.0], [14.0, 59.0], [3.0, 24.0]]), 34.0),
        _ => (
            Outline::Corners(&[
                [20.0, 3.0],
                [44.0, 3.0],
                [61.0, 20.0],
                [61.0, 44.0],
                [44.0, 61.0],
                [20.0, 61.0],
                [3.0, 44.0],
                [3.0, 20.0],
            ]),
            32.0,
        ),
    };
    Sign::Level {
        outline,
        colour: level.colour.clone(),
        text: level.mark.clone().unwrap_or_else(|| numeral(level.level).to_owned()),
        text_colour: text_on(&level.colour),
        middle,
    }
}

/// The outline that stands where there is no level to show.
pub fn blank() -> Sign {
    Sign::Blank
}

impl Sign {
    /// What is drawn, for a picture that has its own frame.
    pub fn inner(&self) -> Markup {
        match self {
            Self::Blank => html! {
                circle.blank cx="32" cy="32" r="28" fill="none" stroke="#4d5761" stroke-width="3" stroke-dasharray="6 5" {}
                path.blank d="M20 32h24" fill="none" stroke="#4d5761" stroke-width="3" {}
            },
            Self::Level { outline, colour, text, text_colour, middle } => html! {
                g fill=(colour) stroke="#1b1f24" stroke-width="1.5" stroke-linejoin="round" {
                    @match outline {
                        Outline::Circle => circle cx="32" cy="32" r="28" {},
                        Outline::Corners(corners) => path d=(path(corners)) {},
                    }
                }
                text x="32" y=(middle) fill=(text_colour) text-anchor="middle" dominant-baseline="central"
                    font-size="24" font-weight="700" { (text) }
            },
        }
    }
}

impl Render for Sign {
    fn render(&self) -> Markup {
        html! { svg.shape viewBox="0 0 64 64" aria-hidden="true" focusable="false" { (self.inner()) } }
    }
}

fn path(corners: &[[f32; 2]]) -> String {
    let points: Vec<String> = corners.iter().map(|[x, y]| format!("{x} {y}")).collect();
    format!("M{}Z", points.join("L"))
}

/// Near-black or white, whichever stands out more on a colour (WCAG 2.2, relative luminance).
pub fn text_on(colour: &str) -> &'static str {
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
