//! Registers: tables of records that an authority must publish, permits first. What a register holds, and what of it the
//! public may see, is a TOML file of the pipeline folder (`registers/*.toml`), not code.
//!
//! - [`Register`], [`Field`]: the schema
//! - [`disclosure`]: who may see a field, and what is masked in it
//! - [`Values`]: the values of a record, checked against its register
//! - [`public`]: the only way from values to something that may leave: [`PublicRecord`]
//! - [`validity`]: whether a record is in force, or how it ended
//! - [`term`]: by when something must have happened
//! - [`workflow`]: draft, checked, released, and who may do what
//! - [`difference`]: two revisions, field by field

pub mod difference;
pub mod disclosure;
mod field;
mod item;
pub mod public;
mod schema;
pub mod term;
#[cfg(test)]
mod tests;
pub mod validity;
mod value;
pub mod workflow;

pub use difference::{Change, compare};
pub use disclosure::{Disclosure, How, Personal, Reason, Redaction};
pub use field::{Choice, Field, FieldKind, LinkTo};
pub use item::Item;
pub use public::{Notice, PublicRecord, Withheld};
pub use schema::{Deadline, Every, Place, Register};
pub use term::{Extension, Length, Term, TermKind, TermState};
pub use validity::{End, Status, Validity, ValidityRule};
pub(crate) use value::are_ends;
pub use value::{FieldProblem, KEY_LENGTH, RECORD_BYTES, TABLE_ROWS, TEXT_BYTES, Values, as_text};
pub use workflow::{Act, Deed, Refusal, Revision, Role, Standing, State};
