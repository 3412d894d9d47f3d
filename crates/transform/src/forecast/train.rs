//! Fitting every target of a network, and the form in which that is kept.

use std::collections::BTreeMap;
use std::sync::Arc;

use limpid_model::forecast::ModelNote;
use limpid_model::{Instant, ParameterId, Pipeline, StationId};
use limpid_store::{Journal, KeptModel, StoreError};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::climatology::{Climatology, Normal};
use super::fitted::{Fitted, Plan};
use super::load;
use super::panel::Panel;
use super::scene::Scene;
use super::target::{BLOCK, Block, Target};
use super::weather::Ahead;
use crate::assess::six;

/// Stations that regressions are fitted on: more say the same again, and each takes some 10 MB while it is at hand.
const FITTED_ON: usize = 40;
/// Bytes of a model that is read back at most; 200 stations take some 20 million.
const LARGEST: usize = 1 << 30;

/// Everything that was fitted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trained {
    /// Each parameter that any station has.
    pub parts: Vec<Part>,
}

/// One parameter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// Of what.
    pub parameter: ParameterId,
    /// Its hours.
    pub hourly: Kind,
    /// The figure of its days.
    pub daily: Kind,
}

/// One target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Kind {
    /// The methods.
    pub fitted: Fitted,
    /// What is usual at each station.
    pub normals: BTreeMap<StationId, Normal>,
    /// What is usual at all of them together.
    pub elsewhere: Normal,
}

/// Why a model was not made or not read.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// Of the journal.
    #[error(transparent)]
    Journal(#[from] StoreError),
    /// There is nothing to fit.
    #[error("no air station has hours to train on")]
    Nothing,
    /// The kept model is damaged, or another version wrote it.
    #[error("the kept forecast model cannot be read ({0}); train it anew")]
    Unreadable(String),
}

/// The lead blocks of days: from the next whole day of an issue late in the evening to the third of one early in the
/// morning. The first of them ends at least 24 hours ahead.
pub(super) fn day_blocks() -> Vec<Block> {
    (4..16).map(|at| Block { first: at * BLOCK, last: at * BLOCK + BLOCK - 1 }).collect()
}

/// Hours of a station, reduced to what is usual of each target.
type Sums = BTreeMap<Target, BTreeMap<StationId, Climatology>>;

/// Fits everything on the published hours within `from..until`. `progress` hears how many of how many steps are done.
///
/// # Errors
/// Those of the journal, and [`ModelError::Nothing`].
pub async fn train(
    pipeline: &Pipeline,
    journal: &Arc<dyn Journal>,
    (from, until): (Instant, Instant),
    ahead: Ahead,
    progress: Arc<dyn Fn(u64, u64) + Send + Sync>,
) -> Result<KeptModel, ModelError> {
    let zone = pipeline.publisher.zone;
    let (from, until) = (zone.floor_hour(from), zone.floor_hour(until));
    let stations: Vec<&StationId> = load::stations(pipeline).collect();
    let every = stations.len().div_ceil(FITTED_ON).max(1);
    let fits = if ahead == Ahead::None { 1 } else { 2 };
    let blocks = (Block::hourly().len() + day_blocks().len()) * six().len() * fits;
    let total = (stations.len() + blocks) as u64;
    let (mut sums, mut places, mut clock) = (Sums::new(), Vec::new(), Vec::new());
    let mut first = until;
    for (at, id) in stations.iter().enumerate() {
        progress(at as u64, total);
        let blank = load::station(journal, id, &six(), from, until).await?;
        if !six().into_iter().any(|parameter| blank.has(parameter)) {
            continue;
        }
        let mut panel = Panel::new(vec![blank], zone);
        for target in six().into_iter().flat_map(|one| [Target::hourly(one), Target::daily(one)]) {
            let Some(place) = panel.parameters.iter().position(|one| *one == target.parameter) else { continue };
            let series = target.series(&panel.places[0].parameters[place]);
            let climatology = Climatology::new(&series, &panel.clock, panel.hours());
            if climatology.hours > 0 {
                let known = series.values.iter().position(|value| !value.is_nan()).unwrap_or(0);
                first = first.min(panel.instant(known));
                sums.entry(target).or_default().insert((*id).clone(), climatology);
            }
        }
        if at % every == 0 {
            places.extend(panel.places.pop());
            clock = std::mem::take(&mut panel.clock);
        }
    }
    if sums.is_empty() || places.is_empty() {
        return Err(ModelError::Nothing);
    }
    let done = stations.len() as u64;
    let fitting = tokio::task::spawn_blocking(move || {
        // What lies before the first value is not history.
        let skipped = usize::try_from((first - from).num_hours()).unwrap_or(0);
        let panel = Panel::of_places(from, six().to_vec(), clock, places).from_hour(skipped);
        let mut done = done;
        let mut step = || {
            done += 1;
            progress(done.min(total), total);
        };
        let mut parts = Vec::new();
        for parameter in six() {
            let hourly = kind(&panel, Target::hourly(parameter), &Block::hourly(), &sums, ahead, &mut step);
            let daily = kind(&panel, Target::daily(parameter), &day_blocks(), &sums, ahead, &mut step);
            if let (Some(hourly), Some(daily)) = (hourly, daily) {
                parts.push(Part { parameter, hourly, daily });
            }
        }
        progress(total, total);
        Trained { parts }
    });
    let trained = fitting.await.map_err(|failed| StoreError::io("fitting forecasts", failed))?;
    trained.pack(first, until)
}

