//! Query options (18-088, clause 9.3), those within `$expand` too.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use limpid_model::Instant;

use super::filter::{self, Expr};
use super::schema::{self, Set};
use super::time::sound;
use crate::answer::Failure;
use crate::answer::problem::cut;
use crate::api::query::escape;

/// Entities on a page when the query does not say.
pub const DEFAULT_TOP: usize = 100;
/// Entities on a page at most.
pub const MAX_TOP: usize = 10_000;
/// Entities passed over at most; behind that `@iot.nextLink` leads.
pub const MAX_SKIP: usize = 100_000;
/// Expanded relations within each other at most.
const DEEPEST: usize = 6;
/// Expanded relations of one query at most.
const MOST_EXPANDED: usize = 30;
const KNOWN: [&str; 9] =
    ["$filter", "$orderby", "$top", "$skip", "$count", "$select", "$expand", "$resultFormat", "$skiptoken"];

/// The place in a list of observations behind which a page begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    /// Id of the Datastream of the last one.
    pub stream: String,
    /// Its start.
    pub start: Instant,
}

impl Token {
    /// As it stands in an address: base64url of `id|microseconds`.
    pub fn encode(&self) -> String {
        URL_SAFE_NO_PAD.encode(format!("{}|{}", self.stream, self.start.timestamp_micros()))
    }

    fn decode(text: &str) -> Option<Self> {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let (stream, start) = text.rsplit_once('|')?;
        Some(Self { stream: stream.to_owned(), start: sound(Instant::from_timestamp_micros(start.parse().ok()?)?)? })
    }
}

/// A relation that is to be told in place.
#[derive(Debug, Clone)]
pub struct Expand {
    /// Its name.
    pub name: &'static str,
    /// Where it leads.
    pub set: Set,
    /// Whether to several.
    pub many: bool,
    /// What of it.
    pub options: Options,
}

/// What is asked of a set of entities.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// `$filter`
    pub filter: Option<Expr>,
    /// `$orderby`: expressions, true for descending.
    pub order: Vec<(Expr, bool)>,
    /// `$top`
    pub top: Option<usize>,
    /// `$skip`
    pub skip: usize,
    /// `$count`
    pub count: bool,
    /// `$select`
    pub select: Option<Vec<&'static str>>,
    /// `$expand`
    pub expand: Vec<Expand>,
    /// `$resultFormat=dataArray`
    pub data_array: bool,
    /// `$skiptoken`
    pub token: Option<Token>,
    /// As they were written, for the address of the next page.
    written: Vec<(String, String)>,
}

impl Options {
    /// Reads the options of a query about entities of `set`.
    ///
    /// # Errors
    /// 400 that names the option at fault.
    pub fn parse(pairs: &[(String, String)], set: Set) -> Result<Self, Failure> {
        let mut expanded = 0;
        Self::read(pairs, set, 0, &mut expanded)
    }

    fn read(pairs: &[(String, String)], set: Set, depth: usize, expanded: &mut usize) -> Result<Self, Failure> {
        let mut options = Self { written: pairs.to_vec(), ..Self::default() };
        for (place, (name, text)) in pairs.iter().enumerate() {
            let known = KNOWN.iter().find(|known| *known == name);
            let known = known.ok_or_else(|| Failure::unknown_parameter(name, &KNOWN))?;
            if pairs[..place].iter().any(|before| before.0 == *name) {
                return Err(Failure::value(name, "it stands more than once", Vec::<String>::new()));
            }
            let refused = |detail: String| Failure::value(known, detail, Vec::<String>::new());
            let number = |most: usize| {
                let number: Option<usize> = text.trim().parse().ok().filter(|number| *number <= most);
                number.ok_or_else(|| {
                    Failure::value(known, format!("{:?} is not known here", cut(text)), [format!("0 to {most}")])
                })
            };
            match *known {
                "$filter" => options.filter = Some(filter::expression(text, set).map_err(refused)?),
                "$orderby" => options.order = filter::order(text, set).map_err(refused)?,
                "$top" => options.top = Some(number(i32::MAX as usize)?.min(MAX_TOP)),
                "$skip" => options.skip = number(MAX_SKIP)?,
                "$count" => {
                    let flag = text.trim().parse();
                    options.count = flag.map_err(|_| {
                        Failure::value(known, format!("{:?} is not known here", cut(text)), ["true", "false"])
                    })?;
                }
                "$select" => options.select = Some(select(text, set).map_err(refused)?),
                "$expand" => {
                    for item in split(text, ',').map_err(refused)? {
                        options.add(expansion(item, set, depth, expanded)?);
                    }
                }
                "$resultFormat" => {
                    if !(text == "dataArray" && set == Set::Observations) {
                        let detail = "only Observations come as data arrays";
                        return Err(Failure::value(known, detail, ["dataArray"]));
                    }
                    options.data_array = true;
                }
                _ => {
                    let token = Token::decode(text);
                    options.token =
                        Some(token.ok_or_else(|| refused("it is only what @iot.nextLink says".to_owned()))?);
                }
            }
        }
        Ok(options)
    }

