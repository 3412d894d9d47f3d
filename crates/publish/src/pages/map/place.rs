//! From degrees to the screen, and signs that do not cover each other.

use std::fmt::Write as _;

/// Units of the drawing.
pub const WIDTH: f64 = 320.0;
/// Its height.
pub const HEIGHT: f64 = 300.0;
/// Half the width of a sign.
pub const RADIUS: f64 = 19.0;
/// Space around what is drawn.
const MARGIN: f64 = 28.0;
/// Two points of a line that are nearer are one on any screen.
const TOLERANCE: f64 = 0.6;
/// Rounds of pushing signs apart; with more signs than room some stay close.
const ROUNDS: usize = 60;

/// A stretch of land as it lies in the drawing: equirectangular with the scale of its middle latitude, north up.
pub struct Frame {
    west: f64,
    north: f64,
    /// Units per degree of longitude and of latitude.
    scale: [f64; 2],
    /// Where the north-western corner lies.
    origin: [f64; 2],
}

impl Frame {
    /// The frame that holds all these places (longitude, latitude).
    pub fn around(places: impl Iterator<Item = [f64; 2]>) -> Self {
        let (mut west, mut south, mut east, mut north) = (f64::MAX, f64::MAX, f64::MIN, f64::MIN);
        for [lon, lat] in places {
            (west, east) = (west.min(lon), east.max(lon));
            (south, north) = (south.min(lat), north.max(lat));
        }
        let narrow = ((south + north) / 2.0).to_radians().cos().max(0.05);
        // A single place has no extent; about a hundred metres then.
        let (wide, high) = (((east - west) * narrow).max(0.001), (north - south).max(0.001));
        let unit = ((WIDTH - 2.0 * MARGIN) / wide).min((HEIGHT - 2.0 * MARGIN) / high);
        let origin = [(WIDTH - (east - west) * narrow * unit) / 2.0, (HEIGHT - (north - south) * unit) / 2.0];
        Self { west, north, scale: [narrow * unit, unit], origin }
    }

    /// Where a place lies.
    pub fn at(&self, [lon, lat]: [f64; 2]) -> [f64; 2] {
        [self.origin[0] + (lon - self.west) * self.scale[0], self.origin[1] + (self.north - lat) * self.scale[1]]
    }

    /// A line as the data of a path, without points that no screen tells apart.
    pub fn path(&self, line: &[[f64; 2]], end: &str) -> String {
        let mut path = String::new();
        let mut last: Option<[f64; 2]> = None;
        for (place, point) in line.iter().enumerate() {
            let at = self.at(*point);
            let near = last.is_some_and(|last| (last[0] - at[0]).hypot(last[1] - at[1]) < TOLERANCE);
            if near && place + 1 < line.len() {
                continue;
            }
            let _ = write!(path, "{}{:.1} {:.1}", if last.is_none() { 'M' } else { 'L' }, at[0], at[1]);
            last = Some(at);
        }
        path + end
    }
}

/// Where a sign stands.
pub struct Marker {
    /// Its middle.
    pub at: [f64; 2],
    /// Where its station lies, if that is elsewhere.
    pub moved_from: Option<[f64; 2]>,
}

/// Signs pushed apart until none covers another or the rounds are over; the same input gives the same drawing.
pub fn apart(places: Vec<[f64; 2]>) -> Vec<Marker> {
    let mut at = places.clone();
    for _ in 0..ROUNDS {
        let mut moved = false;
        for one in 0..at.len() {
            for other in one + 1..at.len() {
                let [x, y] = [at[other][0] - at[one][0], at[other][1] - at[one][1]];
                let distance = x.hypot(y);
                if distance >= 2.0 * RADIUS {
                    continue;
                }
                moved = true;
                // Two at one place part along a direction of their own.
                let turn = (one * 31 + other * 17) as f64;
                let [x, y] = if distance < 0.01 { [turn.cos(), turn.sin()] } else { [x / distance, y / distance] };
                let push = (2.0 * RADIUS - distance) / 2.0 + 0.05;
                at[one] = inside([at[one][0] - x * push, at[one][1] - y * push]);
                at[other] = inside([at[other][0] + x * push, at[other][1] + y * push]);
            }
        }
        if !moved {
            break;
        }
    }
    let far = |a: [f64; 2], b: [f64; 2]| (a[0] - b[0]).hypot(a[1] - b[1]) > 2.0;
    at.into_iter().zip(places).map(|(at, from)| Marker { at, moved_from: far(at, from).then_some(from) }).collect()
}

fn inside([x, y]: [f64; 2]) -> [f64; 2] {
    [x.clamp(RADIUS, WIDTH - RADIUS), y.clamp(RADIUS, HEIGHT - RADIUS)]
}