fn kind(
    panel: &Panel,
    target: Target,
    blocks: &[Block],
    sums: &Sums,
    ahead: Ahead,
    step: &mut dyn FnMut(),
) -> Option<Kind> {
    let sums = sums.get(&target)?;
    let pooled = Climatology::pooled(sums.values());
    let scene = Scene::until(panel, target, panel.hours(), ahead)?;
    let fitted = Fitted::fit(&scene, Plan { blocks, end: panel.hours(), least_step: 1 }, step);
    let normals = sums.iter().map(|(id, one)| (id.clone(), one.normal(&pooled))).collect();
    Some(Kind { fitted, normals, elsewhere: Normal { young: true, ..pooled.normal(&pooled) } })
}

impl Kind {
    /// What is usual at a station.
    pub fn normal(&self, station: &StationId) -> &Normal {
        self.normals.get(station).unwrap_or(&self.elsewhere)
    }
}

impl Trained {
    fn pack(&self, from: Instant, until: Instant) -> Result<KeptModel, ModelError> {
        let unreadable = |error: &dyn std::fmt::Display| ModelError::Unreadable(error.to_string());
        let body = postcard::to_stdvec(self).map_err(|error| unreadable(&error))?;
        let digest: String = Sha256::digest(&body).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let body = zstd::bulk::compress(&body, zstd::DEFAULT_COMPRESSION_LEVEL).map_err(|error| unreadable(&error))?;
        let version = env!("CARGO_PKG_VERSION").to_owned();
        Ok(KeptModel { note: ModelNote { id: digest, version, from, until }, body })
    }

    /// Whether this version can read it.
    pub fn readable(model: &KeptModel) -> bool {
        Self::unpack(model).is_ok()
    }

    /// Reads a model back.
    ///
    /// # Errors
    /// [`ModelError::Unreadable`] where it is damaged, or another version wrote it.
    pub fn unpack(model: &KeptModel) -> Result<Self, ModelError> {
        let unreadable = |error: &dyn std::fmt::Display| ModelError::Unreadable(error.to_string());
        if model.note.version != env!("CARGO_PKG_VERSION") {
            return Err(ModelError::Unreadable(format!("limpid {} wrote it", model.note.version)));
        }
        let mut body = Vec::new();
        let reader = zstd::stream::read::Decoder::new(&model.body[..]).map_err(|error| unreadable(&error))?;
        let mut reader = std::io::Read::take(reader, LARGEST as u64);
        std::io::Read::read_to_end(&mut reader, &mut body).map_err(|error| unreadable(&error))?;
        postcard::from_bytes(&body).map_err(|error| unreadable(&error))
    }
}
