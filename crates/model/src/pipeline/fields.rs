//! Reading a TOML table field by field, so that every mistake is found at once and each has its line.

use std::collections::BTreeSet;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::mistake::{Mistakes, list, nearest};
use crate::text::Text;

/// The file being read and what was found wrong in it.
pub(super) struct Source<'a> {
    pub file: &'a str,
    pub text: &'a str,
    pub mistakes: &'a mut Mistakes,
}

impl Source<'_> {
    /// The line, from 1, of a byte offset.
    pub fn line(&self, offset: usize) -> usize {
        1 + self.text.as_bytes()[..offset.min(self.text.len())].iter().filter(|b| **b == b'\n').count()
    }

    pub fn mistake(&mut self, offset: usize, what: impl Into<String>, remedy: impl Into<String>) {
        let line = self.line(offset);
        self.mistakes.add(self.file.to_owned(), line, what, remedy);
    }
}

/// One table: each field is asked for once, by name; what was not asked for by [`Fields::finish`] is unknown.
pub(super) struct Fields<'t> {
    /// Dotted name of the table, for messages; empty for the whole file.
    path: String,
    table: Option<&'t DeTable<'t>>,
    offset: usize,
    asked: BTreeSet<&'static str>,
}

type Value<'t> = &'t Spanned<DeValue<'t>>;

impl<'t> Fields<'t> {
    pub fn root(table: &'t DeTable<'t>) -> Self {
        Self { path: String::new(), table: Some(table), offset: 0, asked: BTreeSet::new() }
    }

    /// The dotted name of a field.
    pub fn full(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    fn value(&mut self, key: &'static str) -> Option<Value<'t>> {
        self.asked.insert(key);
        self.table?.get(key)
    }

    /// Whether the table is written in the file at all.
    pub fn present(&self) -> bool {
        self.table.is_some()
    }

    /// Whether the field is written, whatever it holds.
    pub fn has(&self, key: &str) -> bool {
        self.table.is_some_and(|table| table.get(key).is_some())
    }

    /// Where the table or the field stands.
    pub fn offset(&self, key: &str) -> usize {
        self.table.and_then(|table| table.get(key)).map_or(self.offset, |value| value.span().start)
    }

    /// Where a field that is missing is to be written.
    fn under(&self) -> String {
        if self.path.is_empty() { String::new() } else { format!(" under [{}]", self.path) }
    }

    fn wrong(&self, source: &mut Source<'_>, key: &str, value: Value<'_>, wanted: &str) {
        let found = value.get_ref().type_str();
        source.mistake(value.span().start, format!("`{}` is {found}", self.full(key)), format!("write {wanted}"));
    }

    /// A table within this one; an absent one reads as empty.
    pub fn table(&mut self, source: &mut Source<'_>, key: &'static str) -> Fields<'t> {
        let value = self.value(key);
        let table = value.and_then(|value| {
            let table = value.get_ref().as_table();
            if table.is_none() {
                self.wrong(source, key, value, &format!("a table: [{}]", self.full(key)));
            }
            table
        });
        let offset = value.map_or(self.offset, |value| value.span().start);
        Fields { path: self.full(key), table, offset, asked: BTreeSet::new() }
    }

    /// An array of tables, `[[key]]`.
    pub fn tables(&mut self, source: &mut Source<'_>, key: &'static str) -> Vec<Fields<'t>> {
        let Some(value) = self.value(key) else {
            return Vec::new();
        };
        let remedy = format!("an array of tables: [[{}]]", self.full(key));
        let Some(array) = value.get_ref().as_array() else {
            self.wrong(source, key, value, &remedy);
            return Vec::new();
        };
        let mut tables = Vec::new();
        for item in array.iter() {
            match item.get_ref().as_table() {
                Some(table) => tables.push(Fields {
                    path: self.full(key),
                    table: Some(table),
                    offset: item.span().start,
                    asked: BTreeSet::new(),
                }),
                None => self.wrong(source, key, item, &remedy),
            }
        }
        tables
    }

