//! Forecasts of four stations for a year: fitted on three years, asked every six hours for 72 hours ahead, every method of
//! them; then one lead block of each day ahead beside LightGBM. Prints seconds, the peak of memory and the errors, and fails where
//! it takes more than 60 s or 1 GiB.

use std::time::Instant as Clock;

use limpid_model::{ParameterId, Scheme};
use limpid_transform::forecast::backtest::{Trial, backtest};
use limpid_transform::forecast::weather::Ahead;

#[path = "peer/lightgbm.rs"]
mod lightgbm;
#[path = "../tests/peers.rs"]
mod peers;
#[path = "../tests/uci.rs"]
mod uci;

/// What it may take, of issue 6.
const SECONDS: f64 = 60.0;
const KIB: u64 = 1024 * 1024;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let Some(panel) = uci::beijing() else { return Ok(()) };
    let hour = |date: &str| panel.hour_of(uci::local(date)).ok_or("the files end before the year that is tried");
    let from = hour("2016-03-01")?;
    for (parameter, ahead) in [("pm25", Ahead::None), ("o3", Ahead::None), ("pm25", Ahead::Simulated)] {
        let trial = Trial {
            panel: &panel,
            parameter: ParameterId::known(parameter),
            train_until: from,
            from,
            to: panel.hours(),
            every: 6,
            hours: 72,
            ahead,
            scheme: Scheme::parse("hj633-2012").ok_or("the scheme is built in")?,
            least_step: 1,
        };
        let begun = Clock::now();
        let lines = backtest(&trial, &mut |_| {}, &mut |_, _| {}).ok_or("nothing was tried")?;
        let seconds = begun.elapsed().as_secs_f64();
        println!("forecast: {parameter}, weather to come {ahead:?}: fit and a year's hindcast in {seconds:.1} s");
        for line in lines.iter().filter(|line| line.chosen) {
            let one = &line.figures;
            println!(
                "  day {:?}: rmse {:.1}, median mae {:.1}, pinball {:.2}",
                line.lead_day, one.rmse, one.mae_median, one.pinball
            );
        }
        if seconds > SECONDS {
            return Err(format!("{seconds:.1} s are more than {SECONDS} s").into());
        }
    }
    lightgbm::compare(&panel, from)?;
    match peak_kib() {
        Some(kib) if kib > KIB => Err(format!("peak of memory is {} MB", kib / 1024).into()),
        peak => {
            println!("  peak of memory: {} MB", peak.map_or("?".to_owned(), |kib| (kib / 1024).to_string()));
            Ok(())
        }
    }
}

/// The most memory that the process had, where the system says.
fn peak_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}
