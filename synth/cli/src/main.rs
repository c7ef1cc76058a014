//! `synth` writes the platform to `out/`, and says how `out/` differs from the code.
//!
//! What the platform is, the crate `stacks` says; of the crates of the synthesizer, this one alone writes it.

mod cli;
mod commands;
mod difference;
mod directory;
mod file;
mod offline;
mod origin;
mod project;
mod report;
mod synthesis;

use std::process::ExitCode;

use clap::Parser;

use crate::{
    cli::Cli,
    report::{Outcome, complain, print},
};

fn main() -> ExitCode {
    let result = commands::run(&Cli::parse()).and_then(|report| {
        print(&report.text)?;
        Ok(report.outcome)
    });
    match result {
        Ok(Outcome::Fine) => ExitCode::SUCCESS,
        Ok(Outcome::Finding) => ExitCode::from(1),
        Ok(Outcome::Code(code)) => ExitCode::from(code),
        Err(error) => {
            complain(&error);
            ExitCode::from(2)
        }
    }
}
