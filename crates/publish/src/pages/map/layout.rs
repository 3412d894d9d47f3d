//! Where everything lies in the drawing, kept until stations come or go: pushing signs apart takes a while, and each reader of
//! the page is shown the same.

use std::sync::{Arc, Mutex, PoisonError};

use limpid_model::geo::Point;
use limpid_model::pipeline::MapFile;

use super::place::{Frame, Marker, apart};

/// The drawing without its signs.
pub struct Layout {
    places: Vec<Point>,
    /// Where the sign of each station stands.
    pub markers: Vec<Marker>,
    /// Areas of the map as the data of a path; empty without a map.
    pub land: String,
    /// Lines of the map likewise.
    pub streams: String,
}

/// The layout of the stations that are in operation.
#[derive(Default)]
pub struct KeptLayout(Mutex<Option<Arc<Layout>>>);

impl KeptLayout {
    /// That of stations at these places; the map never changes while the service runs.
    pub fn of(&self, map: Option<&MapFile>, places: Vec<Point>) -> Arc<Layout> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = kept.as_ref().filter(|known| known.places == places) {
            return known.clone();
        }
        let layout = Arc::new(Layout::new(map, places));
        *kept = Some(layout.clone());
        layout
    }
}

impl Layout {
    fn new(map: Option<&MapFile>, places: Vec<Point>) -> Self {
        let outline = map.iter().flat_map(|map| map.outline.points());
        let frame = Frame::around(outline.chain(places.iter().copied()));
        let path = |lines: &[Vec<Point>], end: &str| lines.iter().map(|line| frame.path(line, end)).collect();
        let markers = apart(places.iter().map(|place| frame.at(*place)).collect());
        let land = map.map(|map| path(&map.outline.areas, "Z")).unwrap_or_default();
        let streams = map.map(|map| path(&map.outline.lines, "")).unwrap_or_default();
        Self { places, markers, land, streams }
    }
}
