//! Where on a card things stand.

use super::content::Content;
use super::font;
use crate::pages::level::Sign;
use crate::pages::words::Lang;

/// Units across.
pub const WIDTH: f32 = 600.0;
/// Units down.
pub const HEIGHT: f32 = 315.0;
/// Space left and right.
const MARGIN: f32 = 32.0;

/// A line of text; `y` is its baseline.
pub struct Line {
    pub x: f32,
    pub y: f32,
    pub size: f32,
    pub bold: bool,
    pub colour: &'static str,
    pub text: String,
}

/// A card as it is drawn.
pub struct Scene {
    pub lang: Lang,
    /// The sign of the level: its left and upper edge and its width.
    pub sign: (Sign, [f32; 3]),
    pub lines: Vec<Line>,
}

pub const INK: &str = "#1b1f24";
pub const SOFT: &str = "#4d5761";
pub const PAPER: &str = "#ffffff";
pub const WARN: &str = "#8a6100";

impl Scene {
    /// Puts what stands on a card into its place. Lines that are too long end in an ellipsis.
    pub fn of(content: Content) -> Self {
        let mut lines = Vec::new();
        let mut put = |x: f32, y: f32, size: f32, bold: bool, colour: &'static str, text: &str| {
            let text = font::cut(text, size, WIDTH - MARGIN - x);
            lines.push(Line { x, y, size, bold, colour, text });
        };
        let name = match content.mark {
            Some(mark) => format!("{} [{mark}]", content.name),
            None => content.name.clone(),
        };
        put(MARGIN, 56.0, 30.0, true, INK, &name);
        put(MARGIN, 84.0, 17.0, false, SOFT, &content.kind);
        let beside = MARGIN + 118.0;
        match &content.number {
            Some(number) => {
                put(beside, 155.0, 44.0, true, INK, number);
                put(beside, 195.0, 26.0, true, INK, &content.words);
            }
            None => put(beside, 172.0, 26.0, true, INK, &content.words),
        }
        if let Some(when) = &content.when {
            put(MARGIN, 238.0, 19.0, false, INK, when);
        }
        if let Some(more) = &content.more {
            put(MARGIN, 265.0, 17.0, false, INK, more);
        }
        put(MARGIN, 298.0, 14.0, false, if content.mark.is_some() { WARN } else { SOFT }, &content.source);
        Self { lang: content.lang, sign: (content.sign, [MARGIN, 106.0, 96.0]), lines }
    }
}
