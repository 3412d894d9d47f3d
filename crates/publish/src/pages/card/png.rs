//! A card as PNG, twice as many pixels as it has units.

use tiny_skia::{Color, FillRule, Paint, PathBuilder, Pixmap, Stroke, Transform};
use ttf_parser::OutlineBuilder;

use super::font;
use super::scene::{HEIGHT, INK, Line, PAPER, SOFT, Scene, WIDTH};
use crate::pages::level::{Outline, Sign};

const PIXELS: f32 = 2.0;
/// How much bolder a bold line is, in units of its size: the font has one weight.
const BOLDER: f32 = 0.03;

/// Why a card was not painted.
#[derive(Debug, thiserror::Error)]
#[error("the picture could not be made")]
pub struct NotPainted;

/// Paints it.
///
/// # Errors
/// When the picture cannot be encoded.
pub fn paint(scene: &Scene) -> Result<Vec<u8>, NotPainted> {
    let mut pixels = Pixmap::new((WIDTH * PIXELS) as u32, (HEIGHT * PIXELS) as u32).ok_or(NotPainted)?;
    pixels.fill(colour(PAPER));
    let (sign, [x, y, width]) = &scene.sign;
    let unit = width / 64.0;
    paint_sign(&mut pixels, sign, Transform::from_translate(*x, *y).pre_scale(unit, unit).post_scale(PIXELS, PIXELS));
    for line in &scene.lines {
        write(&mut pixels, line, Transform::from_scale(PIXELS, PIXELS));
    }
    pixels.encode_png().map_err(|_| NotPainted)
}

fn paint_sign(pixels: &mut Pixmap, sign: &Sign, place: Transform) {
    let Sign::Level { outline, colour: fill, text, text_colour, middle } = sign else {
        let dash = tiny_skia::StrokeDash::new(vec![6.0, 5.0], 0.0);
        let stroke = Stroke { width: 3.0, dash, ..Stroke::default() };
        if let Some(circle) = PathBuilder::from_circle(32.0, 32.0, 28.0) {
            pixels.stroke_path(&circle, &paint_of(SOFT), &stroke, place, None);
        }
        let mut bar = PathBuilder::new();
        bar.move_to(20.0, 32.0);
        bar.line_to(44.0, 32.0);
        if let Some(bar) = bar.finish() {
            pixels.stroke_path(&bar, &paint_of(SOFT), &Stroke { dash: None, ..stroke }, place, None);
        }
        return;
    };
    let path = match outline {
        Outline::Circle => PathBuilder::from_circle(32.0, 32.0, 28.0),
        Outline::Corners(corners) => {
            let mut path = PathBuilder::new();
            for (place, [x, y]) in corners.iter().enumerate() {
                if place == 0 { path.move_to(*x, *y) } else { path.line_to(*x, *y) }
            }
            path.close();
            path.finish()
        }
    };
    if let Some(path) = path {
        pixels.fill_path(&path, &paint_of(fill), FillRule::Winding, place, None);
        pixels.stroke_path(&path, &paint_of(INK), &Stroke { width: 1.5, ..Stroke::default() }, place, None);
    }
    let size = 24.0;
    let x = 32.0 - font::width(text, size) / 2.0;
    // The middle of capital letters lies about a third of their size above the baseline.
    let line = Line { x, y: middle + size * 0.36, size, bold: true, colour: text_colour, text: (*text).to_owned() };
    write(pixels, &line, place);
}

fn write(pixels: &mut Pixmap, line: &Line, place: Transform) {
    let unit = line.size / f32::from(font::face().units_per_em());
    let paint = paint_of(line.colour);
    let mut x = line.x;
    for sign in line.text.chars() {
        let glyph = font::glyph(sign);
        let mut pen = Pen(PathBuilder::new());
        font::face().outline_glyph(glyph, &mut pen);
        // Fonts count upwards.
        let there = place.pre_translate(x, line.y).pre_scale(unit, -unit);
        if let Some(path) = pen.0.finish() {
            pixels.fill_path(&path, &paint, FillRule::Winding, there, None);
            if line.bold {
                let stroke = Stroke { width: BOLDER * line.size / unit, ..Stroke::default() };
                pixels.stroke_path(&path, &paint, &stroke, there, None);
            }
        }
        x += font::advance(glyph) * line.size;
    }
}

/// Draws a sign of the font as a path.
struct Pen(PathBuilder);

impl OutlineBuilder for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        self.0.move_to(x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.0.line_to(x, y);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.0.quad_to(x1, y1, x, y);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        self.0.cubic_to(x1, y1, x2, y2, x, y);
    }

    fn close(&mut self) {
        self.0.close();
    }
}

fn paint_of(hex: &str) -> Paint<'static> {
    let mut paint = Paint { anti_alias: true, ..Paint::default() };
    paint.set_color(colour(hex));
    paint
}

/// A colour written as `#rrggbb`; anything else is black.
fn colour(hex: &str) -> Color {
    let part = |place: usize| hex.get(place..place + 2).and_then(|text| u8::from_str_radix(text, 16).ok()).unwrap_or(0);
    Color::from_rgba8(part(1), part(3), part(5), 255)
}
