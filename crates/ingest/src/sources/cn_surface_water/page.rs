//! The page's table: as it is answered, or as an archive keeps it.

use limpid_model::Reason;
use serde::Deserialize;
use serde_json::Value;

use crate::formats::Fault;
use crate::sources::decode::json;

/// Before the unrounded value in a cell's title.
const ORIGINAL: &str = "原始值";

/// A table of texts.
pub(super) struct Page {
    /// Headings, without markup.
    pub headings: Vec<String>,
    /// Cells, each the original where it has one.
    pub rows: Vec<Vec<String>>,
    /// How many pages there are.
    pub pages: u32,
}

#[derive(Deserialize)]
struct Answer {
    result: Value,
    #[serde(default)]
    thead: Vec<String>,
    #[serde(default)]
    tbody: Vec<Vec<Option<String>>>,
    #[serde(default)]
    total: Value,
}

impl Page {
    /// Reads a page: JSON with `thead` and `tbody`, or CSV.
    pub fn read(body: &[u8]) -> Result<Self, Fault> {
        let damaged = |detail: String| Fault::new(Reason::Damaged, detail);
        let text = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii_start();
        if text.starts_with(b"-1") {
            return Err(damaged("the source answered -1, as it does who did not open its page first".into()));
        }
        if !text.starts_with(b"{") {
            return Self::csv(text);
        }
        let answer: Answer = json(body)?;
        if matches!(&answer.result, Value::Bool(false)) || answer.result.as_i64() == Some(0) {
            return Err(damaged("the source says that it has no result".into()));
        }
        let cells = |row: Vec<Option<String>>| row.iter().map(|cell| original(cell.as_deref().unwrap_or(""))).collect();
        let total = &answer.total;
        let pages = total.as_u64().or_else(|| total.as_str()?.parse().ok()).unwrap_or(1);
        Ok(Self {
            headings: answer.thead.iter().map(|heading| plain(heading)).collect(),
            rows: answer.tbody.into_iter().map(cells).collect(),
            pages: u32::try_from(pages).unwrap_or(1),
        })
    }

    fn csv(text: &[u8]) -> Result<Self, Fault> {
        let damaged = |error: csv::Error| {
            Fault::new(Reason::Damaged, format!("the answer is neither the page's JSON nor CSV: {error}"))
        };
        let mut reader = csv::Reader::from_reader(text);
        let headings = reader.headers().map_err(damaged)?.iter().map(str::to_owned).collect();
        let row = |row: Result<csv::StringRecord, csv::Error>| {
            row.map(|row| row.iter().map(str::to_owned).collect()).map_err(damaged)
        };
        Ok(Self { headings, rows: reader.records().map(row).collect::<Result<_, _>>()?, pages: 1 })
    }
}

/// The original in a cell's title, or else its text.
fn original(cell: &str) -> String {
    let title = cell.split_once(ORIGINAL).map(|(_, rest)| rest.trim_start_matches([':', '：', ' ']));
    let value = title.and_then(|rest| rest.split(['\'', '"', '<', '&', '>']).next()).map(str::trim);
    value.filter(|value| !value.is_empty()).map_or_else(|| plain(cell), str::to_owned)
}

/// Text without markup.
fn plain(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut within = false;
    for c in html.chars() {
        match c {
            '<' => within = true,
            '>' if within => within = false,
            c if !within => text.push(c),
            _ => {}
        }
    }
    text.replace("&nbsp;", " ").trim().to_owned()
}