    /// A string that must be there and not be empty.
    pub fn required(&mut self, source: &mut Source<'_>, key: &'static str, example: &str) -> Option<(String, usize)> {
        match self.string(source, key, example) {
            Some((text, offset)) if text.trim().is_empty() => {
                source.mistake(offset, format!("`{}` is empty", self.full(key)), format!("write {key} = {example}"));
                None
            }
            Some(found) => Some(found),
            None => {
                if self.table.and_then(|table| table.get(key)).is_none() {
                    let what = format!("`{}` is missing", self.full(key));
                    source.mistake(self.offset, what, format!("write {key} = {example}{}", self.under()));
                }
                None
            }
        }
    }

    /// A string, with the place it stands at.
    pub fn string(&mut self, source: &mut Source<'_>, key: &'static str, example: &str) -> Option<(String, usize)> {
        let value = self.value(key)?;
        match value.get_ref().as_str() {
            Some(text) => Some((text.to_owned(), value.span().start)),
            None => {
                self.wrong(source, key, value, &format!("a string: {key} = {example}"));
                None
            }
        }
    }

    /// A string that `parse` understands; what it may be is said when it does not.
    pub fn parsed<T>(
        &mut self,
        source: &mut Source<'_>,
        key: &'static str,
        known: &[&str],
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let example = format!("{:?}", known.first().copied().unwrap_or_default());
        let (text, offset) = self.string(source, key, &example)?;
        let parsed = parse(&text);
        if parsed.is_none() {
            let nearest = nearest(&text, known.iter().copied()).map(|word| format!("did you mean {word:?}? "));
            source.mistake(
                offset,
                format!("`{}` is {text:?}", self.full(key)),
                format!("{}write one of: {}", nearest.unwrap_or_default(), list(known.iter().copied())),
            );
        }
        parsed
    }

    pub fn boolean(&mut self, source: &mut Source<'_>, key: &'static str) -> Option<bool> {
        let value = self.value(key)?;
        let found = value.get_ref().as_bool();
        if found.is_none() {
            self.wrong(source, key, value, "true or false");
        }
        found
    }

    /// A whole number within `range`.
    pub fn integer(
        &mut self,
        source: &mut Source<'_>,
        key: &'static str,
        range: std::ops::RangeInclusive<u64>,
    ) -> Option<u64> {
        let value = self.value(key)?;
        let remedy = format!("a whole number from {} to {}", range.start(), range.end());
        let Some(integer) = value.get_ref().as_integer() else {
            self.wrong(source, key, value, &remedy);
            return None;
        };
        match u64::from_str_radix(&integer.as_str().replace('_', ""), integer.radix()) {
            Ok(number) if range.contains(&number) => Some(number),
            _ => {
                let what = format!("`{}` is {}", self.full(key), integer.as_str());
                source.mistake(value.span().start, what, format!("write {remedy}"));
                None
            }
        }
    }

    /// A number, whole or not, that is finite.
    pub fn number(&mut self, source: &mut Source<'_>, key: &'static str) -> Option<f64> {
        let value = self.value(key)?;
        let text = match value.get_ref() {
            DeValue::Integer(integer) => integer.as_str(),
            DeValue::Float(float) => float.as_str(),
            _ => "",
        };
        let number = text.replace('_', "").parse::<f64>().ok().filter(|number| number.is_finite());
        if number.is_none() {
            self.wrong(source, key, value, "a number such as 12.5");
        }
        number
    }

    pub fn strings(
        &mut self,
        source: &mut Source<'_>,
        key: &'static str,
        example: &str,
    ) -> Option<Vec<(String, usize)>> {
        let value = self.value(key)?;
        let items = value.get_ref().as_array().map(|array| {
            array.iter().map(|item| item.get_ref().as_str().map(|text| (text.to_owned(), item.span().start))).collect()
        });
        match items {
            Some(Some(strings)) => Some(strings),
            _ => {
                self.wrong(source, key, value, &format!("a list of strings: {key} = {example}"));
                None
            }
        }
    }

