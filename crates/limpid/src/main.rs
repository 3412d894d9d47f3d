//! limpid: the command line, and the wiring of roles. All logic lives in the crates below.

mod cli;
mod commands;
mod failure;
mod files;
mod folder;
mod outside;
mod progress;
mod roles;
mod samples;
mod sensorthings;
mod server;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
        .with_env_filter(tracing_subscriber::EnvFilter::try_from_env("LIMPID_LOG").unwrap_or_else(|_| "info".into()))
        .init();
    match commands::dispatch(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}
