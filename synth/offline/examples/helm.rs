//! Serves the offline Helm provider to a Terraform that something else runs, until standard input ends.
//!
//! The one argument is the folder that charts are found from. The first line printed is the value for
//! `TF_REATTACH_PROVIDERS`.

use std::{
    env,
    io::{self, Write as _},
    path::PathBuf,
};

use anyhow::{Context as _, Result};
use synth_offline::{Provider, Session};

fn main() -> Result<()> {
    let folder = env::args_os().nth(1).map(PathBuf::from).context("name the folder that charts are found from")?;
    let session = Session::start(vec![Provider::helm(&folder)?])?;
    let mut output = io::stdout();
    writeln!(output, "{}", session.reattach()).and_then(|()| output.flush()).context("printing")?;
    io::copy(&mut io::stdin(), &mut io::sink()).context("waiting for the end of standard input")?;
    Ok(())
}
