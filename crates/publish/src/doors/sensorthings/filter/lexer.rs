//! Text to words.

use super::super::time::{Interval, span};
use super::value::Val;
use crate::doors::geometry::Geometry;

/// A word of an expression.
#[derive(Debug, Clone, PartialEq)]
pub enum Word {
    /// `(`
    Open,
    /// `)`
    Close,
    /// `,`
    Comma,
    /// A name, a path or an operator.
    Name(String),
    /// A value.
    Literal(Val),
}

/// Takes a text apart.
///
/// # Errors
/// A sentence about the place that cannot be read.
pub fn words(text: &str) -> Result<Vec<Word>, String> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (word, behind) = match first {
            '(' => (Word::Open, &rest[1..]),
            ')' => (Word::Close, &rest[1..]),
            ',' => (Word::Comma, &rest[1..]),
            '\'' => {
                let (text, behind) = quoted(rest)?;
                (Word::Literal(Val::Text(text)), behind)
            }
            '0'..='9' | '-' | '.' => number_or_time(rest)?,
            _ if name_char(first) => name(rest)?,
            _ => return Err(format!("{first:?} begins no word; texts stand in single quotes")),
        };
        words.push(word);
        rest = behind.trim_start();
    }
    Ok(words)
}

fn name_char(c: char) -> bool {
    c.is_alphanumeric() || "_./@$:".contains(c)
}

/// A text in quotes, and what stands behind it. A quote within is written twice.
fn quoted(text: &str) -> Result<(String, &str), String> {
    let mut said = String::new();
    let mut rest = &text[1..];
    loop {
        let end = rest.find('\'').ok_or("a text has no closing quote")?;
        said.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('\'') {
            Some(more) => {
                said.push('\'');
                rest = more;
            }
            None => return Ok((said, rest)),
        }
    }
}

fn name(text: &str) -> Result<(Word, &str), String> {
    let end = text.find(|c| !name_char(c)).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    if name == "geography" || name == "geometry" {
        if !rest.starts_with('\'') {
            return Err("geography is followed by a quoted text, geography'POINT(104.9 28.5)'".to_owned());
        }
        let (shape, rest) = quoted(rest)?;
        let shape = Geometry::parse(&shape)
            .ok_or("geography takes a POINT, a POLYGON or a MULTIPOLYGON, longitude first, WGS 84")?;
        return Ok((Word::Literal(Val::Place(shape)), rest));
    }
    if name == "duration" && rest.starts_with('\'') {
        let (text, rest) = quoted(rest)?;
        let span = span(&text).ok_or("a duration has weeks, days, hours, minutes and seconds, duration'P1DT12H'")?;
        return Ok((Word::Literal(Val::Span(span)), rest));
    }
    let word = match name {
        "true" => Word::Literal(Val::Bool(true)),
        "false" => Word::Literal(Val::Bool(false)),
        "null" => Word::Literal(Val::Null),
        _ => Word::Name(name.to_owned()),
    };
    Ok((word, rest))
}

fn number_or_time(text: &str) -> Result<(Word, &str), String> {
    let bytes = text.as_bytes();
    let is_date = bytes.len() >= 10
        && bytes[4] == b'-'
        && bytes[7] == b'-'
        && [0, 1, 2, 3, 5, 6, 8, 9].iter().all(|at| bytes[*at].is_ascii_digit());
    if is_date {
        let (written, rest) = time_text(text);
        let time =
            Interval::parse(&written).ok_or_else(|| format!("{written:?} is no time; write 2026-11-25T08:00:00Z"))?;
        return Ok((Word::Literal(Val::Time(time)), rest));
    }
    let mut end = usize::from(bytes[0] == b'-');
    while end < bytes.len() {
        let sign = matches!(bytes[end], b'+' | b'-') && matches!(bytes[end - 1], b'e' | b'E');
        if !sign && !bytes[end].is_ascii_alphanumeric() && bytes[end] != b'.' {
            break;
        }
        end += 1;
    }
    let (written, rest) = text.split_at(end);
    let number: Option<f64> = written.parse().ok().filter(|number: &f64| number.is_finite());
    let number = number.ok_or_else(|| format!("{written:?} is no number; texts stand in single quotes"))?;
    Ok((Word::Literal(Val::Number(number)), rest))
}

/// A time or an interval. A `+` that was not percent-encoded arrives as a space, and before `08:00` can only have been a
/// plus.
fn time_text(text: &str) -> (String, &str) {
    let mut written = String::new();
    let mut rest = text;
    loop {
        let end = rest.find(|c: char| !(c.is_ascii_digit() || "TZtz:.+-/".contains(c))).unwrap_or(rest.len());
        written.push_str(&rest[..end]);
        rest = &rest[end..];
        let offset = rest.as_bytes();
        let lost = offset.len() >= 6
            && offset[0] == b' '
            && offset[3] == b':'
            && [1, 2, 4, 5].iter().all(|at| offset[*at].is_ascii_digit());
        if !lost {
            return (written, rest);
        }
        written.push('+');
        rest = &rest[1..];
    }
}
