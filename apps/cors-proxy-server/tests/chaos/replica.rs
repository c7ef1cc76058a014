//! One server process: started, waited for, ended by SIGTERM, started again on the same ports.

use std::net::{SocketAddr, TcpListener};
use std::process::Stdio;
use std::time::Duration;

use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

use crate::balancer::is_ready;

/// The variable by which the test binary learns that it is a mock.
pub(crate) const MOCK_FLAGS: &str = "CHAOS_MOCK_FLAGS";

#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Mock,
    /// With the one target that it may reach.
    Proxy(SocketAddr),
}

pub(crate) struct Replica {
    kind: Kind,
    pub(crate) address: SocketAddr,
    pub(crate) admin: SocketAddr,
    drain_delay: Duration,
    child: Child,
}

impl Replica {
    pub(crate) async fn start(kind: Kind, drain_delay: Duration) -> Self {
        let (address, admin) = free_ports();
        let child = spawn(kind, address, admin, drain_delay);
        let replica = Self { kind, address, admin, drain_delay, child };
        replica.ready().await;
        replica
    }

    /// Ends the process as Kubernetes does and expects a whole drain, then starts the next one.
    pub(crate) async fn restart(&mut self, drain_delay: Duration) {
        let pid = self.child.id().unwrap().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().await.unwrap().success());
        let status = timeout(drain_delay + Duration::from_secs(30), self.child.wait()).await.unwrap().unwrap();
        assert!(status.success(), "{status}");
        self.child = spawn(self.kind, self.address, self.admin, self.drain_delay);
        self.ready().await;
    }

    async fn ready(&self) {
        let wait = async {
            while !is_ready(self.admin).await {
                sleep(Duration::from_millis(10)).await;
            }
        };
        timeout(Duration::from_secs(30), wait).await.unwrap();
    }
}

/// Two ports that were free a moment ago. Both are held at once, so that they differ.
fn free_ports() -> (SocketAddr, SocketAddr) {
    let [first, second] = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    (first.local_addr().unwrap(), second.local_addr().unwrap())
}

fn spawn(kind: Kind, address: SocketAddr, admin: SocketAddr, drain_delay: Duration) -> Child {
    let flags = format!(
        "--listen {address} --admin-listen {admin} --workers 1 --log-level warn --drain-timeout 10s \
         --max-connection-age 5s --drain-delay {}ms",
        drain_delay.as_millis()
    );
    let mut command = match kind {
        Kind::Mock => {
            let mut command = Command::new(std::env::current_exe().unwrap());
            command.args(["mock_replica", "--exact", "--ignored", "--nocapture"]).env(MOCK_FLAGS, flags);
            command
        }
        Kind::Proxy(target) => {
            let mut command = Command::new(env!("CARGO_BIN_EXE_cors-proxy-server"));
            command.args(flags.split(' ')).args(["--allow-target", &target.to_string()]);
            command
        }
    };
    command.stdout(Stdio::null()).kill_on_drop(true).spawn().unwrap()
}
