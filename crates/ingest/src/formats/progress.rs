//! How far an import is: a bar on a terminal, a plain line now and then elsewhere.

use std::io::Write;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{HumanBytes, HumanDuration, ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Time from one plain line to the next: often enough to see life, seldom enough for a log.
const EVERY: Duration = Duration::from_secs(5);

/// Shows progress, or does not.
pub struct Progress(Shown);

enum Shown {
    Nowhere,
    Bar(ProgressBar),
    Lines(Mutex<Plain>),
}

struct Plain {
    out: Box<dyn Write + Send>,
    every: Duration,
    began: Instant,
    told: Instant,
    done: u64,
    total: u64,
}

impl Progress {
    /// Shows nothing.
    pub fn none() -> Self {
        Self(Shown::Nowhere)
    }

    /// A bar with bytes, rate and time left on standard error where that is a terminal; plain lines where not.
    pub fn stderr() -> Self {
        let target = ProgressDrawTarget::stderr();
        if target.is_hidden() {
            return Self::lines(std::io::stderr(), EVERY);
        }
        let bar = ProgressBar::with_draw_target(None, target);
        let template = "{bar:40} {bytes} of {total_bytes}  {bytes_per_sec}  {eta} left";
        Self(Shown::Bar(match ProgressStyle::with_template(template) {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        }))
    }

    /// Plain lines on `out`, at most one in `every`, and one at the end.
    pub fn lines(out: impl Write + Send + 'static, every: Duration) -> Self {
        let now = Instant::now();
        Self(Shown::Lines(Mutex::new(Plain { out: Box::new(out), every, began: now, told: now, done: 0, total: 0 })))
    }

    /// Work of `total` bytes begins.
    pub fn begin(&self, total: u64) {
        match &self.0 {
            Shown::Nowhere => {}
            Shown::Bar(bar) => {
                bar.set_length(total);
                bar.reset();
            }
            Shown::Lines(plain) => {
                let mut plain = plain.lock().unwrap_or_else(PoisonError::into_inner);
                let now = Instant::now();
                (plain.began, plain.told, plain.done, plain.total) = (now, now, 0, total);
            }
        }
    }

    /// So many bytes more are durable.
    pub fn advance(&self, bytes: u64) {
        match &self.0 {
            Shown::Nowhere => {}
            Shown::Bar(bar) => bar.inc(bytes),
            Shown::Lines(plain) => {
                let mut plain = plain.lock().unwrap_or_else(PoisonError::into_inner);
                plain.done += bytes;
                if plain.told.elapsed() >= plain.every {
                    plain.tell();
                }
            }
        }
    }

    /// The work is over, done or not.
    pub fn end(&self) {
        match &self.0 {
            Shown::Nowhere => {}
            Shown::Bar(bar) => bar.abandon(),
            Shown::Lines(plain) => plain.lock().unwrap_or_else(PoisonError::into_inner).tell(),
        }
    }
}

impl Plain {
    fn tell(&mut self) {
        self.told = Instant::now();
        let passed = self.began.elapsed();
        let rate = (self.done as f64 / passed.as_secs_f64().max(0.001)) as u64;
        let (done, total) = (HumanBytes(self.done), HumanBytes(self.total));
        let passed = HumanDuration(passed);
        // A closed standard error must not end an import.
        let _ = writeln!(self.out, "imported {done} of {total} in {passed}, {}/s", HumanBytes(rate));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[derive(Clone, Default)]
    struct Spy(Arc<Mutex<Vec<u8>>>);

    impl Write for Spy {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn told(every: Duration) -> Vec<String> {
        let spy = Spy::default();
        let progress = Progress::lines(spy.clone(), every);
        progress.begin(4096);
        progress.advance(1024);
        progress.advance(3072);
        progress.end();
        let text = String::from_utf8(spy.0.lock().unwrap().clone()).unwrap();
        text.lines().map(|line| line.split(" in ").next().unwrap().to_owned()).collect()
    }

    #[test]
    fn plain_lines_are_bounded_in_number_and_end_with_the_whole() {
        assert_eq!(told(Duration::MAX), ["imported 4.00 KiB of 4.00 KiB"]);
        let each = ["imported 1.00 KiB of 4.00 KiB", "imported 4.00 KiB of 4.00 KiB", "imported 4.00 KiB of 4.00 KiB"];
        assert_eq!(told(Duration::ZERO), each);
    }
}
