//! The cells of one CSV line (RFC 4180 quoting, without line breaks inside cells).

use limpid_model::Reason;

use super::Fault;

/// Splits lines; keeps its buffers from one line to the next.
pub(super) struct Fields {
    reader: csv_core::Reader,
    delimiter: u8,
    text: Vec<u8>,
    ends: Vec<usize>,
    count: usize,
}

impl Fields {
    pub(super) fn new() -> Self {
        Self::delimited(b',')
    }

    /// The same for lines with another byte between their cells.
    pub(super) fn delimited(delimiter: u8) -> Self {
        // A line is handed over whole: a stray carriage return within it is text, and its end is said by hand.
        let terminator = csv_core::Terminator::Any(b'\n');
        let reader = csv_core::ReaderBuilder::new().delimiter(delimiter).terminator(terminator).build();
        Self { reader, delimiter, text: Vec::new(), ends: Vec::new(), count: 0 }
    }

    /// Splits `line`, which has no line end, and says into how many cells.
    pub(super) fn split(&mut self, line: &str) -> usize {
        // Unquoting only ever shortens, and each cell but the first costs a delimiter: these never prove too small.
        self.text.resize(line.len() + 1, 0);
        self.ends.resize(line.bytes().filter(|byte| *byte == self.delimiter).count() + 2, 0);
        self.reader.reset();
        let (_, _, written, ended) = self.reader.read_record(line.as_bytes(), &mut self.text, &mut self.ends);
        // Empty input says that the line is over.
        let (_, _, _, last) = self.reader.read_record(b"", &mut self.text[written..], &mut self.ends[ended..]);
        self.count = ended + last;
        self.count
    }

    /// The cell at `at`, without the blanks around it; empty behind the last.
    pub(super) fn get(&self, at: usize) -> &str {
        if at >= self.count {
            return "";
        }
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        // Cuts fall on commas and quotes, so that a cell of a valid line is valid itself.
        std::str::from_utf8(&self.text[start..self.ends[at]]).unwrap_or("").trim()
    }

    /// Where the cell `name` stands in a header that was split; a fault unless it stands there once.
    pub(super) fn column(&self, name: &'static str) -> Result<usize, Fault> {
        let mut places = self.iter().enumerate().filter(|(_, cell)| *cell == name).map(|(at, _)| at);
        match (places.next(), places.next()) {
            (Some(at), None) => Ok(at),
            (None, _) => Err(Fault::new(Reason::Damaged, format!("column `{name}` is missing")).field(name)),
            (Some(_), Some(_)) => Err(Fault::new(Reason::Damaged, format!("column `{name}` stands twice")).field(name)),
        }
    }

    /// Every cell.
    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.count).map(|at| self.get(at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(line: &str) -> Vec<String> {
        let mut fields = Fields::new();
        // A longer line first: nothing of it may show through.
        fields.split("remains,of,another,\"line, quoted\",1,2,3,4,5,6,7,8,9");
        let count = fields.split(line);
        assert_eq!(fields.get(count), "", "behind the last");
        fields.iter().map(str::to_owned).collect()
    }

    #[test]
    fn cells_are_what_rfc_4180_says() {
        for (line, cells) in [
            ("a,b,c", vec!["a", "b", "c"]),
            ("a,,", vec!["a", "", ""]),
            (",", vec!["", ""]),
            ("\"a,b\",\"say \"\"no\"\"\",c", vec!["a,b", "say \"no\"", "c"]),
            (" a , 东四 ,", vec!["a", "东四", ""]),
            ("a,\"", vec!["a", ""]),
            ("a,\"b,c", vec!["a", "b,c"]),
            ("一", vec!["一"]),
            ("a\rb,c", vec!["a\rb", "c"]),
        ] {
            assert_eq!(split(line), cells, "{line:?}");
        }
        assert_eq!(split("").len(), 0);
    }

    #[test]
    fn no_line_is_too_long_or_has_too_many_cells() {
        assert_eq!(split(&",".repeat(10_000)).len(), 10_001);
        assert_eq!(split(&"\"\"".repeat(10_000)).len(), 1);
    }
}
