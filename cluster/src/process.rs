//! Programs that end with the process that started them, however that one ends.

use std::{
    fs::File,
    path::Path,
    process::{Child, Command, Stdio},
};

use anyhow::{Context, Result};

/// Waits for the program and, beside it, for the end of a pipe that only the parent holds open: a parent that is killed closes it.
const WATCHED: &str = r#"
exec 3<&0
"$@" 3<&- </dev/null & program=$!
{ read -r _ <&3; kill -KILL "$program"; } 2>/dev/null & watch=$!
exec 3<&-
wait "$program"; status=$?
kill "$watch" 2>/dev/null
exit "$status"
"#;

/// A program that runs until this is dropped.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
}

impl Process {
    /// Starts a program, which writes what it says to `log`.
    pub(crate) fn start<'a>(
        program: &Path,
        arguments: impl IntoIterator<Item = &'a String>,
        log: &Path,
    ) -> Result<Self> {
        let file = File::create(log).with_context(|| format!("creating `{}`", log.display()))?;
        let child = Command::new("sh")
            .args(["-c", WATCHED, "watched"])
            .arg(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(file.try_clone()?)
            .stderr(file)
            .spawn()
            .with_context(|| format!("starting `{}`", program.display()))?;
        Ok(Self { child })
    }

    /// Has it ended by itself?
    pub(crate) fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        // Whether it was killed or has ended before makes no difference here.
        let _ = self.child.wait();
    }
}
