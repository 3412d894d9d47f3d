//! Checks that are not the standard's: what is wrong with them, and whether they are taken.

use limpid_model::pipeline::Crc;

use super::Damage;
use crate::gateways::hj212::crc;
use crate::gateways::hj212::deviation::Deviation;

/// Which check beside the standard's the sender of a data segment may use.
pub type Trust<'a> = &'a dyn Fn(&[u8]) -> Crc;

/// What is wrong with a check that is not the standard's.
pub(super) fn wrong(data: &[u8], check: u16) -> Damage {
    let modbus = crc::modbus(data);
    match check {
        check if check == modbus => Damage::CheckModbus,
        check if check == modbus.swap_bytes() => Damage::CheckModbusSwapped,
        _ => Damage::Check,
    }
}

/// How the check departs from the standard, where the sender may use it.
pub(super) fn other_check(data: &[u8], check: u16, trust: Trust<'_>) -> Option<Deviation> {
    match (trust(data), wrong(data, check)) {
        (Crc::Modbus | Crc::Off, Damage::CheckModbus) => Some(Deviation::CrcModbus),
        (Crc::ModbusSwapped | Crc::Off, Damage::CheckModbusSwapped) => Some(Deviation::CrcModbusSwapped),
        (Crc::Off, _) => Some(Deviation::CrcWrong),
        _ => None,
    }
}
