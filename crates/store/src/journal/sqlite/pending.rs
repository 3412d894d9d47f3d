//! Accepted readings that are not yet in the order of their series: packed as they come into the blocks they will be,
//! so that the writer, while everybody waits for it, has only to insert them.

use foldhash::HashMap;

use super::pack::{Packer, Placed};

/// Room that a new block starts with: most hold an hour of minutes or two days of hours.
const READINGS: usize = 32;

/// Readings of one series and one span of time.
#[derive(Debug)]
pub(super) struct Block {
    /// Spans of the series' length since 1970.
    pub span: i64,
    /// Row of `series`.
    pub series: i64,
    /// Number of its newest reading.
    pub newest: i64,
    /// Earliest and latest start, in microseconds.
    pub first: i64,
    pub last: i64,
    /// How many of its readings are the first of their key.
    pub fresh: i64,
    packer: Packer,
}

impl Block {
    fn new(span: i64, placed: &Placed) -> Self {
        let Placed { seq, reading, .. } = placed;
        let (series, start) = (reading.series, reading.start);
        let packer = Packer::with_capacity(READINGS);
        Self { span, series, newest: *seq, first: start, last: start, fresh: 0, packer }
    }

    fn push(&mut self, placed: &Placed) {
        self.newest = placed.seq;
        self.first = self.first.min(placed.reading.start);
        self.last = self.last.max(placed.reading.start);
        self.fresh += i64::from(placed.reading.revision == 1);
        self.packer.place(placed);
    }

    /// Its readings, in the order in which they were accepted.
    pub fn bytes(&self) -> &[u8] {
        self.packer.bytes()
    }
}

/// The blocks that are open.
#[derive(Debug, Default)]
pub(super) struct Pending {
    blocks: Vec<Block>,
    /// Of each series, by id less one, the block that its last reading went to; nearly always the next one goes there
    /// too.
    last: Vec<Option<usize>>,
    by_place: HashMap<(i64, i64), usize>,
    readings: usize,
}

impl Pending {
    /// Adds a reading that starts within this span of its series, numbered higher than all before it.
    pub fn push(&mut self, span: i64, placed: &Placed) {
        let series = placed.reading.series;
        let slot = usize::try_from(series - 1).unwrap_or(0);
        if slot >= self.last.len() {
            self.last.resize(slot + 1, None);
        }
        let block = match self.last[slot].filter(|block| self.blocks[*block].span == span) {
            Some(block) => block,
            None => *self.by_place.entry((span, series)).or_insert_with(|| {
                self.blocks.push(Block::new(span, placed));
                self.blocks.len() - 1
            }),
        };
        self.last[slot] = Some(block);
        self.blocks[block].push(placed);
        self.readings += 1;
    }

    /// How many readings wait.
    pub fn readings(&self) -> usize {
        self.readings
    }

    /// All blocks, in the order of the table, so that each of its pages is touched once; none is left.
    pub fn take(&mut self) -> Vec<Block> {
        let mut blocks = std::mem::take(self).blocks;
        blocks.sort_unstable_by_key(|block| (block.span, block.series));
        blocks
    }
}
