//! When a link stood, as far as the journal knows.

use chrono::Duration;
use limpid_model::{Instant, LinkSpan};

/// When one link stood, from its spans.
#[derive(Debug, Clone, Default)]
pub struct Stood {
    /// In order, none overlapping the next. The end of the last may be open.
    spans: Vec<Span>,
}

#[derive(Debug, Clone, Copy)]
struct Span {
    start: Instant,
    end: Option<Instant>,
    up: bool,
}

impl Stood {
    /// Of spans of one link, in their order.
    pub fn of<'a>(spans: impl IntoIterator<Item = &'a LinkSpan>) -> Self {
        let span = |span: &LinkSpan| Span { start: span.start, end: span.end, up: span.up };
        Self { spans: spans.into_iter().map(span).collect() }
    }

    /// How long it was surely or presumably down within `from..to`: whenever it was not known to be up, from the first
    /// moment on at which anything is known of it. Of what was never seen nothing is known.
    pub fn down(&self, from: Instant, to: Instant) -> Duration {
        let Some(first) = self.spans.first() else { return Duration::zero() };
        let from = from.max(first.start);
        (to - from).max(Duration::zero()) - self.within(true, from, to)
    }

    /// How long it was seen to be down within `from..to`.
    pub fn seen_down(&self, from: Instant, to: Instant) -> Duration {
        self.within(false, from, to)
    }

    /// Whether it was up at any moment of `from..to`.
    pub fn was_up(&self, from: Instant, to: Instant) -> bool {
        let touches = |span: &Span| span.start < to && span.end.is_none_or(|end| end >= from);
        self.spans.iter().any(|span| span.up && touches(span))
    }

    fn within(&self, up: bool, from: Instant, to: Instant) -> Duration {
        let of = |span: &Span| span.end.map_or(to, |end| end.min(to)) - span.start.max(from);
        let spans = self.spans.iter().filter(|span| span.up == up);
        spans.map(|span| of(span).max(Duration::zero())).sum()
    }
}
