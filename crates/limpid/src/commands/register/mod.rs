//! `limpid register`

mod arguments;
mod catalogue;
mod import;
mod read;
mod steps;

use std::sync::Arc;

use limpid_model::{Pipeline, Register};
use limpid_store::{Journal, StateDir};

pub use arguments::RegisterCommand;

use crate::failure::Failure;
use crate::{folder, roles};
use arguments::Of;

/// Does what is asked of a register.
pub fn run(command: RegisterCommand) -> Result<(), Failure> {
    let runtime = tokio::runtime::Runtime::new()?;
    match command {
        RegisterCommand::Catalogue(arguments) => catalogue::run(&arguments),
        RegisterCommand::Import(arguments) => runtime.block_on(import::run(arguments)),
        RegisterCommand::Check(arguments) => runtime.block_on(steps::check(arguments)),
        RegisterCommand::Release(arguments) => runtime.block_on(steps::release(arguments)),
        RegisterCommand::Withdraw(arguments) => runtime.block_on(steps::end(arguments, true)),
        RegisterCommand::Repeal(arguments) => runtime.block_on(steps::end(arguments, false)),
        RegisterCommand::List(arguments) => runtime.block_on(read::list(arguments)),
        RegisterCommand::Show(arguments) => runtime.block_on(read::show(arguments)),
        RegisterCommand::Audit(arguments) => runtime.block_on(read::audit(arguments)),
    }
}

/// A register with the journal that keeps it, for as long as the state folder is locked.
struct Kept {
    pipeline: Arc<Pipeline>,
    register: Arc<Register>,
    journal: Arc<dyn Journal>,
    _state: StateDir,
}

impl Kept {
    fn open(of: &Of) -> Result<Self, Failure> {
        let pipeline = folder::require(&of.pipeline.pipeline)?;
        let register = pipeline.registers.get(&of.register).cloned().ok_or_else(|| {
            let known: Vec<&str> = pipeline.registers.iter().map(|one| one.id.as_str()).collect();
            Failure::Usage(format!(
                "--register: there is no register {:?}; there are: {}",
                of.register,
                known.join(", ")
            ))
        })?;
        let state = StateDir::lock(&of.state.state)?;
        let journal = roles::open_journal(&state)?;
        Ok(Self { pipeline, register, journal, _state: state })
    }
}
