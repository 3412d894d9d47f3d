//! `[[officer]]`: people who keep registers.

use super::fields::{Fields, Source};
use super::reviewer;
use crate::register::Role;

/// `[[officer]]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Officer {
    /// Who it is; stands in the audit log.
    pub name: String,
    /// SHA-256 of the token's secret, in lower-case hex; empty of one without a token, who only works at the desk.
    pub hash: String,
    /// What it may do.
    pub roles: Vec<Role>,
    /// The registers that it keeps; empty for all. Default all.
    pub registers: Vec<String>,
}

impl Officer {
    /// Whether it may do something in a register.
    pub fn may(&self, role: Role, register: &str) -> bool {
        self.roles.contains(&role) && (self.registers.is_empty() || self.registers.iter().any(|own| own == register))
    }
}

pub(super) fn read(mut fields: Fields<'_>, source: &mut Source<'_>) -> Option<Officer> {
    let name = reviewer::name(&mut fields, source);
    let hash = match fields.has("hash") {
        true => reviewer::hash(&mut fields, source, "--officer NAME"),
        false => Some(String::new()),
    };
    let known = Role::ALL.map(Role::as_str);
    let mut roles = Vec::new();
    let words = fields.strings(source, "roles", r#"["editor"]"#).unwrap_or_default();
    for (word, offset) in &words {
        match Role::ALL.into_iter().find(|role| role.as_str() == word) {
            Some(role) => roles.push(role),
            None => {
                let what = format!("`officer.roles` has {word:?}");
                source.mistake(*offset, what, format!("write some of: {}", known.join(", ")));
            }
        }
    }
    if words.is_empty() {
        let remedy = format!("write roles = some of: {}", known.join(", "));
        source.mistake(fields.offset("roles"), "an officer without a role", remedy);
    }
    let registers = fields.strings(source, "registers", r#"["permits"]"#).unwrap_or_default();
    fields.finish(source);
    let registers = registers.into_iter().map(|(id, _)| id).collect();
    Some(Officer { name: name?, hash: hash?, roles, registers })
}
