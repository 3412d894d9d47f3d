//! Words to an expression. Names are checked here, so that a typing mistake is told and does not find nothing.

use super::super::schema::{self, Set};
use super::lexer::{Word, words};
use super::value::Val;
use super::{Compare, DEEPEST, Expr, Function, MOST_PARTS, Math, eval};

/// Reads an expression about entities of `set`.
///
/// # Errors
/// A sentence about what cannot be read, and what it may be.
pub fn expression(text: &str, set: Set) -> Result<Expr, String> {
    let words = words(text)?;
    let mut parser = Parser { words: &words, at: 0, set, parts: 0, depth: 0 };
    let read = parser.or()?;
    match parser.peek() {
        None => Ok(read),
        Some(word) => Err(format!("{} stands where the expression should end", told(word))),
    }
}

/// Reads `$orderby`: expressions, each perhaps with `asc` or `desc`; true for the latter.
///
/// # Errors
/// As [`expression`].
pub fn order(text: &str, set: Set) -> Result<Vec<(Expr, bool)>, String> {
    let words = words(text)?;
    let mut parser = Parser { words: &words, at: 0, set, parts: 0, depth: 0 };
    let mut keys = Vec::new();
    loop {
        let key = parser.sum()?;
        let down = match parser.peek() {
            Some(Word::Name(name)) if name.eq_ignore_ascii_case("asc") => Some(false),
            Some(Word::Name(name)) if name.eq_ignore_ascii_case("desc") => Some(true),
            _ => None,
        };
        parser.at += usize::from(down.is_some());
        keys.push((key, down.unwrap_or(false)));
        match parser.next() {
            None => return Ok(keys),
            Some(Word::Comma) => {}
            Some(word) => return Err(format!("{} stands where a comma should", told(word))),
        }
    }
}

/// Two values are calculated at once: `now() sub duration'P1D'` is a time like any other.
fn calculation(math: Math, a: Expr, b: Expr) -> Expr {
    match (&a, &b) {
        (Expr::Literal(a), Expr::Literal(b)) => Expr::Literal(eval::calculated(math, a, b)),
        _ => Expr::Math(math, Box::new(a), Box::new(b)),
    }
}

fn told(word: &Word) -> String {
    match word {
        Word::Open => "\"(\"".to_owned(),
        Word::Close => "\")\"".to_owned(),
        Word::Comma => "\",\"".to_owned(),
        Word::Name(name) => format!("{:?}", name.chars().take(60).collect::<String>()),
        Word::Literal(_) => "a value".to_owned(),
    }
}

struct Parser<'a> {
    words: &'a [Word],
    at: usize,
    set: Set,
    parts: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&'a Word> {
        self.words.get(self.at)
    }

    fn next(&mut self) -> Option<&'a Word> {
        let word = self.peek();
        self.at += usize::from(word.is_some());
        word
    }

    /// Whether this name comes next; taken if so.
    fn takes(&mut self, name: &str) -> bool {
        let is = matches!(self.peek(), Some(Word::Name(word)) if word == name);
        self.at += usize::from(is);
        is
    }

    fn expect(&mut self, wanted: &Word) -> Result<(), String> {
        match self.next() {
            Some(word) if word == wanted => Ok(()),
            Some(word) => Err(format!("{} stands where {} should", told(word), told(wanted))),
            None => Err(format!("it ends where {} should stand", told(wanted))),
        }
    }

    fn count(&mut self) -> Result<(), String> {
        self.parts += 1;
        if self.parts > MOST_PARTS { Err(format!("it has more than {MOST_PARTS} parts")) } else { Ok(()) }
    }

    /// Reads what stands one level deeper.
    fn within<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, String>) -> Result<T, String> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(format!("it has more than {DEEPEST} levels"));
        }
        let found = read(self);
        self.depth -= 1;
        found
    }

    fn or(&mut self) -> Result<Expr, String> {
        let mut parts = vec![self.and()?];
        while self.takes("or") {
            parts.push(self.and()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Expr::Or(parts) })
    }

    fn and(&mut self) -> Result<Expr, String> {
        let mut parts = vec![self.not()?];
        while self.takes("and") {
            parts.push(self.not()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Expr::And(parts) })
    }

    fn not(&mut self) -> Result<Expr, String> {
        if self.takes("not") {
            return self.within(|parser| Ok(Expr::Not(Box::new(parser.not()?))));
        }
        let left = self.sum()?;
        let Some(Word::Name(name)) = self.peek() else { return Ok(left) };
        let Some(compare) = Compare::parse(name) else { return Ok(left) };
        self.at += 1;
        self.count()?;
        Ok(Expr::Compare(compare, Box::new(left), Box::new(self.sum()?)))
    }

    fn sum(&mut self) -> Result<Expr, String> {
        let mut left = self.product()?;
        loop {
            let math = match self.peek() {
                Some(Word::Name(name)) if name == "add" => Math::Add,
                Some(Word::Name(name)) if name == "sub" => Math::Sub,
                _ => return Ok(left),
            };
            self.at += 1;
            self.count()?;
            left = calculation(math, left, self.product()?);
        }
    }

    fn product(&mut self) -> Result<Expr, String> {
        let mut left = self.part()?;
        loop {
            let math = match self.peek() {
                Some(Word::Name(name)) if name == "mul" => Math::Mul,
                Some(Word::Name(name)) if name == "div" => Math::Div,
                Some(Word::Name(name)) if name == "mod" => Math::Mod,
                _ => return Ok(left),
            };
            self.at += 1;
            self.count()?;
            left = calculation(math, left, self.part()?);
        }
    }

    fn part(&mut self) -> Result<Expr, String> {
        self.count()?;
        match self.next() {
            None => Err("it ends where a value should stand".to_owned()),
            Some(Word::Literal(value)) => Ok(Expr::Literal(value.clone())),
            Some(Word::Open) => {
                let inner = self.within(Self::or)?;
                self.expect(&Word::Close)?;
                Ok(inner)
            }
            Some(Word::Name(name)) if self.peek() == Some(&Word::Open) => self.within(|parser| parser.call(name)),
            Some(Word::Name(name)) => Ok(Expr::Path(schema::path(self.set, name)?)),
            Some(word) => Err(format!("{} stands where a value should", told(word))),
        }
    }

    fn call(&mut self, name: &str) -> Result<Expr, String> {
        let function = Function::parse(name).ok_or_else(|| {
            format!("there is no function {name:?}; there are {}", Function::names().collect::<Vec<_>>().join(", "))
        })?;
        self.expect(&Word::Open)?;
        let mut given = Vec::new();
        if self.peek() == Some(&Word::Close) {
            self.at += 1;
        } else {
            loop {
                given.push(self.or()?);
                match self.next() {
                    Some(Word::Comma) => {}
                    Some(Word::Close) => break,
                    Some(word) => return Err(format!("{} stands where a comma should", told(word))),
                    None => return Err("it ends within a call".to_owned()),
                }
            }
        }
        if !function.takes().contains(&given.len()) {
            let takes = function.takes();
            return Err(format!("{name} takes {} to {} values", takes.start(), takes.end()));
        }
        Ok(match (function, &given[..]) {
            // Now is a value like any other: the same for all that one request looks at.
            (Function::Now, _) => Expr::Literal(Val::Time(super::super::time::Interval::at(chrono::Utc::now()))),
            _ => Expr::Call(function, given),
        })
    }
}
