//! The demo's commands: each ends with the demo, and so does all that it has started.

use std::{
    env,
    ffi::OsStr,
    fs::{self, File},
    io::{self, Write as _},
    path::Path,
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use rustix::process::Signal;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    net::unix::pipe::Receiver,
    process::Command,
};

use crate::processes::{Ending, Started, words};

const ENDING: Ending = Ending { first: Signal::TERM, patience: Duration::from_secs(30), group: true };
/// How many lines of a log are shown.
const SHOWN: usize = 30;

/// A command with its arguments.
pub(super) fn command<A: AsRef<OsStr>>(program: impl AsRef<OsStr>, arguments: impl IntoIterator<Item = A>) -> Command {
    let mut command = Command::new(program);
    command.args(arguments);
    // Terraform would ask its maker for news at each call.
    if env::var_os("CHECKPOINT_DISABLE").is_none() {
        command.env("CHECKPOINT_DISABLE", "1");
    }
    command
}

/// Cargo, as the caller calls it.
pub(super) fn cargo<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Command {
    let cargo = env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut words = cargo.split_whitespace();
    let mut command = command(words.next().unwrap_or("cargo"), words);
    command.args(arguments);
    command
}

/// Makes a target of this project.
pub(super) async fn make<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Result<()> {
    let mut make = command("make", ["--no-print-directory"]);
    make.args(arguments);
    run(make).await
}

/// Starts a command.
pub(super) fn start(command: &mut Command) -> Result<Started> {
    Started::new(command, ENDING)
}

/// Runs a command that says itself what it does.
pub(super) async fn run(mut command: Command) -> Result<()> {
    let code = start(&mut command)?.ended().await?;
    ensure!(code == 0, "`{}` ended with code {code}: its output above says why", words(&command));
    Ok(())
}

/// Runs a command, and gives each line of its outputs as it comes, without colours; the log keeps all of them.
pub(super) async fn lines(log: &Path, mut command: Command, mut each: impl FnMut(&str) -> Result<()>) -> Result<()> {
    let context = || format!("writing `{}`", log.display());
    let mut copy = File::create(log).with_context(context)?;
    let (reader, writer) = io::pipe().context("making a pipe")?;
    command.stdout(writer.try_clone().context("making a pipe")?).stderr(writer);
    let mut process = start(&mut command)?;
    let words = words(&command);
    // Its ends of the pipe go with it: as long as one is open here, the lines do not end.
    drop(command);
    let mut lines = BufReader::new(Receiver::from_owned_fd(reader.into())?).lines();
    while let Some(line) = lines.next_line().await.with_context(|| format!("reading what `{words}` says"))? {
        writeln!(copy, "{line}").with_context(context)?;
        each(anstream::adapter::strip_str(line.trim_end()).to_string().as_str())?;
    }
    succeeded(process.ended().await?, &words, log)
}

/// Refuses a code, and shows the end of the log.
pub(super) fn succeeded(code: i32, words: &str, log: &Path) -> Result<()> {
    if code == 0 {
        return Ok(());
    }
    let text = fs::read_to_string(log).with_context(|| format!("reading `{}`", log.display()))?;
    let lines: Vec<_> = text.lines().collect();
    let end = lines[lines.len().saturating_sub(SHOWN)..].join("\n");
    bail!("`{words}` ended with code {code}; the end of `{}`:\n{end}", log.display())
}
