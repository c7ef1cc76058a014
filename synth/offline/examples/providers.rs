//! Serves offline providers to a Terraform that something else runs, until standard input ends.
//!
//! The arguments are the folder of the stack, from which charts are found and whose lock file says which version of the AWS provider
//! is meant, and the providers' names: `aws`, `helm`, or `helm-asking`, which
//! asks its cluster first, by `curl`. The first line printed is the value for `TF_REATTACH_PROVIDERS`.

use std::{
    env, fs,
    io::{self, Write as _},
    path::PathBuf,
    process::Command,
};

use anyhow::{Context as _, Result, bail};
use synth_offline::{AwsVersion, Provider, Session};

fn main() -> Result<()> {
    let mut arguments = env::args().skip(1);
    let folder = arguments.next().map(PathBuf::from).context("name the folder of the stack")?;
    let providers = arguments.map(|name| match &*name {
        "aws" => {
            Provider::aws(AwsVersion::selected(fs::read_to_string(folder.join(".terraform.lock.hcl")).ok().as_deref()))
        }
        "helm" => Provider::helm(&folder),
        "helm-asking" => Provider::helm_that_asks(&folder, |host, authority| {
            ask(host, authority).map_err(|error| format!("{error:#}"))
        }),
        _ => bail!("`{name}` is not served offline: name `aws`, `helm` or `helm-asking`"),
    });
    let session = Session::start(providers.collect::<Result<_>>()?)?;
    let mut output = io::stdout();
    writeln!(output, "{}", session.reattach()).and_then(|()| output.flush()).context("printing")?;
    io::copy(&mut io::stdin(), &mut io::sink()).context("waiting for the end of standard input")?;
    Ok(())
}

/// Asks the API of a cluster whether it lives.
fn ask(host: &str, authority: &str) -> Result<()> {
    let mut file = tempfile::NamedTempFile::new().context("keeping the certificate of the authority")?;
    file.write_all(authority.as_bytes()).context("keeping the certificate of the authority")?;
    let mut command = Command::new("curl");
    command.args(["--silent", "--show-error", "--fail", "--max-time", "5", "--cacert"]).arg(file.path());
    let output = command.arg(format!("{host}/livez")).output().context("starting `curl`")?;
    if !output.status.success() {
        bail!("{}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(())
}
