//! `registers/*.toml`: one register a file.

mod field;
mod mapping;
mod term;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use toml::de::DeTable;

use super::fields::{Fields, Source};
use super::mistake::{Mistakes, list, nearest};
use crate::register::{
    Deadline, Disclosure, End, Every, Field, FieldKind, Item, LinkTo, Place, Reason, Register, ValidityRule,
};

pub use mapping::{RecordMapping, TableMapping};

/// The registers of a pipeline, in the order of their ids.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Registers(Vec<Arc<Register>>);

impl Registers {
    /// Reads `registers/*.toml`: each file's name (`permits.toml`) with its text.
    ///
    /// # Errors
    /// Everything that is wrong with them.
    pub fn parse(files: &[(String, String)]) -> Result<Self, Mistakes> {
        let mut mistakes = Mistakes::default();
        let mut registers: Vec<Arc<Register>> =
            files.iter().filter_map(|(name, text)| parse(name, text, &mut mistakes)).map(Arc::new).collect();
        registers.sort_by(|a, b| a.id.cmp(&b.id));
        check_links(files, &registers, &mut mistakes);
        mistakes.0.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
        if mistakes.0.is_empty() { Ok(Self(registers)) } else { Err(mistakes) }
    }

    /// The register of this id.
    pub fn get(&self, id: &str) -> Option<&Arc<Register>> {
        self.0.iter().find(|register| register.id == id)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Register>> {
        self.0.iter()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A link to a register that there is none of is a typing mistake.
fn check_links(files: &[(String, String)], registers: &[Arc<Register>], mistakes: &mut Mistakes) {
    let ids = |id: &str| files.iter().any(|(name, _)| stem(name) == id);
    for register in registers {
        for (field, found, _) in register.leaves() {
            let FieldKind::Link(LinkTo::Register(id)) = &found.kind else { continue };
            if !ids(id) {
                let known = registers.iter().map(|register| register.id.as_str());
                let remedy = match nearest(id, known.clone()) {
                    Some(near) => format!("did you mean \"register:{near}\"?"),
                    None => format!("registers are: {}", list(known)),
                };
                let file = format!("registers/{}.toml", register.id);
                let text = files.iter().find(|(name, _)| stem(name) == register.id).map_or("", |(_, text)| text);
                let line =
                    text.lines().position(|line| line.contains(&format!("register:{id}"))).map_or(1, |at| at + 1);
                mistakes.add(file, line, format!("`{field}` links to the unknown register {id:?}"), remedy);
            }
        }
    }
}

fn stem(name: &str) -> &str {
    name.strip_suffix(".toml").unwrap_or(name)
}

fn parse(name: &str, text: &str, mistakes: &mut Mistakes) -> Option<Register> {
    let file = format!("registers/{name}");
    let source = &mut Source { file: &file, text, mistakes };
    let id = stem(name);
    if id.is_empty() || id.len() > 64 || !id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    {
        let remedy = "name the file with lower-case letters, digits and -, 64 at most, and .toml";
        source.mistake(0, format!("the register's id would be {id:?}"), remedy);
    }
    let table = match DeTable::parse(text) {
        Ok(table) => table,
        Err(error) => {
            let offset = error.span().map_or(0, |span| span.start);
            source.mistake(offset, error.message().to_owned(), "mend the TOML syntax on this line");
            return None;
        }
    };
    let before = source.mistakes.0.len();
    let mut root = Fields::root(table.get_ref());
    let title = root.text(source, "title");
    let about = root.optional_text(source, "about");
    let basis = root.string(source, "basis", "\"…\"").map(|(basis, _)| basis);
    let item = root.parsed(source, "item", &Item::ALL.map(Item::as_str), |word| {
        Item::ALL.into_iter().find(|item| item.as_str() == word)
    });
    let key = root.required(source, "key", "\"number\"");
    let title_field = root.string(source, "name", "\"holder\"");
    let disclosure = disclosure(&mut root, source).unwrap_or(Disclosure::Public);
    let retention_years = root.integer(source, "retention_years", 1..=1000);
    let four_eyes = root.boolean(source, "four_eyes").unwrap_or(true);
    let dataset = root.boolean(source, "dataset").unwrap_or(false);
    let every = root.parsed(source, "every", &Every::ALL.map(Every::as_str), |word| {
        Every::ALL.into_iter().find(|every| every.as_str() == word)
    });
    let deadline = root.table(source, "deadline");
    let terms = root.tables(source, "term");
    let validity = root.table(source, "validity");
    let place = root.table(source, "place");
    let tables = root.tables(source, "field");
    root.finish(source);
    let fields = field::read_all(tables, disclosure, true, source);
    if fields.is_empty() && source.mistakes.0.len() == before {
        source.mistake(0, "the register has no fields", "write [[field]] with name, type and label for each");
    }
    if dataset {
        no_own_columns(&fields, source);
    }
    let names = Names { fields: &fields };
    let deadline = names.deadline(deadline, source);
    let terms = names.terms(terms, source);
    let validity = names.validity(validity, source);
    let place = names.place(place, source);
    let key = key.and_then(|(key, offset)| names.key(key, offset, source));
    let title_field = title_field.and_then(|(name, offset)| names.known(name, offset, "name", |_| true, "", source));
    let mut register = Register {
        id: id.to_owned(),
        title: title?,
        about,
        item: item.unwrap_or_default(),
        basis,
        name: title_field.or_else(|| key.clone()).unwrap_or_default(),
        key: key?,
        disclosure,
        retention_years,
        deadline,
        terms,
        every,
        validity,
        place,
        four_eyes,
        dataset,
        fields,
    };
    // A record without its key is none.
    let key = register.key.clone();
    register.fields.iter_mut().filter(|field| field.name == key).for_each(|field| field.required = true);
    Some(register)
}

/// A dataset has columns of its own that say which record a row is of: no field can have the name of one.
fn no_own_columns(fields: &[Field], source: &mut Source<'_>) {
    let columns = fields.iter().flat_map(|field| match &field.kind {
        FieldKind::Table(columns) => columns.as_slice(),
        _ => &[],
    });
    for field in fields.iter().chain(columns).filter(|field| field.name.starts_with("record_")) {
        let what = format!("the field {:?} of a register with dataset = true begins with record_", field.name);
        let offset = source.text.find(&format!("\"{}\"", field.name)).unwrap_or(0);
        source.mistake(offset, what, "name it otherwise: the dataset has columns of such names");
    }
}

/// `disclosure` with its `reason`, which `withheld` must have.
fn disclosure(fields: &mut Fields<'_>, source: &mut Source<'_>) -> Option<Disclosure> {
    let word = fields.parsed(source, "disclosure", &Disclosure::KNOWN, |word| {
        Disclosure::KNOWN.iter().copied().find(|known| *known == word)
    });
    let reason = fields.parsed(source, "reason", &Reason::ALL.map(Reason::as_str), |word| {
        Reason::ALL.into_iter().find(|reason| reason.as_str() == word)
    });
    match (word?, reason) {
        ("withheld", Some(reason)) => Some(Disclosure::Withheld { reason }),
        ("withheld", None) => {
            let what = format!("`{}` has no reason", fields.full("disclosure"));
            let remedy = format!("write reason = one of: {}", list(Reason::ALL.map(Reason::as_str)));
            source.mistake(fields.offset("disclosure"), what, remedy);
            // Nothing is shown on account of a mistake.
            Some(Disclosure::Withheld { reason: Reason::Internal })
        }
        ("on_request", _) => Some(Disclosure::OnRequest),
        _ => Some(Disclosure::Public),
    }
}

/// References to fields by their names.
struct Names<'f> {
    fields: &'f [Field],
}

impl Names<'_> {
    /// The name, when there is such a field and `fits` says that it is one of those that `wanted` describes.
    fn known(
        &self,
        name: String,
        offset: usize,
        key: &str,
        fits: impl Fn(&Field) -> bool,
        wanted: &str,
        source: &mut Source<'_>,
    ) -> Option<String> {
        let known = || self.fields.iter().map(|field| field.name.as_str());
        match self.fields.iter().find(|field| field.name == name) {
            Some(field) if fits(field) => Some(name),
            Some(_) => {
                source.mistake(offset, format!("`{key}` is {name:?}"), format!("name a field that is {wanted}"));
                None
            }
            None => {
                let remedy = match nearest(&name, known()) {
                    Some(near) => format!("did you mean {near:?}?"),
                    None => format!("fields are: {}", list(known())),
                };
                source.mistake(offset, format!("`{key}` names the unknown field {name:?}"), remedy);
                None
            }
        }
    }

    fn key(&self, key: String, offset: usize, source: &mut Source<'_>) -> Option<String> {
        let fits =
            |field: &Field| field.kind == FieldKind::Text && field.disclosure.is_public() && field.redact.is_none();
        self.known(key, offset, "key", fits, "public text without redaction", source)
    }

    /// An optional name of a field under a section.
    fn optional(
        &self,
        fields: &mut Fields<'_>,
        key: &'static str,
        fits: impl Fn(&Field) -> bool,
        wanted: &str,
        source: &mut Source<'_>,
    ) -> Option<String> {
        let (name, offset) = fields.string(source, key, "\"…\"")?;
        let full = fields.full(key);
        self.known(name, offset, &full, fits, wanted, source)
    }

    fn deadline(&self, mut fields: Fields<'_>, source: &mut Source<'_>) -> Option<Deadline> {
        let present = fields.present();
        let working_days = fields.integer(source, "working_days", 1..=400);
        let after = self.optional(&mut fields, "after", is_date, "a date", source);
        if present && (working_days.is_none() || after.is_none()) {
            let remedy = "write working_days = 20 and after = \"the field with the date from which they count\"";
            source.mistake(fields.offset(""), "`deadline` is not whole", remedy);
        }
        fields.finish(source);
        Some(Deadline { working_days: working_days?, after: after? })
    }

    fn validity(&self, mut fields: Fields<'_>, source: &mut Source<'_>) -> Option<ValidityRule> {
        let present = fields.present();
        let ends = |field: &Field| crate::register::are_ends(&field.kind);
        let wanted = format!("a choice of {}", list(End::ALL.map(End::as_str)));
        let rule = ValidityRule {
            from: self.optional(&mut fields, "from", is_date, "a date", source),
            to: self.optional(&mut fields, "to", is_date, "a date", source),
            ended: self.optional(&mut fields, "ended", is_date, "a date", source),
            end: self.optional(&mut fields, "end", ends, &wanted, source),
        };
        fields.finish(source);
        present.then_some(rule)
    }

    fn place(&self, mut fields: Fields<'_>, source: &mut Source<'_>) -> Option<Place> {
        let present = fields.present();
        let number = |field: &Field| field.kind == FieldKind::Number;
        let lat = self.optional(&mut fields, "lat", number, "a number", source);
        let lon = self.optional(&mut fields, "lon", number, "a number", source);
        if present && (lat.is_none() || lon.is_none()) {
            source.mistake(
                fields.offset(""),
                "`place` is not whole",
                "write lat = and lon = with the names of two fields",
            );
        }
        fields.finish(source);
        Some(Place { lat: lat?, lon: lon? })
    }
}

fn is_date(field: &Field) -> bool {
    matches!(field.kind, FieldKind::Date | FieldKind::DateTime)
}
