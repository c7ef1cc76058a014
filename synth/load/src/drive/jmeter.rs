//! `JMeter`'s command.

use std::{env, path::Path, time::Duration};

use anyhow::{Context, Result, bail};
use tokio::{process::Command, time::timeout};

/// `JMeter`'s own defaults, but for the compiler: the second one is busy for the first 10,000 requests, beside the
/// services. Without it, 16,100 requests at 700/s took 11 s of processor time instead of 20, and 44,100 took 24 instead
/// of 29.
const JAVA: [&str; 5] = ["-Xms512m", "-Xmx1g", "-XX:TieredStopAtLevel=1", "-Djava.awt.headless=true", "-jar"];

/// A `JMeter` that has said its version.
#[derive(Debug)]
pub(crate) struct JMeter {
    /// Its command, to which arguments are added.
    pub(crate) command: Command,
    /// Such as `5.5`.
    pub(crate) version: String,
}

impl JMeter {
    /// The one of this command; else the one that is laid out in a folder.
    pub(crate) async fn find(given: Option<&str>, home: &Path) -> Result<Self> {
        let start = || match given {
            Some(given) => Ok(Command::new(given)),
            None => laid_out(home),
        };
        let mut asked = start()?;
        asked.args(["--version", "-j", "/dev/null"]).kill_on_drop(true);
        let name = asked.as_std().get_program().to_string_lossy().into_owned();
        let said = timeout(Duration::from_mins(2), asked.output()).await;
        let said = said.with_context(|| format!("`{name}` did not print its version within two minutes"))?;
        let said = said.with_context(|| format!("starting `{name}`"))?;
        let text = String::from_utf8_lossy(&said.stdout);
        let Some(version) = text.split_whitespace().find(|word| word.starts_with("5.")) else {
            let error = String::from_utf8_lossy(&said.stderr);
            bail!("`{name}` is not JMeter 5: `make load-test JMETER=` installs one that is\n{}", error.trim());
        };
        Ok(Self { command: start()?, version: version.to_owned() })
    }
}

fn laid_out(home: &Path) -> Result<Command> {
    let jar = home.join("bin/ApacheJMeter.jar");
    if !jar.exists() {
        bail!("no JMeter in `{}`: `make load-test` installs it there", home.display());
    }
    if !is_on_path("java") {
        bail!("`java` is not on the PATH: install Java 17");
    }
    let mut command = Command::new("java");
    command.args(JAVA).arg(jar);
    Ok(command)
}

/// Whether a program can be called by its name.
pub(crate) fn is_on_path(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|folder| folder.join(program).is_file())
}
