//! Language and type size of one request. What a reader chose stays in the links of the page, so that no cookie is
//! needed.

use axum::extract::Query as Pairs;
use axum::http::{HeaderMap, Uri, header};

use super::words::Lang;
use crate::answer::format::preferences;
use crate::app::App;

/// How one reader wants a page.
#[derive(Debug, Clone)]
pub struct View {
    /// The language.
    pub lang: Lang,
    /// Large type, one column.
    pub elder: bool,
    /// Languages that the publisher offers, the default first.
    pub offered: Vec<Lang>,
    /// Whether the language was chosen on a page and stays.
    chosen: bool,
    path: String,
}

impl View {
    /// Reads `lang` and `view` of the query, then `Accept-Language`, then takes the publisher's first language. What
    /// is unknown is passed over: a page for people is no place for a 400.
    pub fn new(app: &App, uri: &Uri, headers: &HeaderMap) -> Self {
        let offered: Vec<Lang> = app.pipeline.publisher.languages.iter().filter_map(|code| Lang::parse(code)).collect();
        let offers = |lang: &Lang| offered.contains(lang);
        let pairs = Pairs::<Vec<(String, String)>>::try_from_uri(uri).map(|pairs| pairs.0).unwrap_or_default();
        let value = |name: &str| pairs.iter().find(|pair| pair.0 == name).map(|pair| pair.1.as_str());
        let chosen = value("lang").and_then(Lang::parse).filter(offers);
        let accept = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let lang = chosen
            .or_else(|| {
                let wanted = preferences(accept).into_iter().filter(|(_, q)| *q > 0.0);
                wanted.filter_map(|(tag, _)| Lang::parse(tag)).find(offers)
            })
            .or_else(|| offered.first().copied())
            .unwrap_or(Lang::Zh);
        let elder = value("view") == Some("elder");
        Self { lang, elder, offered, chosen: chosen.is_some(), path: uri.path().to_owned() }
    }

    /// The view of a page whose address has a query, which links to itself keep.
    pub fn with_query(self, query: &str) -> Self {
        Self { path: format!("{}?{query}", self.path), ..self }
    }

    /// A link to another page of this service, which may have a query, that keeps what was chosen.
    pub fn link(&self, path: &str) -> String {
        link(path, self.chosen.then_some(self.lang), self.elder)
    }

    /// What was chosen, for the hidden fields of a form.
    pub fn kept(&self) -> Vec<(&'static str, &'static str)> {
        let lang = self.chosen.then(|| ("lang", self.lang.code()));
        lang.into_iter().chain(self.elder.then_some(("view", "elder"))).collect()
    }

    /// The address of this page, as it was chosen.
    pub fn here(&self) -> String {
        self.link(&self.path)
    }

    /// This page in another language.
    pub fn in_language(&self, lang: Lang) -> String {
        link(&self.path, Some(lang), self.elder)
    }

    /// This page in the other type size.
    pub fn in_other_size(&self) -> String {
        link(&self.path, self.chosen.then_some(self.lang), !self.elder)
    }
}

fn link(path: &str, lang: Option<Lang>, elder: bool) -> String {
    let mut query = Vec::new();
    query.extend(lang.map(|lang| format!("lang={}", lang.code())));
    query.extend(elder.then(|| "view=elder".to_owned()));
    let begins = if path.contains('?') { '&' } else { '?' };
    if query.is_empty() { path.to_owned() } else { format!("{path}{begins}{}", query.join("&")) }
}
