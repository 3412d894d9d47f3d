//! JSON-LD as Turtle (W3C, 2014), as far as the catalog uses JSON-LD: a context of prefixes, `@id`, `@type`, `@value` with a
//! language or a type, and objects within objects.

use serde_json::{Map, Value};

/// The document as Turtle. Objects without `@id` become blank nodes; one with an `@id` is told of where its statements stand.
pub fn write(document: &Value) -> String {
    let mut text = String::new();
    let empty = Map::new();
    let prefixes = document["@context"].as_object().unwrap_or(&empty);
    for (prefix, address) in prefixes {
        text.push_str(&format!("@prefix {prefix}: <{}> .\n", iri(address.as_str().unwrap_or_default())));
    }
    let mut writer = Writer { prefixes, waiting: vec![document] };
    while let Some(subject) = writer.waiting.pop() {
        let Value::Object(properties) = subject else { continue };
        let statements = writer.statements(properties, 1);
        if let Some(id) = subject["@id"].as_str().filter(|_| !statements.is_empty()) {
            text.push_str(&format!("\n{}{statements} .\n", writer.name(id)));
        }
    }
    text
}

struct Writer<'a> {
    prefixes: &'a Map<String, Value>,
    /// Objects with an `@id` of their own, to be told of as subjects.
    waiting: Vec<&'a Value>,
}

impl<'a> Writer<'a> {
    fn statements(&mut self, properties: &'a Map<String, Value>, depth: usize) -> String {
        let indent = "  ".repeat(depth);
        let mut lines = Vec::new();
        for (name, value) in properties {
            let predicate = match name.as_str() {
                "@id" | "@context" => continue,
                "@type" => "a".to_owned(),
                name => self.name(name),
            };
            let objects: Vec<String> = match value {
                Value::Array(values) => values.iter().map(|value| self.object(name, value, depth)).collect(),
                value => vec![self.object(name, value, depth)],
            };
            if !objects.is_empty() {
                lines.push(format!("\n{indent}{predicate} {}", objects.join(", ")));
            }
        }
        lines.join(" ;")
    }

    fn object(&mut self, property: &str, value: &'a Value, depth: usize) -> String {
        match value {
            Value::String(text) if property == "@type" => self.name(text),
            Value::String(text) => literal(text),
            Value::Object(object) => self.node(value, object, depth),
            // Numbers and true and false look the same.
            other => other.to_string(),
        }
    }

    fn node(&mut self, value: &'a Value, object: &'a Map<String, Value>, depth: usize) -> String {
        if let Some(said) = object.get("@value") {
            let said = literal(said.as_str().map_or_else(|| said.to_string(), str::to_owned).as_str());
            if let Some(language) = object.get("@language").and_then(Value::as_str) {
                return format!("{said}@{language}");
            }
            let kind = object.get("@type").and_then(Value::as_str);
            return kind.map_or(said.clone(), |kind| format!("{said}^^{}", self.name(kind)));
        }
        match object.get("@id").and_then(Value::as_str) {
            Some(id) => {
                self.waiting.push(value);
                self.name(id)
            }
            None => format!("[{}\n{}]", self.statements(object, depth + 1), "  ".repeat(depth)),
        }
    }

    /// A name with a prefix of the context stays; anything else is an address.
    fn name(&self, text: &str) -> String {
        let local =
            |rest: &str| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        match text.split_once(':') {
            Some((prefix, rest)) if self.prefixes.contains_key(prefix) && local(rest) => text.to_owned(),
            _ => format!("<{}>", iri(text)),
        }
    }
}

/// What may not stand between angle brackets (Turtle, IRIREF) is percent-encoded.
fn iri(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\u{0}'..=' ' | '<' | '>' | '"' | '{' | '}' | '|' | '^' | '`' | '\\' => {
                safe.push_str(&format!("%{:02X}", c as u32))
            }
            c => safe.push(c),
        }
    }
    safe
}

/// A text in quotes. JSON escapes quotes, backslashes and control characters as Turtle does.
fn literal(text: &str) -> String {
    Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_told_of_within_is_told_of_beside() {
        let document = json!({
            "@context": { "ex": "http://example.org/" },
            "@id": "http://host/a b",
            "@type": "ex:Thing",
            "ex:name": [{ "@value": "say \"hi\"\n", "@language": "en" }, { "@value": "1", "@type": "ex:number" }],
            "ex:part": { "@id": "http://host/b", "@type": "ex:Part", "ex:of": { "@type": "ex:Hidden", "ex:n": 3 } },
            "ex:none": [],
        });
        let expected = "@prefix ex: <http://example.org/> .\n\
            \n<http://host/a%20b>\n  a ex:Thing ;\n  ex:name \"say \\\"hi\\\"\\n\"@en, \"1\"^^ex:number ;\n  ex:part <http://host/b> .\n\
            \n<http://host/b>\n  a ex:Part ;\n  ex:of [\n    a ex:Hidden ;\n    ex:n 3\n  ] .\n";
        assert_eq!(write(&document), expected);
    }
}
