//! Points and areas of WGS 84 as clients write them: well-known text (OGC 06-103r4, clause 7), longitude first.

use limpid_model::geo::Point;

/// Numbers that one text may have; an area of more corners is refused.
const CORNERS: usize = 10_000;

/// A point or an area. An area is a list of polygons, each its outer ring and then its holes.
#[derive(Debug, Clone, PartialEq)]
pub enum Geometry {
    /// A point.
    Point(Point),
    /// Polygons.
    Area(Vec<Vec<Vec<Point>>>),
}

impl Geometry {
    /// Reads `POINT(…)`, `POLYGON(…)` or `MULTIPOLYGON(…)`, whatever the case; a third number of a position is passed over.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = match text.split_once(';') {
            Some((reference, rest)) if reference.eq_ignore_ascii_case("SRID=4326") => rest.trim(),
            _ => text,
        };
        let open = text.find('(')?;
        let (kind, body) = text.split_at(open);
        let kind = kind.trim().to_ascii_uppercase();
        let mut read = Reader { rest: body, left: CORNERS };
        let geometry = match kind.trim_end_matches('Z').trim_end() {
            "POINT" => {
                let [point] = read.positions()?[..] else { return None };
                Self::Point(point)
            }
            "POLYGON" => Self::Area(vec![read.list(Reader::ring)?]),
            "MULTIPOLYGON" => Self::Area(read.list(|read| read.list(Reader::ring))?),
            _ => return None,
        };
        read.rest.trim().is_empty().then_some(geometry)
    }

    /// Whether a point lies within or on the edge; of a point, whether it is the same.
    pub fn holds(&self, point: Point) -> bool {
        match self {
            Self::Point(other) => *other == point,
            Self::Area(polygons) => polygons.iter().any(|rings| {
                let (outer, holes) = rings.split_first().expect("a polygon was read with a ring");
                match side(outer, point) {
                    Side::Outside => false,
                    Side::Edge => true,
                    Side::Inside => !holes.iter().any(|hole| side(hole, point) == Side::Inside),
                }
            }),
        }
    }
}

/// Degrees between two points on the plane of longitude and latitude, as PostGIS measures a `geometry`.
pub fn degrees(a: Point, b: Point) -> f64 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

#[derive(PartialEq)]
enum Side {
    Inside,
    Edge,
    Outside,
}

/// Where a point lies of a ring: the parity of the edges that a ray to the east crosses.
fn side(ring: &[Point], [x, y]: Point) -> Side {
    let mut inside = false;
    for edge in ring.windows(2) {
        let ([x1, y1], [x2, y2]) = (edge[0], edge[1]);
        let cross = (x2 - x1) * (y - y1) - (y2 - y1) * (x - x1);
        let between = |a: f64, b: f64, v: f64| a.min(b) <= v && v <= a.max(b);
        if cross == 0.0 && between(x1, x2, x) && between(y1, y2, y) {
            return Side::Edge;
        }
        if (y1 > y) != (y2 > y) && x < (x2 - x1) * (y - y1) / (y2 - y1) + x1 {
            inside = !inside;
        }
    }
    if inside { Side::Inside } else { Side::Outside }
}

struct Reader<'a> {
    rest: &'a str,
    left: usize,
}

impl Reader<'_> {
    fn take(&mut self, wanted: char) -> Option<()> {
        self.rest = self.rest.trim_start().strip_prefix(wanted)?;
        Some(())
    }

    /// `(x, x, …)`
    fn list<T>(&mut self, item: impl Fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        self.take('(')?;
        let mut items = Vec::new();
        loop {
            items.push(item(self)?);
            if self.take(',').is_none() {
                self.take(')')?;
                return Some(items);
            }
        }
    }

    fn positions(&mut self) -> Option<Vec<Point>> {
        self.list(|read| {
            read.left = read.left.checked_sub(1)?;
            let end = read.rest.find([',', ')'])?;
            let (numbers, rest) = read.rest.split_at(end);
            let numbers: Vec<f64> = numbers.split_whitespace().map(|text| text.parse().ok()).collect::<Option<_>>()?;
            read.rest = rest;
            let ([lon, lat] | [lon, lat, _]) = numbers[..] else { return None };
            ((-180.0..=180.0).contains(&lon) && (-90.0..=90.0).contains(&lat)).then_some([lon, lat])
        })
    }

    /// A closed ring of at least three corners.
    fn ring(&mut self) -> Option<Vec<Point>> {
        self.positions().filter(|ring| ring.len() >= 4 && ring.first() == ring.last())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_have_edges_holes_and_parts() {
        let area = Geometry::parse("POLYGON((0 0, 10 0,10 10 ,0 10,0 0),(4 4,6 4,6 6,4 6,4 4))").unwrap();
        for (point, held) in [
            ([1.0, 1.0], true),
            ([0.0, 5.0], true),
            ([10.0, 10.0], true),
            ([5.0, 5.0], false),
            ([4.0, 5.0], true),
            ([11.0, 5.0], false),
            ([-1.0, 0.0], false),
        ] {
            assert_eq!(area.holds(point), held, "{point:?}");
        }
        let parts = "multipolygon (((0 0,1 0,1 1,0 0)),((5 5,6 5,6 6,5 5)))";
        let parts = Geometry::parse(parts).unwrap();
        assert!(parts.holds([5.5, 5.2]) && parts.holds([0.5, 0.2]) && !parts.holds([3.0, 3.0]));
    }

    #[test]
    fn what_is_no_geometry_is_refused() {
        assert_eq!(Geometry::parse(" SRID=4326;POINT Z (104.9 28.5 300)"), Some(Geometry::Point([104.9, 28.5])));
        for text in [
            "",
            "POINT",
            "POINT()",
            "POINT(1)",
            "POINT(1 x)",
            "POINT(181 0)",
            "POINT(NaN 0)",
            "POINT(1 2",
            "POINT(1 2)x",
            "POINT(1 2,3 4)",
            "POLYGON((0 0,1 1,0 0))",
            "POLYGON((0 0,1 0,1 1,0 1))",
            "POLYGON(0 0,1 0,1 1,0 0)",
            "LINESTRING(0 0,1 1)",
            "SRID=3857;POINT(1 2)",
        ] {
            assert_eq!(Geometry::parse(text), None, "{text}");
        }
        let many = format!("POLYGON(({}))", vec!["0 0"; CORNERS + 1].join(","));
        assert_eq!(Geometry::parse(&many), None);
    }

    #[test]
    fn degrees_are_those_of_the_plane() {
        assert!((degrees([0.0, 0.0], [3.0, 4.0]) - 5.0).abs() < 1e-12);
    }
}
