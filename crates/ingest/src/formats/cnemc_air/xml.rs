//! Records in XML, as `GetAQIDataPublishLives` of the service gave them: each element that holds a `StationCode` is one,
//! whatever it is called.

use limpid_model::{Pipeline, Reason};
use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::Event;

use super::record;
use crate::formats::{Fault, Found};

/// The element of a record.
const RECORD: &str = "AQIDataPublishLive";

/// Elements within one another, of which a record has three; deeper ones are no record's.
const DEEPEST: usize = 64;

/// Reads a snapshot.
///
/// # Errors
/// When it is no XML or has no records. A record that cannot be read is a refusal among what was found.
pub(in crate::formats) fn read<'p>(bytes: &[u8], pipeline: &'p Pipeline) -> Result<Found<'p>, Fault> {
    let text =
        std::str::from_utf8(bytes).map_err(|_| Fault::new(Reason::Damaged, "not UTF-8; save the file as UTF-8"))?;
    let mut reader = Reader::from_str(text);
    let mut found = Found::new();
    // The record that is open: how deep its fields lie, and what they are.
    let mut open: Option<(usize, Vec<(String, String)>)> = None;
    let (mut depth, mut records) = (0_usize, 0_usize);
    loop {
        let damaged = |error: String, at: u64| Fault::new(Reason::Damaged, format!("not XML at byte {at}: {error}"));
        match reader.read_event().map_err(|error| damaged(error.to_string(), reader.error_position()))? {
            Event::Eof if depth > 0 => return Err(Fault::new(Reason::Damaged, "the file ends within an element")),
            Event::Eof => break,
            Event::Start(element) => {
                depth += 1;
                if depth > DEEPEST {
                    return Err(Fault::new(
                        Reason::Damaged,
                        format!("more than {DEEPEST} elements within one another"),
                    ));
                }
                let name = element.local_name();
                match &mut open {
                    None if name.as_ref() == RECORD => open = Some((depth + 1, Vec::new())),
                    Some((fields_at, fields)) if *fields_at == depth => {
                        fields.push((name.as_ref().to_lowercase(), String::new()));
                    }
                    _ => {}
                }
            }
            Event::Text(text) => append(&mut open, depth, text.as_ref()),
            Event::CData(text) => append(&mut open, depth, text.as_ref()),
            // The dash of missing values is an entity of HTML, which XML does not know.
            Event::GeneralRef(name) => {
                let name: &str = name.as_ref();
                match resolve_predefined_entity(name) {
                    Some(text) => append(&mut open, depth, text),
                    None => append(&mut open, depth, &format!("&{name};")),
                }
            }
            Event::End(_) => {
                if let Some((_, fields)) = open.take_if(|(fields_at, _)| *fields_at == depth + 1) {
                    records += 1;
                    record(&fields, records, pipeline, &mut found);
                }
                // The reader itself refuses an end without a start.
                depth = depth.saturating_sub(1);
            }
            _ => {}
        }
    }
    if records == 0 {
        return Err(Fault::new(Reason::Damaged, "no element AQIDataPublishLive is in it"));
    }
    Ok(found)
}

fn append(open: &mut Option<(usize, Vec<(String, String)>)>, depth: usize, text: &str) {
    if let Some((fields_at, fields)) = open
        && *fields_at == depth
        && let Some((_, value)) = fields.last_mut()
    {
        value.push_str(text);
    }
}

fn record<'p>(fields: &[(String, String)], number: usize, pipeline: &'p Pipeline, found: &mut Found<'p>) {
    let field = |name: &str| fields.iter().find(|(known, _)| known == name).map(|(_, text)| text.as_str());
    let start = found.len();
    if let Err(fault) = record::read(field, &|code| pipeline.stations.by_id_or_name(code), found) {
        found.push(Err(fault.into()));
    }
    for refusal in found[start..].iter_mut().filter_map(|item| item.as_mut().err()) {
        refusal.detail = format!("record {number}: {}", refusal.detail);
    }
}
