//! XML as a small tree: elements, their namespaces and their text. Bounded in size and depth; a document type, which could
//! make a small document large, is refused.

use quick_xml::NsReader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;

/// Elements of one document at most: an alert in ten languages with a hundred areas has less.
const ELEMENTS: usize = 10_000;
/// Elements within each other at most: signatures, the deepest part, have ten.
const DEPTH: usize = 32;

/// An element.
#[derive(Debug, Default)]
pub struct Element {
    /// Its name without a prefix.
    pub name: String,
    /// Its namespace; empty for none.
    pub namespace: String,
    /// The text directly within it.
    pub text: String,
    /// The elements within it.
    pub children: Vec<Element>,
}

impl Element {
    /// The elements within it of this name and of its own namespace.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| self.has(child, name))
    }

    /// The text of the first element within it of this name, without space around; `None` where there is none or it is empty.
    pub fn text_of(&self, name: &str) -> Option<&str> {
        let found = self.children.iter().find(|child| self.has(child, name));
        found.map(|child| child.text.trim()).filter(|text| !text.is_empty())
    }

    fn has(&self, child: &Element, name: &str) -> bool {
        child.name == name && child.namespace == self.namespace
    }
}

/// Reads a document.
///
/// # Errors
/// Why it is not one.
pub fn parse(document: &[u8]) -> Result<Element, String> {
    let text = std::str::from_utf8(document).map_err(|_| "it is not UTF-8".to_owned())?;
    let mut reader = NsReader::from_str(text);
    reader.config_mut().check_end_names = true;
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    let mut elements = 0;
    loop {
        let (namespace, event) = reader.read_resolved_event().map_err(|error| error.to_string())?;
        let namespace = match namespace {
            ResolveResult::Bound(name) => name.as_ref().to_owned(),
            ResolveResult::Unbound => String::new(),
            ResolveResult::Unknown(prefix) => {
                return Err(format!("the prefix {prefix:?} stands for no namespace"));
            }
        };
        match event {
            Event::Start(start) => {
                elements += 1;
                if elements > ELEMENTS || open.len() >= DEPTH {
                    return Err(format!(
                        "it has more than {ELEMENTS} elements, or more than {DEPTH} within each other"
                    ));
                }
                open.push(begin(&start, namespace));
            }
            Event::Empty(start) => {
                elements += 1;
                let element = begin(&start, namespace);
                end(element, &mut open, &mut root)?;
            }
            Event::End(_) => {
                let element = open.pop().ok_or("an element ends that did not begin")?;
                end(element, &mut open, &mut root)?;
            }
            Event::Text(piece) => add(&mut open, piece.as_ref())?,
            Event::CData(piece) => add(&mut open, piece.as_ref())?,
            Event::GeneralRef(reference) => {
                let letter = reference.resolve_char_ref().map_err(|error| error.to_string())?;
                let name: &str = reference.as_ref();
                let piece = letter.map(String::from).or_else(|| resolve_predefined_entity(name).map(str::to_owned));
                add(&mut open, &piece.ok_or_else(|| format!("the entity &{name}; is not one of XML's own"))?)?;
            }
            Event::DocType(_) => return Err("it has a document type, which is not taken".to_owned()),
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
            Event::Eof if open.is_empty() => return root.ok_or_else(|| "it has no element".to_owned()),
            Event::Eof => return Err("it ends within an element".to_owned()),
        }
    }
}

fn begin(start: &BytesStart<'_>, namespace: String) -> Element {
    Element { name: start.local_name().as_ref().to_owned(), namespace, ..Element::default() }
}

fn end(element: Element, open: &mut [Element], root: &mut Option<Element>) -> Result<(), String> {
    match open.last_mut() {
        Some(parent) => parent.children.push(element),
        None if root.is_none() => *root = Some(element),
        None => return Err("it has more than one root".to_owned()),
    }
    Ok(())
}

fn add(open: &mut [Element], piece: &str) -> Result<(), String> {
    match open.last_mut() {
        Some(element) => element.text.push_str(piece),
        None if piece.trim_matches(['\u{feff}', ' ', '\t', '\r', '\n']).is_empty() => {}
        None => return Err("text stands outside of its root".to_owned()),
    }
    Ok(())
}
