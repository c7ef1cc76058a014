//! Both services on loopback.

use std::{
    fs,
    net::{Ipv4Addr, TcpListener},
    path::Path,
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use rustix::process::Signal;
use tokio::{
    net::TcpStream,
    process::Command,
    time::{sleep, timeout},
};

use crate::{
    processes::{Ending, Started, log_to},
    talk::say,
};

const LOOPBACK: Ipv4Addr = Ipv4Addr::LOCALHOST;
const ENDING: Ending = Ending { first: Signal::INT, patience: Duration::from_secs(10), group: false };

/// The services while they run.
#[derive(Debug)]
pub(crate) struct Services {
    _proxy: Started,
    _target: Started,
    /// The properties that lead to them.
    pub(crate) properties: [(&'static str, String); 4],
}

impl Services {
    /// Starts both, and waits until they listen; their logs go into a folder.
    pub(crate) async fn start(binaries: &Path, logs: &Path) -> Result<Self> {
        let [proxy, proxy_admin, target, target_admin] = free_ports().context("looking for free ports")?;
        let address = |port| format!("{LOOPBACK}:{port}");
        let start = async |name: &str, port: u16, admin: u16, more: &[&str]| {
            let (binary, log) = (binaries.join(name), logs.join(format!("{name}.log")));
            ensure!(binary.exists(), "no `{}`: run `cargo build --profile service -p {name}`", binary.display());
            let mut command = Command::new(&binary);
            command.args(["--listen", &address(port), "--admin-listen", &address(admin), "--log-level", "warn"]);
            log_to(command.args(more), &log)?;
            let mut started = Started::new(&mut command, ENDING)?;
            wait_for(port, &mut started, &binary, &log).await?;
            anyhow::Ok(started)
        };
        let running_target = start("mock-target-server", target, target_admin, &[]).await?;
        let allowed = address(target);
        let running_proxy = start("cors-proxy-server", proxy, proxy_admin, &["--allow-target", &allowed]).await?;
        say(format_args!("started both services: the proxy on {LOOPBACK}:{proxy}, the target on {allowed}"))?;
        let properties = [
            ("host", LOOPBACK.to_string()),
            ("port", proxy.to_string()),
            ("scheme", "http".to_owned()),
            ("target", format!("{allowed}/posts/1")),
        ];
        Ok(Self { _proxy: running_proxy, _target: running_target, properties })
    }
}

/// Ports that were free together a moment ago.
fn free_ports<const N: usize>() -> std::io::Result<[u16; N]> {
    let mut ports = [0; N];
    let mut taken = Vec::new();
    for port in &mut ports {
        let listener = TcpListener::bind((LOOPBACK, 0))?;
        *port = listener.local_addr()?.port();
        taken.push(listener);
    }
    Ok(ports)
}

async fn wait_for(port: u16, process: &mut Started, binary: &Path, log: &Path) -> Result<()> {
    for _ in 0..100 {
        if process.has_ended() {
            let said = fs::read_to_string(log).with_context(|| format!("reading `{}`", log.display()))?;
            bail!("`{}` ended at once:\n{}", binary.display(), said.trim());
        }
        if let Ok(Ok(_)) = timeout(Duration::from_secs(1), TcpStream::connect((LOOPBACK, port))).await {
            return Ok(());
        }
        sleep(Duration::from_millis(100)).await;
    }
    bail!("`{}` does not listen on port {port} after 10 s: see `{}`", binary.display(), log.display())
}
