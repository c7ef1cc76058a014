//! `synth-load` drives `JMeter` for `make load-test`, and shows the whole platform without an account for `make demo`.
//!
//! All that it starts is stopped again, after a failure and a signal, too: a process ends with the value that stands
//! for it.

mod ask;
mod demo;
mod described;
mod jmeter;
mod leftovers;
mod load_test;
mod processes;
mod services;
mod signals;
mod talk;

use std::process::ExitCode;

use clap::Parser;
use tokio::runtime::Builder;

use crate::{load_test::LoadTestArgs, signals::Signals, talk::complain};

#[derive(Debug, Parser)]
#[command(about = "Drives JMeter, and shows the whole platform without an account")]
enum Cli {
    /// Run the load test with `JMeter`; exit codes: 0 it ran, 2 it could not
    ///
    /// Without `--host` both services are started here, on free ports of the loopback address. Results and `JMeter`'s
    /// own report are left in a folder; `synth load-report` judges them.
    Test(Box<LoadTestArgs>),
    /// Show the whole platform here: synthesis, policies, plan and apply offline, a load test and its verdict
    ///
    /// Nothing outside `target/` is written. Exit codes: 0 everything works, 1 something failed, as the output
    /// says.
    Demo,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime has all that it needs");
    let code = runtime.block_on(end_of(&cli));
    // A question that nobody has answered yet is nothing to wait for.
    runtime.shutdown_background();
    ExitCode::from(code)
}

/// Does what was asked for until it is done, or a signal says that it is not wanted any more.
async fn end_of(cli: &Cli) -> u8 {
    let work = async {
        match cli {
            Cli::Test(args) => load_test::run(args).await,
            Cli::Demo => demo::run().await,
        }
    };
    let mut signals = Signals::take();
    let done = tokio::select! {
        signal = signals.first() => Err(signal),
        done = work => Ok(done),
    };
    // A line of its own, after what the steps have said.
    let (failed, apart) = if matches!(cli, Cli::Demo) { (1, "\n") } else { (2, "") };
    match done {
        Ok(Ok(())) => return 0,
        Ok(Err(error)) => complain(format_args!("{apart}error: {error:#}")),
        Err(signal) => {
            if signal == signals::INTERRUPT && matches!(cli, Cli::Demo) {
                complain("\nstopped, with everything that was started");
            }
            return 128 + signal;
        }
    }
    failed
}
