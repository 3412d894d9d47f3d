//! The regression against LightGBM on the same rows: one lead block at a time, fitted to February 2016, asked for the year
//! after. What LightGBM is told is what the regression is, with the damped anomaly that both correct.

use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::Instant as Clock;

use limpid_model::ParameterId;
use limpid_transform::forecast::columns::{self, Layout};
use limpid_transform::forecast::methods::Forecaster;
use limpid_transform::forecast::methods::damped::Damped;
use limpid_transform::forecast::methods::ridge::Ridge;
use limpid_transform::forecast::panel::Panel;
use limpid_transform::forecast::sample::Sample;
use limpid_transform::forecast::scene::{At, Scene};
use limpid_transform::forecast::target::{Block, HOURLY, Target};
use limpid_transform::forecast::weather::Ahead;

use crate::peers;

/// Hours from one forecast to the next.
const EVERY: usize = 6;

/// Prints seconds and errors of both for a block of each day ahead; `from` is the hour at which the training ends.
pub fn compare(panel: &Panel, from: usize) -> Result<(), Box<dyn Error>> {
    let target = Target::hourly(ParameterId::known("pm25"));
    let scene = Scene::until(panel, target, from, Ahead::None).ok_or("the panel has particles")?;
    let damped = Damped::fit(&scene, 1, HOURLY + 2, from);
    let folder = tempfile::tempdir()?;
    for block in [7, 31, 67].map(|first| Block { first, last: first + 5 }) {
        let sample = Sample::new(&scene, block, from, 1);
        let begun = Clock::now();
        let ridge = Ridge::fit(&scene, &damped, false, &[(block, sample.clone())], from, &mut || {});
        let fit = begun.elapsed().as_secs_f64();
        let later = later(&scene, block, from);
        let begun = Clock::now();
        let squares =
            later.iter().map(|at| f64::from(ridge.expect(&scene, *at) - scene.truth(*at)).powi(2)).sum::<f64>();
        let predict = begun.elapsed().as_secs_f64();
        println!(
            "forecast: {} to {} hours ahead: ridge {fit:.2} s (whole and three parts), {predict:.2} s to predict {}, rmse {:.2}",
            block.first,
            block.last,
            later.len(),
            (squares / later.len() as f64).sqrt(),
        );
        let (train, test) = (folder.path().join("train"), folder.path().join("test"));
        write(&scene, &damped, &train, &sample.0)?;
        let columns = write(&scene, &damped, &test, &later)?.to_string();
        let theirs = peers::ask("lightgbm_ridge.py", &[&train, &test, Path::new(&columns)]);
        for one in theirs.as_array().into_iter().flatten() {
            println!(
                "  LightGBM, {} rounds of {} leaves: {:.2} s, {:.2} s to predict, rmse {:.2}",
                one["rounds"],
                one["leaves"],
                one["fit_s"].as_f64().unwrap_or(f64::NAN),
                one["predict_s"].as_f64().unwrap_or(f64::NAN),
                one["rmse"].as_f64().unwrap_or(f64::NAN),
            );
        }
    }
    Ok(())
}

/// All that is forecast of the block after the training.
fn later(scene: &Scene<'_>, block: Block, from: usize) -> Vec<At> {
    let hours = scene.panel.hours();
    let places = |origin: usize| (0..scene.spots.len()).filter(move |place| scene.known(*place, origin));
    let all = (from..hours).step_by(EVERY).flat_map(|origin| {
        places(origin).flat_map(move |place| (block.first..=block.last).map(move |lead| At { place, origin, lead }))
    });
    all.filter(|at| at.hour() < hours && !scene.truth(*at).is_nan()).collect()
}

/// Writes rows, and says how many columns they have.
fn write(scene: &Scene<'_>, damped: &Damped, path: &Path, rows: &[At]) -> std::io::Result<usize> {
    let mut file = BufWriter::new(File::create(path)?);
    let mut row = Vec::new();
    for at in rows.iter().filter(|at| !scene.truth(**at).is_nan()) {
        columns::raw(scene, *at, Layout { ahead: false, changing: false }, &mut row);
        row.extend([scene.panel.clock[at.hour()].hour as f32, damped.expect(scene, *at), scene.truth(*at)]);
        for value in &row {
            file.write_all(&value.to_le_bytes())?;
        }
    }
    file.flush()?;
    Ok(row.len())
}
