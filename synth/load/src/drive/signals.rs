//! The signals that end a run.

use std::{future::pending, process::Command};

use tokio::signal::unix::{Signal, SignalKind, signal};

/// The number of an interrupt.
pub(crate) const INTERRUPT: u8 = 2;
const HANGUP: u8 = 1;
const TERMINATE: u8 = 15;

/// The signals that end this process no more from when they are taken.
///
/// A job in the background begins with an ignored interrupt, which it and all that it starts would keep: it is taken
/// all the same. Who ignores the terminal's end has said so with `nohup`.
#[derive(Debug)]
pub(crate) struct Signals {
    interrupt: Option<Signal>,
    terminate: Option<Signal>,
    hangup: Option<Signal>,
}

impl Signals {
    /// Takes them over, inside a runtime.
    pub(crate) fn take() -> Self {
        let hangup = if ignores_hangup() { None } else { signal(SignalKind::hangup()).ok() };
        let (interrupt, terminate) = (signal(SignalKind::interrupt()).ok(), signal(SignalKind::terminate()).ok());
        Self { interrupt, terminate, hangup }
    }

    /// The number of the first that comes.
    pub(crate) async fn first(&mut self) -> u8 {
        tokio::select! {
            () = one(&mut self.interrupt) => INTERRUPT,
            () = one(&mut self.terminate) => TERMINATE,
            () = one(&mut self.hangup) => HANGUP,
        }
    }
}

async fn one(signal: &mut Option<Signal>) {
    match signal {
        Some(signal) => drop(signal.recv().await),
        None => pending().await,
    }
}

/// Whether the terminal's end is ignored. Those that a process starts ignore it, too: to ask one needs no `unsafe`.
fn ignores_hangup() -> bool {
    Command::new("/bin/sh").args(["-c", "kill -HUP $$"]).status().is_ok_and(|ended| ended.success())
}
