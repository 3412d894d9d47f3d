//! A row's cells, wherever they come from.

use crate::formats::fields::Fields;

/// The cells of one row.
pub(super) trait Cells {
    /// The text of the cell at `at`, without blanks around it; empty where there is none.
    fn cell(&self, at: usize) -> &str;
}

impl Cells for Fields {
    fn cell(&self, at: usize) -> &str {
        self.get(at)
    }
}

impl Cells for Vec<String> {
    fn cell(&self, at: usize) -> &str {
        self.get(at).map_or("", |text| text.trim())
    }
}