    /// Adds a relation; what is written twice is one, with all that stands within.
    fn add(&mut self, expand: Expand) {
        match self.expand.iter_mut().find(|known| known.name == expand.name) {
            Some(known) => expand.options.expand.into_iter().for_each(|within| known.options.add(within)),
            None => self.expand.push(expand),
        }
    }

    /// How many entities a page has at most.
    pub fn page(&self) -> usize {
        self.top.unwrap_or(DEFAULT_TOP)
    }

    /// Whether a property is to be told.
    pub fn wants(&self, name: &str) -> bool {
        self.select.as_ref().is_none_or(|select| select.contains(&name))
    }

    /// These options with another place to begin, as the query of an address.
    pub fn next(&self, next: &Next) -> String {
        let moved = |name: &str| name == "$skip" || name == "$skiptoken";
        let mut pairs: Vec<(&str, String)> =
            self.written.iter().filter(|pair| !moved(&pair.0)).map(|pair| (pair.0.as_str(), pair.1.clone())).collect();
        if let Some(token) = &next.token {
            pairs.push(("$skiptoken", token.encode()));
        }
        if next.skip > 0 {
            pairs.push(("$skip", next.skip.to_string()));
        }
        pairs.iter().map(|(name, value)| format!("{name}={}", escape(value))).collect::<Vec<_>>().join("&")
    }
}

/// Where the next page begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Next {
    /// Behind this observation.
    pub token: Option<Token>,
    /// And so many further.
    pub skip: usize,
}

/// Names after `$select`. What `$select` names of relations gives their links.
fn select(text: &str, set: Set) -> Result<Vec<&'static str>, String> {
    let name = |text: &str| {
        let relation = set.relations().iter().map(|relation| relation.0).find(|name| *name == text);
        relation.or_else(|| schema::property(set, text)).ok_or_else(|| {
            let text = cut(text);
            format!("{text:?} is nothing that a {} has; there are id, {}", set.singular(), set.properties().join(", "))
        })
    };
    // A part of a property asks for the whole of it.
    text.split(',').map(|text| name(text.trim().split('/').next().unwrap_or_default())).collect()
}

/// `Datastreams($top=1;$expand=Sensor)` or `Datastreams/Sensor`.
fn expansion(text: &str, set: Set, depth: usize, expanded: &mut usize) -> Result<Expand, Failure> {
    let refused = |detail: String| {
        let names = set.relations().iter().map(|relation| relation.0);
        Failure::value("$expand", detail, names)
    };
    *expanded += 1;
    if depth >= DEEPEST || *expanded > MOST_EXPANDED {
        return Err(refused(format!("at most {MOST_EXPANDED} relations are expanded, {DEEPEST} within each other")));
    }
    let text = text.trim();
    let end = text.find(['/', '(']).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let relation = set.relations().iter().find(|relation| relation.0 == name);
    let Some((name, to, many)) = relation.copied() else {
        return Err(refused(format!("{:?} is no relation of a {}", cut(name), set.singular())));
    };
    let options = if let Some(behind) = rest.strip_prefix('/') {
        let mut options = Options::default();
        options.add(expansion(behind, to, depth + 1, expanded)?);
        options
    } else if rest.is_empty() {
        Options::default()
    } else {
        let inner = rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
        let inner = inner.ok_or_else(|| refused(format!("{:?} has no closing parenthesis at its end", cut(rest))))?;
        let mut pairs = Vec::new();
        for option in split(inner, ';').map_err(refused)? {
            let pair =
                option.split_once('=').ok_or_else(|| refused(format!("{:?} is no $option=value", cut(option))))?;
            pairs.push((pair.0.trim().to_owned(), pair.1.trim().to_owned()));
        }
        Options::read(&pairs, to, depth + 1, expanded)?
    };
    if options.data_array || options.token.is_some() {
        return Err(refused("$resultFormat and $skiptoken stand outside $expand".to_owned()));
    }
    Ok(Expand { name, set: to, many, options })
}

/// The parts between separators that stand in no parentheses and no quotes.
fn split(text: &str, separator: char) -> Result<Vec<&str>, String> {
    let (mut parts, mut begin, mut depth, mut quoted) = (Vec::new(), 0, 0_usize, false);
    for (at, c) in text.char_indices() {
        match c {
            '\'' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth = depth.checked_sub(1).ok_or("a parenthesis closes that was not opened")?,
            c if c == separator && depth == 0 && !quoted => {
                parts.push(&text[begin..at]);
                begin = at + 1;
            }
            _ => {}
        }
    }
    if depth > 0 || quoted {
        return Err("a parenthesis or a quote is not closed".to_owned());
    }
    parts.push(&text[begin..]);
    Ok(parts)
}
