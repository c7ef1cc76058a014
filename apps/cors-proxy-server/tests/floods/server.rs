//! The command under flood: what it uses, and who else is served.

use std::fmt;
use std::net::SocketAddr;
use std::process::{Command as Tool, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

use crate::flood::UPGRADE;
use crate::{sockets, target};

/// The command with a target that it may reach.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) admin: SocketAddr,
    pub(crate) target: SocketAddr,
    child: Child,
}

/// Bytes that are resident, and bytes that the kernel keeps for its sockets.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Usage {
    resident: u64,
    sockets: u64,
}

impl Usage {
    pub(crate) fn total(self) -> u64 {
        self.resident + self.sockets
    }

    pub(crate) fn max(self, other: Self) -> Self {
        if other.total() > self.total() { other } else { self }
    }
}

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} + {} MiB", self.resident >> 20, self.sockets >> 20)
    }
}

impl Server {
    /// Starts it as its pods do.
    pub(crate) async fn started(memory: u64) -> Self {
        let target = target::started();
        let program = std::env::var("FLOODED").unwrap_or_else(|_| env!("CARGO_BIN_EXE_cors-proxy-server").to_owned());
        let mut command = Command::new(program);
        command.args(["--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--workers", "2"]);
        command.args(["--memory", &memory.to_string(), "--allow-target", &target.to_string()]);
        // Of a machine that others use, too, the server may get little.
        command.args(["--connect-timeout", "1m"]);
        let mut child = command.env_clear().stderr(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let (address, admin) = loop {
            let line = lines.next_line().await.unwrap().expect("it starts");
            let named = |name: &str| line.split_once(&format!("\"{name}\":\""))?.1.split('"').next()?.parse().ok();
            if let Some(addresses) = named("address").zip(named("admin")) {
                break addresses;
            }
        };
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Self { address, admin, target, child }
    }

    pub(crate) fn is_alive(&self) -> bool {
        std::fs::exists(format!("/proc/{}/fd/0", self.pid())).unwrap()
    }

    fn pid(&self) -> u32 {
        self.child.id().unwrap()
    }

    /// What it uses now.
    pub(crate) fn usage(&self) -> Usage {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap();
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        let resident: u64 = resident.trim().trim_end_matches(" kB").parse().unwrap();
        Usage { resident: resident * 1024, sockets: self.sockets() }
    }

    /// Has it answer with many a status, so that there is much to tell in metrics.
    pub(crate) async fn used(&self) {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        for status in 200..=999 {
            let request = format!("GET /http://{}/status/{status} HTTP/1.1\r\nHost: x\r\n\r\n", self.target);
            stream.write_all(request.as_bytes()).await.unwrap();
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                stream.read_buf(&mut head).await.unwrap();
            }
        }
    }

    /// The most that the kernel would keep of what is sent over one of its sockets.
    pub(crate) fn send_buffer(&self) -> u64 {
        let said = self.said();
        sockets::memory(&said).filter_map(|(name, bytes)| (name == "tb").then_some(bytes)).max().unwrap_or_default()
    }

    /// What the kernel keeps for its sockets.
    fn sockets(&self) -> u64 {
        sockets::kept(&self.said())
    }

    /// What the kernel says of the memory of its sockets: of the ends at its own ports, and those that lead to the target.
    fn said(&self) -> String {
        let ports = (self.address.port(), self.admin.port(), self.target.port());
        let own = format!("( sport = :{} or sport = :{} or dport = :{} )", ports.0, ports.1, ports.2);
        let output = Tool::new("ss").args(["-tanmH", &own]).output().expect("`make packages` installs iproute2");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Asks whether it is alive, as the kubelet does, and for something small, or for a `WebSocket`, every now and then, over a
    /// new connection each time, as somebody else would.
    pub(crate) fn others(&self) -> Others {
        let (address, admin, target) = (self.address, self.admin, self.target);
        let over = Arc::new(AtomicBool::new(false));
        let (ended, asked) = (over.clone(), Arc::new(AtomicUsize::new(0)));
        let answered = asked.clone();
        let task = tokio::spawn(async move {
            let mut outcome = Outcome::default();
            while !ended.load(Ordering::Relaxed) {
                let began = Instant::now();
                match timeout(Duration::from_secs(30), probe(admin)).await {
                    Ok(Ok(response)) if response.starts_with("HTTP/1.1 200 ") => {}
                    failed => outcome.failed.push(format!("/livez: {failed:?} after {:?}", began.elapsed())),
                }
                let upgrades = (outcome.served + outcome.refused) % 2 == 1;
                match timeout(Duration::from_mins(2), answer(address, target, upgrades)).await {
                    Ok(Ok(response)) if upgrades && response.starts_with("HTTP/1.1 101 ") => outcome.served += 1,
                    Ok(Ok(response)) if response.starts_with("HTTP/1.1 200 ") && response.ends_with("ok") => {
                        outcome.served += 1;
                    }
                    Ok(Ok(response))
                        if response.starts_with("HTTP/1.1 503 ") && response.contains("retry-after: 1") =>
                    {
                        outcome.refused += 1;
                    }
                    failed => outcome.failed.push(format!("{failed:?} after {:?}", began.elapsed())),
                }
                outcome.slowest = outcome.slowest.max(began.elapsed());
                answered.fetch_add(1, Ordering::Relaxed);
                sleep(Duration::from_millis(50)).await;
            }
            outcome
        });
        Others { asked, over, task }
    }
}

async fn probe(admin: SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(admin).await?;
    stream.write_all(b"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await?;
    let mut response = String::new();
    stream.read_to_string(&mut response).await?;
    Ok(response)
}

async fn answer(address: SocketAddr, target: SocketAddr, upgrades: bool) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    let more = if upgrades { UPGRADE } else { "Connection: close\r\n" };
    let request = format!("GET /http://{target}/small HTTP/1.1\r\nHost: x\r\n{more}\r\n");
    stream.write_all(request.as_bytes()).await?;
    let (mut response, mut bytes) = (Vec::new(), [0; 4096]);
    // After a switch neither side says anything.
    while !(response.starts_with(b"HTTP/1.1 101 ") && response.ends_with(b"\r\n\r\n")) {
        match stream.read(&mut bytes).await? {
            0 => break,
            size => response.extend_from_slice(&bytes[..size]),
        }
    }
    String::from_utf8(response).map_err(std::io::Error::other)
}

/// What others got.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) served: usize,
    pub(crate) refused: usize,
    pub(crate) failed: Vec<String>,
    pub(crate) slowest: Duration,
}

/// Whoever is served meanwhile.
pub(crate) struct Others {
    asked: Arc<AtomicUsize>,
    over: Arc<AtomicBool>,
    task: JoinHandle<Outcome>,
}

impl Others {
    /// How many requests have been answered, or have failed.
    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }

    /// Ends it.
    pub(crate) async fn ended(self) -> Outcome {
        self.over.store(true, Ordering::Relaxed);
        self.task.await.unwrap()
    }
}
