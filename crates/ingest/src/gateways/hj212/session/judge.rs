//! What a message that could be read departs in from the standard, beyond what reading it has shown.

use limpid_model::pipeline::{Edition, Hj212Station};

use crate::gateways::hj212::codes::{self, Command, Direction};
use crate::gateways::hj212::deviation::{Deviation, Deviations};
use crate::gateways::hj212::message::{self, Factor, Message};

/// The bit of Flag that says that PNUM and PNO stand in the message.
const DIVIDED: u8 = 2;

/// The edition that a message is judged by: the configured one, else the one that its Flag names. A message without
/// Flag is of 2005, and so is one whose version bits are 0.
pub(super) fn edition(own: &Hj212Station, message: &Message<'_>) -> Edition {
    own.edition.unwrap_or_else(|| match (message.flag, message.version()) {
        (None, _) | (_, 0) => Edition::E2005,
        (_, 8) => Edition::E2025,
        _ => Edition::E2017,
    })
}

/// Looks at the header. What the edition allows is taken out again of what reading has noted.
pub(super) fn header(
    message: &Message<'_>,
    command: Option<&Command>,
    own: &Hj212Station,
    edition: Edition,
    deviations: &mut Deviations,
) {
    if own.edition == Some(Edition::E2005) {
        // Of 2005 both are optional, and QN may stand in the data area.
        deviations.remove(Deviation::NoFlag);
        deviations.remove(Deviation::NoQn);
    }
    deviations.add_if(message.qn.is_some_and(|qn| !qn.is_empty() && !is_qn(qn)), Deviation::BadQn);
    deviations.add_if(!message.st.is_some_and(codes::is_system), Deviation::UnknownSt);
    deviations.add_if(command.is_none(), Deviation::UnknownCn);
    let misdirected = command.is_some_and(|command| command.direction == Direction::Request);
    deviations.add_if(misdirected, Deviation::Misdirected);
    deviations.add_if(message.pw.map_or(0, str::len) != 6, Deviation::PwLength);
    deviations.add_if(!message.mn.is_some_and(|mn| is_mn(mn, edition)), Deviation::MnShape);
    if let Some(flag) = message.flag {
        deviations.add_if(!matches!(message.version(), 0 | 4 | 8), Deviation::FlagVersion);
        let divided = message.pnum.is_some() && message.pno.is_some();
        deviations.add_if((flag & DIVIDED != 0) != divided, Deviation::Parts);
    } else {
        deviations.add_if(message.pnum.is_some() || message.pno.is_some(), Deviation::Parts);
    }
}

/// Looks at the data flag of a factor's values. Levels of noise come without one in the standard's own examples.
pub(super) fn factor(factor: &Factor<'_>, deviations: &mut Deviations) {
    match factor.mark {
        None | Some("") => deviations.add_if(factor.rtd.or(factor.avg).is_some(), Deviation::NoDataFlag),
        Some(mark) => deviations.add_if(!codes::is_data_flag(mark), Deviation::UnknownDataFlag),
    }
}

/// Looks at how a value is written that was read as `number`.
pub(super) fn number(text: &str, number: Option<f64>, deviations: &mut Deviations) {
    match number {
        None => deviations.add(Deviation::MissingValue),
        Some(_) => {
            let plain = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'));
            deviations.add_if(!plain, Deviation::NumberFormat);
        }
    }
}

fn is_qn(qn: &str) -> bool {
    qn.len() == 17 && message::time(qn).is_some()
}

fn is_mn(mn: &str, edition: Edition) -> bool {
    let hex = mn.len() == 24 && mn.bytes().all(|byte| byte.is_ascii_hexdigit());
    hex || (edition == Edition::E2005 && mn.len() == 14 && mn.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}