    /// A table of strings under names of the user's own, each with its place.
    pub fn words(&mut self, source: &mut Source<'_>, key: &'static str, example: &str) -> Vec<(String, String, usize)> {
        let Some(value) = self.value(key) else { return Vec::new() };
        let Some(table) = value.get_ref().as_table() else {
            self.wrong(source, key, value, &format!("a table of strings: {key} = {example}"));
            return Vec::new();
        };
        let mut words = Vec::new();
        for (name, item) in table {
            match item.get_ref().as_str() {
                Some(word) => words.push((name.get_ref().to_string(), word.to_owned(), item.span().start)),
                None => {
                    let (found, name) = (item.get_ref().type_str(), name.get_ref());
                    let what = format!("`{}` is {found} for {name:?}", self.full(key));
                    source.mistake(item.span().start, what, format!("write strings: {key} = {example}"));
                }
            }
        }
        words
    }

    /// Pairs of strings: a table `{ "a" = "b" }`, or a list of names that pair with themselves. With the place of each.
    pub fn pairs(
        &mut self,
        source: &mut Source<'_>,
        key: &'static str,
        example: &str,
    ) -> Option<Vec<(String, String, usize)>> {
        let value = self.value(key)?;
        let pair = |name: &str, value: &Spanned<DeValue<'_>>| {
            value.get_ref().as_str().map(|text| (name.to_owned(), text.to_owned(), value.span().start))
        };
        let pairs: Option<Vec<_>> = match (value.get_ref().as_table(), value.get_ref().as_array()) {
            (Some(table), _) => table.iter().map(|(name, value)| pair(name.get_ref(), value)).collect(),
            (_, Some(list)) => list.iter().map(|value| pair(value.get_ref().as_str().unwrap_or(""), value)).collect(),
            _ => None,
        };
        if pairs.is_none() {
            self.wrong(source, key, value, &format!("{key} = {example}, or a list of names"));
        }
        pairs
    }

    /// The same as [`Fields::text`], where it is written.
    pub fn optional_text(&mut self, source: &mut Source<'_>, key: &'static str) -> Option<Text> {
        self.asked.insert(key);
        if self.has(key) { self.text(source, key) } else { None }
    }

    /// A text in several languages, `{ zh = "…", en = "…" }`, or one string for all of them.
    pub fn text(&mut self, source: &mut Source<'_>, key: &'static str) -> Option<Text> {
        let example = r#"{ zh = "…", en = "…" }"#;
        let Some(value) = self.value(key) else {
            let what = format!("`{}` is missing", self.full(key));
            source.mistake(self.offset, what, format!("write {key} = {example}{}", self.under()));
            return None;
        };
        if let Some(text) = value.get_ref().as_str() {
            return Some(Text::zh_en(text, text));
        }
        let Some(table) = value.get_ref().as_table().filter(|table| !table.is_empty()) else {
            self.wrong(source, key, value, &format!("{key} = {example}"));
            return None;
        };
        let mut text = Text::default();
        for (language, item) in table {
            match item.get_ref().as_str() {
                Some(word) => text.insert(language.get_ref().as_ref(), word),
                None => self.wrong(source, key, item, &format!("{key} = {example}")),
            }
        }
        Some(text)
    }

    /// Names every field of the table that nobody asked for.
    pub fn finish(self, source: &mut Source<'_>) {
        let Some(table) = self.table else { return };
        for (key, _) in table {
            let name = key.get_ref().as_ref();
            if self.asked.contains(name) {
                continue;
            }
            let remedy = match nearest(name, self.asked.iter().copied()) {
                Some(known) => format!("did you mean `{known}`?"),
                None => format!("known here are: {}", list(self.asked.iter().copied())),
            };
            source.mistake(key.span().start, format!("unknown key `{}`", self.full(name)), remedy);
        }
    }
}
