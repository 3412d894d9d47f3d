//! `[pages]`: what an authority adds to the pages.

use super::fields::{Fields, Source};
use crate::outline::Outline;
use crate::text::Text;

/// Where ICP filings are looked up; the ministry asks that the number leads there.
const ICP: &str = "https://beian.miit.gov.cn/";
/// Where the ministry of public security's record of a site is looked up, by the digits of its number.
const SECURITY: &str = "https://beian.mps.gov.cn/#/query/webSearch?code=";

/// `[pages]`
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Pages {
    /// Numbers at the foot of every page, in the order in which they stand there.
    pub footer: Vec<FooterEntry>,
    /// The map of the authority's area; without one stations are sketched by their positions to each other.
    pub map: Option<MapFile>,
}

/// A number that a public site must show, and where it leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FooterEntry {
    /// What it is.
    pub kind: FooterKind,
    /// As it is to be shown.
    pub text: String,
    /// Where it leads.
    pub link: Option<String>,
}

/// What a number at the foot of a page is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FooterKind {
    /// The identification code of a government site.
    SiteCode,
    /// The ICP filing.
    Icp,
    /// The public-security record.
    Security,
}

/// `[pages.map]`
#[derive(Debug, Clone, PartialEq)]
pub struct MapFile {
    /// GeoJSON file, from the pipeline's folder.
    pub file: String,
    /// Whose map it is.
    pub attribution: Text,
    /// The number under which the map was reviewed.
    pub review_number: String,
    /// Its line in `pipeline.toml`.
    pub line: usize,
    /// What the file has, once it is read.
    pub outline: Outline,
}

/// Reads the section.
pub(super) fn read(mut fields: Fields<'_>, source: &mut Source<'_>) -> Pages {
    let mut footer = fields.table(source, "footer");
    let entries = vec![
        entry(&mut footer, source, FooterKind::SiteCode, ["site_code", "site_code_link"], "\"5115230001\""),
        entry(&mut footer, source, FooterKind::Icp, ["icp", "icp_link"], "\"蜀ICP备12345678号-1\""),
        entry(
            &mut footer,
            source,
            FooterKind::Security,
            ["security", "security_link"],
            "\"川公网安备51152302000001号\"",
        ),
    ];
    footer.finish(source);
    let map = map(fields.table(source, "map"), source);
    fields.finish(source);
    Pages { footer: entries.into_iter().flatten().collect(), map }
}

fn entry(
    fields: &mut Fields<'_>,
    source: &mut Source<'_>,
    kind: FooterKind,
    [text, link]: [&'static str; 2],
    example: &str,
) -> Option<FooterEntry> {
    let shown = fields.string(source, text, example).map(|(text, _)| text);
    let chosen = fields.string(source, link, "\"https://…\"").and_then(|(address, offset)| {
        let fits = ["https://", "http://"].iter().any(|scheme| address.starts_with(scheme));
        if !fits {
            let what = format!("`{}` is {address:?}", fields.full(link));
            source.mistake(offset, what, "write an address that starts with https:// or http://");
        }
        fits.then_some(address)
    });
    let text = shown.filter(|text| !text.trim().is_empty())?;
    let usual = match kind {
        FooterKind::SiteCode => None,
        FooterKind::Icp => Some(ICP.to_owned()),
        FooterKind::Security => {
            let digits: String = text.chars().filter(char::is_ascii_digit).collect();
            Some(format!("{SECURITY}{digits}"))
        }
    };
    Some(FooterEntry { kind, link: chosen.or(usual), text })
}

/// A map is shown in public only with the number of its review, so that both are asked for together.
fn map(mut fields: Fields<'_>, source: &mut Source<'_>) -> Option<MapFile> {
    if !fields.present() {
        return None;
    }
    let line = source.line(fields.offset("file"));
    let file = fields.required(source, "file", "\"map.geojson\"").map(|(file, _)| file);
    let attribution = fields.text(source, "attribution");
    let review_number = fields.required(source, "review_number", "\"川S(2026)00001号\"").map(|(number, _)| number);
    fields.finish(source);
    Some(MapFile {
        file: file?,
        attribution: attribution?,
        review_number: review_number?,
        line,
        outline: Outline::default(),
    })
}

#[cfg(test)]
mod tests;
