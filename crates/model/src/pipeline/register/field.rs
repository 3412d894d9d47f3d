//! `[[field]]` and `[[field.column]]`.

use super::disclosure;
use crate::code::CodeKind;
use crate::pipeline::fields::{Fields, Source};
use crate::register::{Choice, Disclosure, Field, FieldKind, How, LinkTo, Personal, Redaction};

/// All of them; two of one name are a mistake.
pub(super) fn read_all(
    tables: Vec<Fields<'_>>,
    usual: Disclosure,
    outermost: bool,
    source: &mut Source<'_>,
) -> Vec<Field> {
    let mut fields: Vec<Field> = Vec::new();
    for table in tables {
        let offset = table.offset("name");
        let Some(field) = read(table, usual, outermost, source) else { continue };
        if fields.iter().any(|other| other.name == field.name) {
            source.mistake(offset, format!("two fields are named {:?}", field.name), "give one of them another name");
        }
        fields.push(field);
    }
    fields
}

fn read(mut fields: Fields<'_>, usual: Disclosure, outermost: bool, source: &mut Source<'_>) -> Option<Field> {
    let name = fields.required(source, "name", "\"holder\"").and_then(|(name, offset)| {
        let fits = name.len() <= 64
            && name.starts_with(|sign: char| sign.is_ascii_lowercase())
            && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        let reserved = RESERVED.contains(&name.as_str());
        if !fits || reserved {
            let remedy = if reserved {
                "the word has a meaning in addresses; write another"
            } else {
                "write lower-case letters, digits and _, starting with a letter, 64 at most"
            };
            source.mistake(offset, format!("`{}` is {name:?}", fields.full("name")), remedy);
        }
        (fits && !reserved).then_some(name)
    });
    let label = fields.text(source, "label");
    let disclosure = disclosure(&mut fields, source).unwrap_or(usual);
    let kind = kind(&mut fields, disclosure, outermost, source);
    let unit = fields.string(source, "unit", "\"mg/L\"").map(|(unit, _)| unit);
    let required = fields.boolean(source, "required").unwrap_or(false);
    let search = fields.boolean(source, "search").unwrap_or(false);
    let filter = fields.boolean(source, "filter").unwrap_or(false);
    let scan = fields.boolean(source, "scan").unwrap_or(true);
    let check = fields.parsed(source, "check", &CodeKind::ALL.map(CodeKind::as_str), |word| {
        CodeKind::ALL.into_iter().find(|kind| kind.as_str() == word)
    });
    let redact = redaction(fields.table(source, "redact"), source);
    fields.finish(source);
    Some(Field {
        name: name?,
        kind: kind?,
        label: label?,
        unit,
        required,
        search,
        filter,
        disclosure,
        redact,
        check,
        scan,
    })
}

/// Words that addresses use beside the names of fields.
const RESERVED: [&str; 10] = ["q", "limit", "cursor", "format", "status", "lang", "view", "bbox", "sort", "as_of"];

fn kind(
    fields: &mut Fields<'_>,
    disclosure: Disclosure,
    outermost: bool,
    source: &mut Source<'_>,
) -> Option<FieldKind> {
    let known = if outermost { &FieldKind::KNOWN[..] } else { &FieldKind::KNOWN[..7] };
    let place = fields.offset("type");
    let word = fields.parsed(source, "type", known, |word| known.iter().copied().find(|known| *known == word));
    if word.is_none() && !fields.has("type") {
        source.mistake(place, format!("`{}` is missing", fields.full("type")), "write type = \"text\"");
    }
    let choices = fields.tables(source, "choices");
    let to = fields.string(source, "to", "\"station\"");
    let columns = fields.tables(source, "column");
    let (has_choices, has_columns) = (!choices.is_empty(), !columns.is_empty());
    let choices: Vec<Choice> = choices.into_iter().filter_map(|fields| choice(fields, source)).collect();
    let columns = read_all(columns, disclosure, false, source);
    let word = word?;
    let wrong = match word {
        "choice" if !has_choices => Some("choices = [{ value = \"…\", zh = \"…\", en = \"…\" }]"),
        "table" if !has_columns => Some("[[field.column]] with name, type and label for each column"),
        "link" if to.is_none() => Some("to = \"station\", \"url\" or \"register:ID\""),
        _ => None,
    };
    if let Some(remedy) = wrong {
        source.mistake(
            place,
            format!("`{}` is {word:?} without saying of what", fields.full("type")),
            format!("write {remedy}"),
        );
        return None;
    }
    for (given, of, key) in
        [(has_choices, "choice", "choices"), (has_columns, "table", "column"), (to.is_some(), "link", "to")]
    {
        if given && word != of {
            let what = format!("`{}` belongs to type = {of:?}", fields.full(key));
            source.mistake(fields.offset(key), what, format!("remove it, or write type = {of:?}"));
        }
    }
    Some(match word {
        "text" => FieldKind::Text,
        "number" => FieldKind::Number,
        "date" => FieldKind::Date,
        "datetime" => FieldKind::DateTime,
        "choice" => FieldKind::Choice(choices),
        "file" => FieldKind::File,
        "table" => FieldKind::Table(columns),
        _ => FieldKind::Link(link(to?, source)?),
    })
}

fn link((to, offset): (String, usize), source: &mut Source<'_>) -> Option<LinkTo> {
    match (to.as_str(), to.strip_prefix("register:")) {
        ("station", _) => Some(LinkTo::Station),
        ("url", _) => Some(LinkTo::Url),
        (_, Some(id)) => Some(LinkTo::Register(id.to_owned())),
        _ => {
            source.mistake(offset, format!("`to` is {to:?}"), "write \"station\", \"url\" or \"register:ID\"");
            None
        }
    }
}

fn choice(mut fields: Fields<'_>, source: &mut Source<'_>) -> Option<Choice> {
    let value = fields.required(source, "value", "\"key\"");
    let zh = fields.required(source, "zh", "\"…\"");
    let en = fields.required(source, "en", "\"…\"");
    fields.finish(source);
    Some(Choice { value: value?.0, label: crate::text::Text::zh_en(zh?.0, en?.0) })
}

fn redaction(mut fields: Fields<'_>, source: &mut Source<'_>) -> Option<Redaction> {
    if !fields.present() {
        return None;
    }
    let kind = fields.parsed(source, "kind", &Personal::ALL.map(Personal::as_str), |word| {
        Personal::ALL.into_iter().find(|kind| kind.as_str() == word)
    });
    if kind.is_none() && !fields.has("kind") {
        let remedy = "write redact = { kind = \"phone\", how = \"mask\" }";
        source.mistake(fields.offset(""), "`redact` does not say what the field holds", remedy);
    }
    let how = fields.parsed(source, "how", &["mask", "drop"], |word| match word {
        "mask" => Some(How::Mask),
        "drop" => Some(How::Drop),
        _ => None,
    });
    fields.finish(source);
    Some(Redaction { kind: kind?, how: how.unwrap_or_default() })
}
