//! One command a file: it reads its arguments, calls one function, prints its report.

mod alert;
mod check;
mod conformance;
mod export;
pub mod forecast;
mod import;
mod officer;
mod pull;
pub mod register;
mod review;
mod run;
mod simulate;
mod stations;
mod token;
mod verify;
mod work_up;

use crate::cli::{Cli, Command, OfficerCommand, TokenCommand};
use crate::failure::Failure;

/// Does what the command line asks for.
pub fn dispatch(cli: Cli) -> Result<(), Failure> {
    match cli.command {
        Command::Run(arguments) => run::run(arguments),
        Command::Check { pipeline } => check::run(&pipeline.pipeline),
        Command::Conformance(arguments) => conformance::run(arguments),
        Command::Import(arguments) => import::run(arguments),
        Command::Pull(arguments) => pull::run(arguments),
        Command::Simulate(arguments) => simulate::run(arguments),
        Command::Stations { format, file } => stations::run(&format, &file),
        Command::Export(arguments) => export::run(arguments),
        Command::Forecast { command } => forecast::run(command),
        Command::Token { command: TokenCommand::New { station, reviewer, officer, role } } => {
            let holder = match (&reviewer, &officer) {
                (_, Some(name)) => token::Holder::Officer(name, &role),
                (Some(name), None) => token::Holder::Reviewer(name),
                (None, None) => token::Holder::Station,
            };
            token::new(station.as_deref().unwrap_or("*"), &holder)
        }
        Command::Officer { command: OfficerCommand::Password(arguments) } => officer::password(arguments),
        Command::Alert { command } => alert::run(command),
        Command::Verify(arguments) => verify::run(arguments),
        Command::Register { command } => register::run(command),
        Command::Review { command } => review::run(command),
    }
}
