//! Programs that others wrote. `make conformance` installs them, and says where by `CONFORMANCE`.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// A script of this folder, run by Node, which ends with its standard input.
pub(crate) fn node(script: &str) -> Command {
    let mut command = Command::new("node");
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/tools");
    command.arg(folder.join(script)).env("NODE_PATH", installed("node_modules"));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
    command
}

/// A path below the folder that `make conformance` fills.
pub(crate) fn installed(path: &str) -> PathBuf {
    let folder = std::env::var_os("CONFORMANCE").expect("`make conformance` names the folder of its tools");
    let path = PathBuf::from(folder).join(path);
    assert!(path.exists(), "`make conformance` installs {}", path.display());
    path
}

/// Starts a script, and returns the first line that it prints.
pub(crate) async fn started(mut command: Command) -> (Child, String) {
    let mut child = command.spawn().expect("Node is installed");
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let line = timeout(Duration::from_mins(1), lines.next_line()).await.unwrap().unwrap().expect("it starts");
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    (child, line)
}
