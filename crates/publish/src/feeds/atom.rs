//! The format: RFC 4287.

use limpid_model::{Instant, Zone};

use crate::pages::words::Lang;

/// A feed.
pub struct Feed {
    /// Never changes.
    pub id: String,
    /// What it is about, and whose it is.
    pub title: String,
    /// Who publishes it.
    pub author: String,
    /// The page of the same.
    pub page: String,
    /// SPDX id of the licence.
    pub rights: String,
    /// The newest first.
    pub entries: Vec<Entry>,
}

/// An entry.
pub struct Entry {
    /// Never changes.
    pub id: String,
    /// In one line.
    pub title: String,
    /// When what it says last changed.
    pub updated: Instant,
    /// The page of the same.
    pub page: String,
    /// The same in another format: address and media type.
    pub document: Option<(String, &'static str)>,
    /// As a sentence or two.
    pub summary: String,
}

/// The document. Without an entry it was updated at the epoch: nothing has happened yet.
pub fn write(feed: &Feed, own: &str, lang: Lang, zone: Zone) -> String {
    let updated = feed.entries.iter().map(|entry| entry.updated).max().unwrap_or(Instant::UNIX_EPOCH);
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
    text.push_str(&format!("<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"{}\">\n", lang.tag()));
    let mut element = |name: &str, content: &str| text.push_str(&format!("<{name}>{}</{name}>\n", escape(content)));
    element("id", &feed.id);
    element("title", &feed.title);
    element("updated", &zone.format(updated));
    element("rights", &feed.rights);
    text.push_str(&format!("<author><name>{}</name></author>\n", escape(&feed.author)));
    text.push_str(&format!("<link rel=\"self\" type=\"application/atom+xml\" href=\"{}\"/>\n", escape(own)));
    text.push_str(&format!("<link rel=\"alternate\" type=\"text/html\" href=\"{}\"/>\n", escape(&feed.page)));
    for entry in &feed.entries {
        text.push_str(&format!(
            "<entry>\n<id>{}</id>\n<title>{}</title>\n<updated>{}</updated>\n\
             <link rel=\"alternate\" type=\"text/html\" href=\"{}\"/>\n{}<summary>{}</summary>\n</entry>\n",
            escape(&entry.id),
            escape(&entry.title),
            zone.format(entry.updated),
            escape(&entry.page),
            entry.document.as_ref().map(|(href, kind)| alternate(href, kind)).unwrap_or_default(),
            escape(&entry.summary)
        ));
    }
    text.push_str("</feed>\n");
    text
}

/// A link to the same in another format.
fn alternate(href: &str, media_type: &str) -> String {
    format!("<link rel=\"alternate\" type=\"{media_type}\" href=\"{}\"/>\n", escape(href))
}

/// Text of XML 1.0; what may not stand in it at all is left out.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\t' | '\n' | '\r' => escaped.push(' '),
            letter if letter < ' ' || letter == '\u{fffe}' || letter == '\u{ffff}' => {}
            letter => escaped.push(letter),
        }
    }
    escaped
}
