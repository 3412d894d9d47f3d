//! The text catalogues: `i18n/zh.toml` and `i18n/en.toml`, flat tables with the same keys; `i18n/desk.*.toml` are those of
//! the operator's desk.

use std::collections::HashMap;
use std::sync::LazyLock;

/// A language of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lang {
    /// Chinese, simplified.
    Zh,
    /// English.
    En,
}

type Catalogue = HashMap<String, String>;

static ZH: LazyLock<Catalogue> = LazyLock::new(|| {
    read(&[("zh.toml", include_str!("../../i18n/zh.toml")), ("desk.zh.toml", include_str!("../../i18n/desk.zh.toml"))])
});
static EN: LazyLock<Catalogue> = LazyLock::new(|| {
    read(&[("en.toml", include_str!("../../i18n/en.toml")), ("desk.en.toml", include_str!("../../i18n/desk.en.toml"))])
});

fn read(files: &[(&str, &str)]) -> Catalogue {
    let read = |(file, text): &(&str, &str)| {
        toml::from_str::<Catalogue>(text).unwrap_or_else(|error| panic!("built-in catalogue {file}: {error}"))
    };
    files.iter().flat_map(read).collect()
}

impl Lang {
    /// Every language.
    pub const ALL: [Self; 2] = [Self::Zh, Self::En];

    /// Its code in `?lang=`, in configuration and in texts.
    pub fn code(self) -> &'static str {
        match self {
            Self::Zh => "zh",
            Self::En => "en",
        }
    }

    /// The value of the `lang` attribute.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }

    /// Its name in itself.
    pub fn name(self) -> &'static str {
        match self {
            Self::Zh => "中文",
            Self::En => "English",
        }
    }

    /// The language with this code or tag (`zh-CN`, `en-GB`).
    pub fn parse(text: &str) -> Option<Self> {
        let primary = text.split('-').next().unwrap_or_default();
        Self::ALL.into_iter().find(|lang| lang.code().eq_ignore_ascii_case(primary))
    }

    /// The text under a key. A key that is missing shows as itself; a test holds that none is.
    pub fn t(self, key: &'static str) -> &'static str {
        let catalogue: &'static Catalogue = match self {
            Self::Zh => &ZH,
            Self::En => &EN,
        };
        catalogue.get(key).map_or(key, String::as_str)
    }

    /// The text under a key with `{name}` replaced by values.
    pub fn fill(self, key: &'static str, values: &[(&str, &str)]) -> String {
        let mut text = self.t(key).to_owned();
        for (name, value) in values {
            text = text.replace(&format!("{{{name}}}"), value);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn both_catalogues_have_the_same_keys_and_placeholders() {
        let keys = |catalogue: &Catalogue| catalogue.keys().cloned().collect::<BTreeSet<_>>();
        assert_eq!(keys(&ZH), keys(&EN));
        let placeholders = |text: &str| {
            let names = text.split('{').skip(1).filter_map(|part| part.split('}').next());
            names.map(str::to_owned).collect::<BTreeSet<_>>()
        };
        for (key, text) in ZH.iter() {
            assert_eq!(placeholders(text), placeholders(&EN[key]), "{key}");
            assert!(!text.is_empty() && !EN[key].is_empty(), "{key}");
        }
    }

    #[test]
    fn every_key_is_used_and_every_key_used_exists() {
        let mut source = String::new();
        let source_of = |folder: &str| std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(folder);
        let mut folders = vec![source_of("pages"), source_of("feeds"), source_of("desk")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("words.rs") {
                    source.push_str(&std::fs::read_to_string(path).unwrap());
                }
            }
        }
        let unused: Vec<&String> = ZH.keys().filter(|key| !source.contains(&format!("\"{key}\""))).collect();
        assert!(unused.is_empty(), "{unused:?}");
        for call in [".t(\"", ".fill(\""] {
            for rest in source.split(call).skip(1) {
                let key = rest.split('"').next().unwrap();
                assert!(ZH.contains_key(key), "{key}");
            }
        }
    }

    #[test]
    fn a_language_is_known_by_code_and_tag() {
        assert_eq!(Lang::parse("zh-Hant-TW"), Some(Lang::Zh));
        assert_eq!(Lang::parse("EN"), Some(Lang::En));
        assert_eq!(Lang::parse("english"), None);
        assert_eq!(Lang::parse(""), None);
    }
}
