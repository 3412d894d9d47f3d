//! One target at all stations of a panel, with what is usual for it: what methods are fitted on and asked about.

use std::sync::OnceLock;

use super::climatology::{Climatology, Normal};
use super::outside::Outside;
use super::panel::{Panel, Series};
use super::target::Target;
use super::weather::{Ahead, Hour};

/// Longest lead that the weather to come is given for, with the margin of the blocks that are fitted on it.
const REACH: usize = super::target::HOURLY + 2;

/// A station, an hour whose value is the last one known, and how many hours after that the forecast is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct At {
    /// Place of the station in the panel.
    pub place: usize,
    /// The last hour that is known.
    pub origin: usize,
    /// Hours from there to the hour that is forecast, or with which the figure ends; from 1.
    pub lead: usize,
}

impl At {
    /// The hour that is forecast.
    pub fn hour(self) -> usize {
        self.origin + self.lead
    }
}

/// One station of a scene.
#[derive(Debug, Clone)]
pub struct Spot {
    /// What the target was.
    pub truth: Series,
    /// Truth minus what is usual.
    pub departure: Series,
    /// What is usual.
    pub normal: Normal,
}

/// One target at all stations.
#[derive(Debug)]
pub struct Scene<'p> {
    /// Where its hours come from.
    pub panel: &'p Panel,
    /// What.
    pub target: Target,
    /// Place of its parameter among those of the panel.
    pub parameter: usize,
    /// The stations, in the panel's order.
    pub spots: Vec<Spot>,
    /// The mean of the parameter over all stations.
    pub network: Series,
    /// What an outside model said of the target at each station.
    pub outside: Vec<Outside>,
    ahead: Ahead,
    paths: Vec<OnceLock<Vec<Hour>>>,
}

impl<'p> Scene<'p> {
    /// A scene whose climatologies are made of the hours before `end`. `None` where the panel lacks the parameter.
    pub fn until(panel: &'p Panel, target: Target, end: usize, ahead: Ahead) -> Option<Self> {
        let parameter = panel.parameters.iter().position(|one| *one == target.parameter)?;
        let of = |series: &Series| Climatology::new(&target.series(series), &panel.clock, end);
        let own: Vec<Climatology> = panel.places.iter().map(|place| of(&place.parameters[parameter])).collect();
        let pooled = Climatology::pooled(own.iter());
        let normals = own.iter().map(|one| one.normal(&pooled)).collect();
        Self::new(panel, target, normals, ahead)
    }

    /// A scene with what is usual at each station.
    pub fn new(panel: &'p Panel, target: Target, normals: Vec<Normal>, ahead: Ahead) -> Option<Self> {
        let parameter = panel.parameters.iter().position(|one| *one == target.parameter)?;
        let spots = panel.places.iter().zip(normals).map(|(place, normal)| {
            let truth = target.series(&place.parameters[parameter]);
            let departure = truth.values.iter().zip(&panel.clock).map(|(value, clock)| value - normal.near.at(*clock));
            let departure = Series::new(departure.collect());
            Spot { truth, departure, normal }
        });
        let spots: Vec<Spot> = spots.collect();
        let series = panel.places.iter().map(|place| &place.parameters[parameter]);
        let network = Series::mean_of(series, panel.hours());
        let paths = (0..panel.hours()).map(|_| OnceLock::new()).collect();
        let outside = vec![Outside::default(); panel.places.len()];
        Some(Self { panel, target, parameter, spots, network, outside, ahead, paths })
    }

    /// The parameter's hours at a station.
    pub fn hours(&self, place: usize) -> &Series {
        &self.panel.places[place].parameters[self.parameter]
    }

    /// What is usual at the hour that is forecast.
    pub fn usual(&self, at: At) -> f32 {
        self.spots[at.place].normal.near.at(self.panel.clock[at.hour()])
    }

    /// The same, looked at more widely around the day of the year.
    pub fn wide(&self, at: At) -> f32 {
        self.spots[at.place].normal.wide.at(self.panel.clock[at.hour()])
    }

    /// What came true; NaN where nobody knows.
    pub fn truth(&self, at: At) -> f32 {
        self.spots[at.place].truth.values.get(at.hour()).copied().unwrap_or(f32::NAN)
    }

    /// Whether the station has a value at the origin, or had one shortly before.
    pub fn known(&self, place: usize, origin: usize) -> bool {
        !self.hours(place).now(origin).is_nan()
    }

    /// Whether the weather to come is told.
    pub fn foresees(&self) -> bool {
        self.ahead != Ahead::None
    }

    /// The weather of the hours after `origin`, the next hour first.
    pub fn path(&self, origin: usize) -> &[Hour] {
        self.paths[origin].get_or_init(|| self.ahead.path(self.panel, origin, REACH))
    }
}
