//! Text for people, in one or more languages.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The same text in several languages, by language code (`zh`, `en`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Text(BTreeMap<String, String>);

impl Text {
    /// A text in Chinese and English.
    pub fn zh_en(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self(BTreeMap::from([("zh".into(), zh.into()), ("en".into(), en.into())]))
    }

    /// Adds or replaces the text of one language.
    pub fn insert(&mut self, language: impl Into<String>, text: impl Into<String>) {
        self.0.insert(language.into(), text.into());
    }

    /// The text in `language`; where there is none, any other language's.
    pub fn get(&self, language: &str) -> &str {
        self.0.get(language).or_else(|| self.0.values().next()).map_or("", String::as_str)
    }

    /// Every language with its text, in the order of language codes.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(language, text)| (language.as_str(), text.as_str()))
    }
}
