//! Messages to whoever looks on.

use std::{
    fmt,
    io::{self, Write},
};

use anyhow::{Context, Result};

/// Says something at once, also where a program reads it.
pub(crate) fn say(message: impl fmt::Display) -> Result<()> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{message}").and_then(|()| stdout.flush()).context("writing to standard output")
}

/// Says what is wrong.
pub(crate) fn complain(message: impl fmt::Display) {
    // Nobody is left to be told when standard error is gone.
    let _ = writeln!(io::stderr(), "{message}");
}
