//! The fields before the data area, and what can be read of them when the rest of a frame is damaged.

use limpid_model::pipeline::Encoding;
use memchr::{memchr, memmem};

use super::{Message, items, trim};
use crate::gateways::hj212::deviation::{Deviation, Deviations};

impl<'a> Message<'a> {
    /// What the header of a damaged frame says, from its first field on; it has no fields of the data area.
    pub fn header(text: &'a str) -> Self {
        let end = text.find("CP=&&").unwrap_or(text.len());
        let text = &text[..end];
        let start = text.strip_prefix("##").map_or(0, |rest| {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            2 + digits
        });
        let mut message = Self::default();
        message.read_header(&text[start..]);
        message
    }

    pub(super) fn read_header(&mut self, text: &'a str) {
        for item in items(text) {
            let Some(equals) = memchr(b'=', item.as_bytes()) else { continue };
            let value = trim(&item[equals + 1..]);
            let (place, slot) = match trim(&item[..equals]) {
                "QN" => (1, &mut self.qn),
                "ST" => (2, &mut self.st),
                "CN" => (3, &mut self.cn),
                "PW" => (4, &mut self.pw),
                "MN" => (5, &mut self.mn),
                "Flag" => {
                    match value.parse() {
                        Ok(flag) => self.flag = self.flag.or(Some(flag)),
                        Err(_) => self.deviations.add(Deviation::BadFlag),
                    }
                    self.in_order(6);
                    continue;
                }
                "PNUM" => (7, &mut self.pnum),
                "PNO" => (8, &mut self.pno),
                // Where it stands in the header of 2025 was not at hand.
                "RF" => {
                    self.again = value == "1";
                    continue;
                }
                _ => continue,
            };
            slot.get_or_insert(value);
            self.in_order(place);
        }
    }

    /// A field stands where its place in the standard's order is `place`.
    fn in_order(&mut self, place: u8) {
        self.deviations.add_if(place < self.place, Deviation::HeaderOrder);
        self.place = place;
    }
}

/// The identity in the header of a data segment, before anything else is known of it.
pub fn mn(data: &[u8]) -> Option<&str> {
    let header = &data[..memmem::find(data, b"CP=&&")?];
    let mut fields = header.split(|byte| matches!(byte, b';' | b','));
    let value = fields.find_map(|field| field.trim_ascii().strip_prefix(b"MN="))?;
    std::str::from_utf8(value).ok().map(str::trim)
}

/// A data segment as text, as its sender is known to write it.
pub fn decode_as(data: &[u8], encoding: Encoding) -> (std::borrow::Cow<'_, str>, Deviations) {
    let mut deviations = Deviations::default();
    if data.is_ascii() {
        return (String::from_utf8_lossy(data), deviations);
    }
    let utf8 = std::str::from_utf8(data);
    let text = match (encoding, utf8) {
        (Encoding::Auto | Encoding::Utf8, Ok(text)) => return (text.into(), deviations),
        (Encoding::Utf8, Err(_)) => String::from_utf8_lossy(data),
        (Encoding::Gb18030, _) | (Encoding::Auto, Err(_)) => encoding_rs::GB18030.decode_without_bom_handling(data).0,
    };
    deviations.add(Deviation::Encoding);
    (text, deviations)
}
