//! Programs that end with the process that started them, however that one ends.

use std::{
    fs::File,
    os::unix::process::CommandExt,
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
pub struct Process {
    child: Child,
}

impl Process {
    /// Starts a program, which writes what it says to `log`.
    pub fn start<'a>(program: &Path, arguments: impl IntoIterator<Item = &'a String>, log: &Path) -> Result<Self> {
        let file = File::create(log).with_context(|| format!("creating `{}`", log.display()))?;
        let child = Command::new("sh")
            .args(["-c", WATCHED, "watched"])
            .arg(program)
            .args(arguments)
            // A signal to the parent's group would end the shell, and leave an API server that waits for etcd for ever.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(file.try_clone()?)
            .stderr(file)
            .spawn()
            .with_context(|| format!("starting `{}`", program.display()))?;
        Ok(Self { child })
    }

    /// Has it ended by itself?
    pub fn has_ended(&mut self) -> bool {
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

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::Process;
    use crate::waiting::eventually;

    /// A parent that is killed closes its end of the pipe, as a drop does.
    #[test]
    fn a_program_ends_when_its_pipe_is_closed() {
        let log = std::env::temp_dir().join(format!("watched-{}.log", std::process::id()));
        let arguments = ["-c", "echo $$; exec sleep 1000"].map(str::to_owned);
        let process = Process::start(Path::new("/bin/sh"), &arguments, &log).unwrap();
        let pid = eventually(10, || {
            let said = fs::read_to_string(&log).map_err(|error| error.to_string())?;
            said.trim().parse::<u32>().map_err(|_| format!("it said `{said}`"))
        });
        let folder = format!("/proc/{}", pid.unwrap());
        let group = |of: &str| {
            let stat = fs::read_to_string(format!("{of}/stat")).unwrap();
            stat.rsplit_once(')').unwrap().1.split_whitespace().nth(2).unwrap().to_owned()
        };
        assert_ne!(group(&folder), group("/proc/self"), "a signal to the parent's group reaches the program");
        drop(process);
        let gone = eventually(10, || if Path::new(&folder).exists() { Err(folder.clone()) } else { Ok(()) });
        gone.unwrap();
        fs::remove_file(&log).unwrap();
    }
}
