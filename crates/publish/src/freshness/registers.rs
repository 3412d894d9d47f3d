//! Whether a register is as current as it promises.

use chrono::TimeDelta;
use limpid_model::Instant;
use limpid_model::register::Register;

/// By when a register must be brought up to date again: so long after the last release as it promises. `None` of one that
/// promises nothing, or has had no release.
pub fn due(register: &Register, updated: Option<Instant>) -> Option<Instant> {
    Some(updated? + TimeDelta::days(register.every?.days()))
}

/// Whether it is behind its promise; one that promises something and has had no release is.
pub fn late(register: &Register, updated: Option<Instant>, now: Instant) -> bool {
    register.every.is_some() && due(register, updated).is_none_or(|due| now > due)
}
