//! The font of cards: what a server without fonts paints with.

use std::sync::LazyLock;

use ttf_parser::{Face, GlyphId};

/// See `assets/README.md`.
const PACKED: &[u8] = include_bytes!("../../../assets/card/microhei-gb2312.ttf.zst");

static BYTES: LazyLock<Vec<u8>> =
    LazyLock::new(|| zstd::decode_all(PACKED).expect("the font that this crate ships is whole: a test unpacks it"));
static FACE: LazyLock<Face<'static>> =
    LazyLock::new(|| Face::parse(&BYTES, 0).expect("the font that this crate ships is a font: a test reads it"));

/// The face.
pub fn face() -> &'static Face<'static> {
    &FACE
}

/// The shape of a sign, or of the box that stands for one that the font does not have.
pub fn glyph(sign: char) -> GlyphId {
    face().glyph_index(sign).unwrap_or(GlyphId(0))
}

/// How far a sign reaches, in units of a text of size 1.
pub fn advance(glyph: GlyphId) -> f32 {
    let face = face();
    f32::from(face.glyph_hor_advance(glyph).unwrap_or(face.units_per_em())) / f32::from(face.units_per_em())
}

/// How wide a text is.
pub fn width(text: &str, size: f32) -> f32 {
    text.chars().map(|sign| advance(glyph(sign))).sum::<f32>() * size
}

/// A text that fits into `room`; what is too long ends in an ellipsis.
pub fn cut(text: &str, size: f32, room: f32) -> String {
    if width(text, size) <= room {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut left = room - width("…", size);
    for sign in text.chars() {
        left -= advance(glyph(sign)) * size;
        if left < 0.0 {
            break;
        }
        kept.push(sign);
    }
    kept + "…"
}
