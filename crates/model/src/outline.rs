//! Lines of a map, read from GeoJSON (RFC 7946): borders as closed lines, water courses and roads as open ones.

use serde_json::Value;

/// Points that a map may have. One that is simplified for the screen has some thousands.
pub const MOST_POINTS: usize = 100_000;

/// Lines of a map.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outline {
    /// Rings of polygons.
    pub areas: Vec<Vec<[f64; 2]>>,
    /// Lines that are not closed.
    pub lines: Vec<Vec<[f64; 2]>>,
}

impl Outline {
    /// Reads GeoJSON. Points in it are passed over: stations stand in the registry.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let value: Value = serde_json::from_str(text).map_err(|error| format!("not JSON: {error}"))?;
        let mut outline = Self::default();
        outline.add(&value)?;
        if outline.areas.is_empty() && outline.lines.is_empty() {
            return Err("there is no polygon and no line in it".to_owned());
        }
        let points = outline.points().count();
        if points > MOST_POINTS {
            return Err(format!("it has {points} points, more than {MOST_POINTS}: simplify it"));
        }
        Ok(outline)
    }

    /// Every point: longitude, latitude.
    pub fn points(&self) -> impl Iterator<Item = [f64; 2]> {
        self.areas.iter().chain(&self.lines).flatten().copied()
    }

    fn add(&mut self, value: &Value) -> Result<(), String> {
        let list = |name: &str| value[name].as_array().ok_or_else(|| format!("`{name}` is no list"));
        match value["type"].as_str().unwrap_or_default() {
            "FeatureCollection" => list("features")?.iter().try_for_each(|feature| self.add(feature)),
            "GeometryCollection" => list("geometries")?.iter().try_for_each(|geometry| self.add(geometry)),
            // A feature may be without geometry.
            "Feature" if value["geometry"].is_null() => Ok(()),
            "Feature" => self.add(&value["geometry"]),
            "Polygon" => rings(list("coordinates")?, &mut self.areas),
            "MultiPolygon" => {
                list("coordinates")?.iter().try_for_each(|polygon| rings(members(polygon)?, &mut self.areas))
            }
            "LineString" => {
                self.lines.push(line(list("coordinates")?)?);
                Ok(())
            }
            "MultiLineString" => rings(list("coordinates")?, &mut self.lines),
            "Point" | "MultiPoint" => Ok(()),
            other => Err(format!("{other:?} is no type of GeoJSON")),
        }
    }
}

fn members(value: &Value) -> Result<&Vec<Value>, String> {
    value.as_array().ok_or_else(|| "`coordinates` are no lists of lists".to_owned())
}

fn rings(rings: &[Value], into: &mut Vec<Vec<[f64; 2]>>) -> Result<(), String> {
    for ring in rings {
        into.push(line(members(ring)?)?);
    }
    Ok(())
}

fn line(positions: &[Value]) -> Result<Vec<[f64; 2]>, String> {
    let points: Vec<[f64; 2]> = positions.iter().map(position).collect::<Result<_, _>>()?;
    if points.len() < 2 {
        return Err("a line has fewer than two points".to_owned());
    }
    Ok(points)
}

fn position(position: &Value) -> Result<[f64; 2], String> {
    let number = |place: usize| position[place].as_f64();
    match (number(0), number(1)) {
        (Some(lon), Some(lat)) if lon.abs() <= 180.0 && lat.abs() <= 90.0 => Ok([lon, lat]),
        _ => Err(format!("{position} is no longitude and latitude in degrees")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn borders_and_lines_are_read_and_points_passed_over() {
        let text = r#"{"type":"FeatureCollection","features":[
            {"type":"Feature","properties":{},"geometry":{"type":"MultiPolygon","coordinates":[[[[104,28],[105,28],[105,29],[104,28]]]]}},
            {"type":"Feature","properties":null,"geometry":{"type":"LineString","coordinates":[[104.1,28.1,300],[104.5,28.5]]}},
            {"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[104,28]}},
            {"type":"Feature","properties":{},"geometry":null}]}"#;
        let outline = Outline::parse(text).unwrap();
        assert_eq!(outline.areas, [[[104.0, 28.0], [105.0, 28.0], [105.0, 29.0], [104.0, 28.0]]]);
        assert_eq!(outline.lines, [[[104.1, 28.1], [104.5, 28.5]]]);
    }

    #[test]
    fn what_is_no_map_is_refused_with_the_reason() {
        for (text, reason) in [
            ("", "not JSON"),
            ("{}", "no type of GeoJSON"),
            (r#"{"type":"FeatureCollection","features":[]}"#, "no polygon and no line"),
            (r#"{"type":"LineString","coordinates":[[104,28]]}"#, "fewer than two points"),
            (r#"{"type":"LineString","coordinates":[[104,28],[28,104]]}"#, "no longitude and latitude"),
            (r#"{"type":"Polygon","coordinates":["x"]}"#, "lists of lists"),
        ] {
            let error = Outline::parse(text).unwrap_err();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }
}
