//! A card as SVG, with the reader's own fonts.

use maud::{Markup, html};

use super::scene::{HEIGHT, PAPER, Scene, WIDTH};

/// The whole file. Everything that stands on it is also its label.
pub fn write(scene: &Scene) -> String {
    let said: Vec<&str> = scene.lines.iter().map(|line| line.text.as_str()).collect();
    let (sign, [x, y, width]) = &scene.sign;
    let drawing: Markup = html! {
        svg xmlns="http://www.w3.org/2000/svg" viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) width=(WIDTH) height=(HEIGHT)
            role="img" aria-label=(said.join(". ")) lang=(scene.lang.tag())
            font-family="system-ui, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'WenQuanYi Micro Hei', sans-serif" {
            rect width=(WIDTH) height=(HEIGHT) fill=(PAPER) {}
            g transform=(format!("translate({x} {y}) scale({})", width / 64.0)) { (sign.inner()) }
            @for line in &scene.lines {
                text x=(line.x) y=(line.y) font-size=(line.size) font-weight=(if line.bold { "700" } else { "400" }) fill=(line.colour) { (line.text) }
            }
        }
    };
    drawing.into_string()
}
