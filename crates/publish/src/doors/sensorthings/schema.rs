//! Which entities there are, their properties and how they are related (18-088, clause 8.2).

/// A set of entities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Set {
    /// Stations.
    Things,
    /// Places of stations.
    Locations,
    /// When a station came to a place.
    HistoricalLocations,
    /// Series.
    Datastreams,
    /// Instruments.
    Sensors,
    /// Parameters.
    ObservedProperties,
    /// Published values.
    Observations,
    /// Places where samples are taken.
    FeaturesOfInterest,
}

/// One row of the table of sets.
struct Row {
    set: Set,
    plural: &'static str,
    singular: &'static str,
    properties: &'static [&'static str],
    /// Name, where it leads, and whether to several.
    relations: &'static [(&'static str, Set, bool)],
}

const TABLE: &[Row] = &[
    Row {
        set: Set::Things,
        plural: "Things",
        singular: "Thing",
        properties: &["name", "description", "properties"],
        relations: &[
            ("Locations", Set::Locations, true),
            ("HistoricalLocations", Set::HistoricalLocations, true),
            ("Datastreams", Set::Datastreams, true),
        ],
    },
    Row {
        set: Set::Locations,
        plural: "Locations",
        singular: "Location",
        properties: &["name", "description", "encodingType", "location", "properties"],
        relations: &[("Things", Set::Things, true), ("HistoricalLocations", Set::HistoricalLocations, true)],
    },
    Row {
        set: Set::HistoricalLocations,
        plural: "HistoricalLocations",
        singular: "HistoricalLocation",
        properties: &["time"],
        relations: &[("Thing", Set::Things, false), ("Locations", Set::Locations, true)],
    },
    Row {
        set: Set::Datastreams,
        plural: "Datastreams",
        singular: "Datastream",
        properties: &[
            "name",
            "description",
            "observationType",
            "unitOfMeasurement",
            "observedArea",
            "phenomenonTime",
            "resultTime",
            "properties",
        ],
        relations: &[
            ("Thing", Set::Things, false),
            ("Sensor", Set::Sensors, false),
            ("ObservedProperty", Set::ObservedProperties, false),
            ("Observations", Set::Observations, true),
        ],
    },
    Row {
        set: Set::Sensors,
        plural: "Sensors",
        singular: "Sensor",
        properties: &["name", "description", "encodingType", "metadata", "properties"],
        relations: &[("Datastreams", Set::Datastreams, true)],
    },
    Row {
        set: Set::ObservedProperties,
        plural: "ObservedProperties",
        singular: "ObservedProperty",
        properties: &["name", "definition", "description", "properties"],
        relations: &[("Datastreams", Set::Datastreams, true)],
    },
    Row {
        set: Set::Observations,
        plural: "Observations",
        singular: "Observation",
        properties: &["phenomenonTime", "resultTime", "result", "resultQuality", "validTime", "parameters"],
        relations: &[("Datastream", Set::Datastreams, false), ("FeatureOfInterest", Set::FeaturesOfInterest, false)],
    },
    Row {
        set: Set::FeaturesOfInterest,
        plural: "FeaturesOfInterest",
        singular: "FeatureOfInterest",
        properties: &["name", "description", "encodingType", "feature", "properties"],
        relations: &[("Observations", Set::Observations, true)],
    },
];

/// Properties with parts that have names of their own.
const WITH_PARTS: [&str; 6] = ["properties", "parameters", "unitOfMeasurement", "location", "feature", "observedArea"];

impl Set {
    /// Every set, in the order of the landing page.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|row| row.set)
    }

    fn row(self) -> &'static Row {
        TABLE.iter().find(|row| row.set == self).expect("every set stands in the table")
    }

    /// `Things`
    pub fn plural(self) -> &'static str {
        self.row().plural
    }

    /// `Thing`
    pub fn singular(self) -> &'static str {
        self.row().singular
    }

    /// The set of this name in a path.
    pub fn parse(plural: &str) -> Option<Self> {
        TABLE.iter().find(|row| row.plural == plural).map(|row| row.set)
    }

    /// Names of its properties, `id` apart.
    pub fn properties(self) -> &'static [&'static str] {
        self.row().properties
    }

    /// Its relations: name, where each leads, and whether to several.
    pub fn relations(self) -> &'static [(&'static str, Set, bool)] {
        self.row().relations
    }

    /// The relation of this name: where it leads, and whether to several.
    pub fn relation(self, name: &str) -> Option<(Set, bool)> {
        self.relations().iter().find(|relation| relation.0 == name).map(|relation| (relation.1, relation.2))
    }
}

/// The property that a word names: `@iot.id` is `id`.
pub fn property(set: Set, name: &str) -> Option<&'static str> {
    match name {
        "id" | "@iot.id" => Some("id"),
        "selfLink" | "@iot.selfLink" => Some("selfLink"),
        _ => set.properties().iter().copied().find(|known| *known == name),
    }
}

/// Parts of a path: each may lead to every station.
const MOST_PARTS: usize = 8;

/// A path from an entity of `set` to a property, `Datastream/Thing/name`, each part checked.
///
/// # Errors
/// A sentence with the names that there are.
pub fn path(set: Set, text: &str) -> Result<Vec<String>, String> {
    let parts: Vec<&str> = text.split('/').collect();
    if parts.len() > MOST_PARTS {
        return Err(format!("a path has at most {MOST_PARTS} parts"));
    }
    let mut at = set;
    for (place, part) in parts.iter().enumerate() {
        if let Some((next, _)) = at.relation(part) {
            if next == Set::Observations {
                return Err(
                    "what is observed cannot be looked through from here; ask for /Observations instead".to_owned()
                );
            }
            at = next;
            continue;
        }
        let Some(known) = property(at, part) else {
            let relations = at.relations().iter().map(|relation| relation.0);
            let names: Vec<&str> = ["id"].into_iter().chain(at.properties().iter().copied()).chain(relations).collect();
            let (part, of) = (part.chars().take(60).collect::<String>(), at.singular());
            return Err(format!("{part:?} is nothing that a {of} has; there are {}", names.join(", ")));
        };
        if place + 1 < parts.len() && !WITH_PARTS.contains(&known) {
            return Err(format!("{known} has no parts"));
        }
        let mut path: Vec<String> = parts.iter().map(|part| (*part).to_owned()).collect();
        path[place] = known.to_owned();
        return Ok(path);
    }
    Err(format!("{text:?} names an entity and none of its properties; write one behind it, {text}/id"))
}
