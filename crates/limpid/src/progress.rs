//! How far long work is: a bar on a terminal, a plain line now and then elsewhere.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{HumanDuration, ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Time from one plain line to the next.
const EVERY: Duration = Duration::from_secs(5);

/// Counted steps of one piece of work, told on standard error.
pub struct Steps {
    what: &'static str,
    bar: ProgressBar,
    plain: bool,
    began: Instant,
    told: Mutex<Instant>,
}

impl Steps {
    /// Work called `what`, such as "months computed".
    pub fn new(what: &'static str) -> Self {
        let target = ProgressDrawTarget::stderr();
        let plain = target.is_hidden();
        let template = "{bar:40} {pos} of {len} {msg}  {per_sec}  {eta} left";
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = ProgressBar::with_draw_target(None, target).with_style(style).with_message(what);
        let now = Instant::now();
        Self { what, bar, plain, began: now, told: Mutex::new(now) }
    }

    /// So many of so many are done.
    pub fn at(&self, done: u64, total: u64) {
        if !self.plain {
            self.bar.set_length(total);
            self.bar.set_position(done);
            return;
        }
        let Ok(mut told) = self.told.lock() else { return };
        if done == total || told.elapsed() >= EVERY {
            *told = Instant::now();
            let passed = self.began.elapsed();
            let rate = done as f64 / passed.as_secs_f64().max(0.001);
            eprintln!("{done} of {total} {} in {}, {rate:.1}/s", self.what, HumanDuration(passed));
        }
    }

    /// The work is over.
    pub fn end(self) {
        self.finish();
    }

    /// The same for work that others still hold on to.
    pub fn finish(&self) {
        self.bar.abandon();
    }
}
