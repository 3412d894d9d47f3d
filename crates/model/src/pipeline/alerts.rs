//! `[alerts]`: warnings to the public.

use super::fields::{Fields, Source};

/// `[alerts]`
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AlertRules {
    /// Who issues alerts of one's own: a name that is this authority's alone, as its domain. Default: the publisher's id.
    pub sender: Option<String>,
    /// The rule by which this authority may warn though it is a county's. Default: none, and it may not.
    pub legal_basis: Option<String>,
}

/// Reads the section.
pub(super) fn read(mut fields: Fields<'_>, source: &mut Source<'_>) -> AlertRules {
    let sender = fields.string(source, "sender", "\"epb.example.gov.cn\"").and_then(|(text, offset)| {
        let fits =
            !text.is_empty() && text.len() <= 200 && text.bytes().all(|b| b.is_ascii_graphic() && !b",<&".contains(&b));
        if !fits {
            // CAP 1.2, 3.2.1.
            let remedy = "write a domain or an address of mail: no spaces, commas, < or &";
            source.mistake(offset, format!("`alerts.sender` is {text:?}"), remedy);
        }
        fits.then_some(text)
    });
    let legal_basis =
        fields.string(source, "legal_basis", "\"the name and article of the rule\"").map(|(text, _)| text);
    fields.finish(source);
    AlertRules { sender, legal_basis }
}
