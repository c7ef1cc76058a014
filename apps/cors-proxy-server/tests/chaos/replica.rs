//! One server process: started, waited for, ended by SIGTERM, started again on the same ports.

use std::net::{SocketAddr, TcpListener};
use std::process::Stdio;
use std::time::Duration;

use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

use crate::balancer::{Headers, is_ready};

/// The variable by which the test binary learns that it is a mock.
pub(crate) const MOCK_FLAGS: &str = "CHAOS_MOCK_FLAGS";

#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Mock,
    /// With the one target that it may reach, behind a balancer that says whose a connection is.
    Proxy(SocketAddr),
}

/// The times that a test gives its replicas.
#[derive(Clone, Copy)]
pub(crate) struct Times {
    pub(crate) drain_delay: Duration,
    pub(crate) connection_age: Duration,
}

pub(crate) struct Replica {
    kind: Kind,
    pub(crate) address: SocketAddr,
    pub(crate) admin: SocketAddr,
    times: Times,
    child: Child,
}

impl Replica {
    pub(crate) async fn start(kind: Kind, times: Times) -> Self {
        let (address, admin) = free_ports();
        let child = spawn(kind, address, admin, times);
        let replica = Self { kind, address, admin, times, child };
        replica.ready().await;
        replica
    }

    /// Ends the process as Kubernetes does and expects a whole drain.
    pub(crate) async fn stop(&mut self) {
        let pid = self.child.id().unwrap().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().await.unwrap().success());
        let status =
            timeout(self.times.drain_delay + Duration::from_secs(30), self.child.wait()).await.unwrap().unwrap();
        assert!(status.success(), "{status}");
    }

    /// Ends the process and starts the next one in its place.
    pub(crate) async fn restart(&mut self) {
        self.stop().await;
        self.child = spawn(self.kind, self.address, self.admin, self.times);
        self.ready().await;
    }

    async fn ready(&self) {
        let wait = async {
            while !is_ready(self.admin, Headers::Left).await {
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

fn spawn(kind: Kind, address: SocketAddr, admin: SocketAddr, times: Times) -> Child {
    let flags = format!(
        "--listen {address} --admin-listen {admin} --workers 1 --log-level warn --drain-timeout 10s \
         --max-connection-age {}ms --drain-delay {}ms",
        times.connection_age.as_millis(),
        times.drain_delay.as_millis()
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
            command.args(["--proxy-protocol-from", "127.0.0.1/32"]);
            command
        }
    };
    command.stdout(Stdio::null()).kill_on_drop(true).spawn().unwrap()
}
