//! Pinned processes and what the kernel says about them.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tokio::net::TcpStream;
use tokio::time::sleep;

/// Processes report their time in ticks of 10 ms on every Linux that we run on.
const TICK: Duration = Duration::from_millis(10);

/// A server and its children, ended when dropped.
pub(crate) struct Process(std::process::Child);

impl Process {
    /// Starts a server and waits until it accepts connections; tells how long that took.
    pub(crate) async fn start(mut command: Command, listen: SocketAddr) -> (Self, Duration) {
        let began = Instant::now();
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let mut process = Self(child.unwrap_or_else(|error| panic!("taskset is missing: {error}")));
        while TcpStream::connect(listen).await.is_err() {
            if let Some(status) = process.0.try_wait().unwrap() {
                panic!("{command:?} ended with {status}: is it installed?");
            }
            assert!(began.elapsed() < Duration::from_secs(20), "{command:?} does not listen on {listen}");
            sleep(Duration::from_millis(1)).await;
        }
        (process, began.elapsed())
    }

    /// Processor time so far, user and system, of all threads and children.
    pub(crate) fn cpu(&self) -> Duration {
        let ticks = |pid| {
            let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
            // The name, in parentheses, may hold spaces; user and system time are fields 14 and 15.
            let fields: Vec<&str> =
                stat.rsplit_once(')').map_or(Vec::new(), |(_, rest)| rest.split_whitespace().collect());
            fields.iter().skip(11).take(2).map(|field| field.parse::<u32>().unwrap()).sum::<u32>()
        };
        TICK * self.pids().into_iter().map(ticks).sum()
    }

    /// Processor time so far in nanoseconds, of all threads, as the scheduler counts it.
    pub(crate) fn nanoseconds(&self) -> u64 {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.0.id())).unwrap();
        let spent = |task: std::fs::DirEntry| {
            let stat = std::fs::read_to_string(task.path().join("schedstat")).unwrap_or_default();
            stat.split_whitespace().next().and_then(|spent| spent.parse::<u64>().ok()).unwrap_or_default()
        };
        tasks.flatten().map(spent).sum()
    }

    /// The memory that is resident, in KiB, added over the processes.
    pub(crate) fn resident_kib(&self) -> u64 {
        let size = |pid| {
            let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
            let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
            line.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or(0)
        };
        self.pids().into_iter().map(size).sum()
    }

    fn pids(&self) -> Vec<u32> {
        let own = self.0.id();
        let children = std::fs::read_to_string(format!("/proc/{own}/task/{own}/children")).unwrap_or_default();
        std::iter::once(own).chain(children.split_whitespace().map(|pid| pid.parse().unwrap())).collect()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let pids: Vec<String> = self.pids().iter().map(u32::to_string).collect();
        let _ = Command::new("kill").arg("-KILL").args(&pids).status();
        let _ = self.0.wait();
    }
}

/// A command that runs a program on one core and in a folder.
pub(crate) fn pinned(core: usize, program: &Path, folder: &Path) -> Command {
    let mut command = Command::new("taskset");
    command.args(["-c", &core.to_string()]).arg(program).current_dir(folder);
    command
}

/// Pins this process; later threads inherit it.
pub(crate) fn pin_self(core: usize) {
    let pid = std::process::id().to_string();
    let pinned = Command::new("taskset").args(["-cp", &core.to_string(), &pid]).stdout(Stdio::null()).status();
    assert!(pinned.is_ok_and(|status| status.success()), "taskset is missing");
}

/// A service as it ships, in the folder `SERVICES`, or as cargo builds it without a profile of its work.
pub(crate) fn service(name: &str) -> PathBuf {
    std::env::var_os("SERVICES").map_or_else(|| sibling(name), |folder| Path::new(&folder).join(name))
}

/// A file beside the proxy that cargo built.
pub(crate) fn sibling(name: &str) -> PathBuf {
    Path::new(env!("CARGO_BIN_EXE_cors-proxy-server")).with_file_name(name)
}

/// A program of the system.
pub(crate) fn installed(name: &str, package: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path)
        .chain(["/usr/sbin".into()])
        .map(|folder| folder.join(name))
        .find(|file| file.exists());
    found.unwrap_or_else(|| panic!("{name} is missing: install {package}"))
}

/// Writes a file for a peer, and tells where it is.
pub(crate) fn write(folder: &Path, name: &str, text: &str) -> PathBuf {
    let file = folder.join(name);
    std::fs::write(&file, text).unwrap();
    file
}

/// An address that was free a moment ago.
pub(crate) fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).unwrap()
}
