//! Serves offline providers to a Terraform that something else runs, until standard input ends.
//!
//! The arguments are the folder that charts are found from, and the providers' names, `aws` and `helm`. The first line
//! printed is the value for `TF_REATTACH_PROVIDERS`.

use std::{
    env,
    io::{self, Write as _},
    path::PathBuf,
};

use anyhow::{Context as _, Result, bail};
use synth_offline::{Provider, Session};

fn main() -> Result<()> {
    let mut arguments = env::args().skip(1);
    let folder = arguments.next().map(PathBuf::from).context("name the folder that charts are found from")?;
    let providers = arguments.map(|name| match &*name {
        "aws" => Provider::aws(),
        "helm" => Provider::helm(&folder),
        _ => bail!("`{name}` is not served offline: name `aws` or `helm`"),
    });
    let session = Session::start(providers.collect::<Result<_>>()?)?;
    let mut output = io::stdout();
    writeln!(output, "{}", session.reattach()).and_then(|()| output.flush()).context("printing")?;
    io::copy(&mut io::stdin(), &mut io::sink()).context("waiting for the end of standard input")?;
    Ok(())
}
