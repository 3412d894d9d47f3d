//! `CITATION.cff` (Citation File Format 1.2.0) and `LICENSE.md`.

use super::Made;

/// The citation. Strings are written as JSON strings, which YAML reads.
pub fn cff(made: &Made<'_>) -> String {
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let mut text = format!(
        "cff-version: 1.2.0\nmessage: {}\ntype: dataset\ntitle: {}\nabstract: {}\nversion: {}\ndate-released: {}\n",
        quoted(&format!("Please cite the release that you used: {}", made.citation())),
        quoted(made.text("title")),
        quoted(made.text("description")),
        quoted(made.text("version")),
        quoted(made.date()),
    );
    text.push_str(&format!("license: {}\n", quoted(&made.pipeline.publisher.licence)));
    text.push_str(&format!("authors:\n  - name: {}\n", quoted(made.publisher())));
    let keywords = made.package["keywords"].as_array().into_iter().flatten().filter_map(|word| word.as_str());
    let keywords: String = keywords.map(|word| format!("  - {}\n", quoted(word))).collect();
    if !keywords.is_empty() {
        text.push_str(&format!("keywords:\n{keywords}"));
    }
    text
}

/// Which licence, where its text is, and how to name the source.
pub fn licence(made: &Made<'_>) -> String {
    format!(
        "# Licence\n\n\"{}\" by {} is published under {}. The text of the licence: {}\n\n\
         Where the licence asks to name the source, this will do:\n\n> {}\n",
        made.text("title"),
        made.publisher(),
        made.pipeline.publisher.licence,
        made.licence_address(),
        made.citation()
    )
}
