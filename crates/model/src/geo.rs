//! Places on the Earth: distances and boxes of degrees, WGS 84.

/// Mean radius of the Earth, metres (IUGG).
const EARTH_M: f64 = 6_371_008.8;

/// Longitude and latitude, degrees.
pub type Point = [f64; 2];

/// Metres between two points along a great circle of a sphere: within 0.6 % of the ellipsoid.
pub fn metres([lon_a, lat_a]: Point, [lon_b, lat_b]: Point) -> f64 {
    let half = |degrees: f64| (degrees.to_radians() / 2.0).sin().powi(2);
    let chord = half(lat_b - lat_a) + lat_a.to_radians().cos() * lat_b.to_radians().cos() * half(lon_b - lon_a);
    2.0 * EARTH_M * chord.sqrt().min(1.0).asin()
}

/// A box of degrees. One whose west is larger than its east crosses the 180th meridian (RFC 7946 §5.2).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bbox {
    /// Longitude of its western edge.
    pub west: f64,
    /// Latitude of its southern edge.
    pub south: f64,
    /// Longitude of its eastern edge.
    pub east: f64,
    /// Latitude of its northern edge, not south of the southern.
    pub north: f64,
}

impl Bbox {
    /// What it looks like as text.
    pub const FORMS: [&str; 1] = ["west,south,east,north in degrees: 104.5,28.1,105.2,28.9"];

    /// Reads `west,south,east,north`.
    pub fn parse(text: &str) -> Option<Self> {
        let numbers: Vec<f64> = text.split(',').map(|part| part.trim().parse().ok()).collect::<Option<_>>()?;
        let [west, south, east, north] = numbers[..] else { return None };
        let (lon, lat) = (-180.0..=180.0, -90.0..=90.0);
        let fits = lon.contains(&west) && lon.contains(&east) && lat.contains(&south) && lat.contains(&north);
        (fits && south <= north).then_some(Self { west, south, east, north })
    }

    /// Whether it crosses the 180th meridian.
    pub fn crosses(&self) -> bool {
        self.west > self.east
    }

    /// Whether a point lies within or on the edge.
    pub fn holds(&self, [lon, lat]: Point) -> bool {
        let (behind, before) = (self.west <= lon, lon <= self.east);
        let across = if self.crosses() { behind || before } else { behind && before };
        across && self.south <= lat && lat <= self.north
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_degree_of_the_meridian_is_as_long_as_the_sphere_says() {
        // 2 pi 6371.0088 km / 360
        assert!((metres([104.0, 28.0], [104.0, 29.0]) - 111_195.08).abs() < 0.01);
    }

    #[test]
    fn a_box_may_cross_the_180th_meridian() {
        let pacific = Bbox::parse("170,-20,-170,-10").unwrap();
        assert!(pacific.holds([179.0, -15.0]) && pacific.holds([-179.0, -15.0]) && pacific.holds([170.0, -20.0]));
        assert!(!pacific.holds([0.0, -15.0]) && !pacific.holds([179.0, 0.0]));
        for text in ["", "1,2,3", "1,2,3,4,5", "a,2,3,4", "181,0,182,1", "0,-91,1,1", "0,2,1,1", "NaN,0,1,1"] {
            assert_eq!(Bbox::parse(text), None, "{text}");
        }
    }
}
