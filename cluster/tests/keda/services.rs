//! Both services as processes of this machine, and requests through the proxy to a target that takes its time.

use std::{
    env,
    io::{self, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use cluster::{Process, eventually, free_ports, root};

pub(crate) const PROXY: &str = "cors-proxy-server";
pub(crate) const TARGET: &str = "mock-target-server";

/// How long the target takes.
pub(crate) const DELAY: Duration = Duration::from_secs(2);

/// Longer than any answer takes.
const PATIENCE: Duration = Duration::from_secs(20);

/// The proxy, and the target behind it.
pub(crate) struct Services {
    proxy: u16,
    target: u16,
    /// Of each service, in this order.
    admins: [(&'static str, u16); 2],
    _processes: [Process; 2],
}

impl Services {
    pub(crate) fn start(folder: &Path) -> Self {
        let [proxy, proxy_admin, target, target_admin] = free_ports().unwrap();
        let start = |name: &str, port: u16, admin: u16, more: &[String]| {
            let mut arguments = vec![format!("--listen=127.0.0.1:{port}"), format!("--admin-listen=127.0.0.1:{admin}")];
            arguments.extend_from_slice(more);
            Process::start(&program(name), &arguments, &folder.join(format!("{name}.log"))).unwrap()
        };
        let allowed = [format!("--allow-target=127.0.0.1:{target}")];
        let processes = [start(PROXY, proxy, proxy_admin, &allowed), start(TARGET, target, target_admin, &[])];
        let admins = [(PROXY, proxy_admin), (TARGET, target_admin)];
        for (name, port) in admins {
            let ready = eventually(20, || ask(port, "/readyz").map(drop).map_err(|error| format!("{name}: {error}")));
            ready.unwrap_or_else(|reason| panic!("{reason}"));
        }
        Self { proxy, target, admins, _processes: processes }
    }

    /// Where a service shows its metrics.
    pub(crate) fn admin(&self, service: &str) -> u16 {
        self.admins.iter().find(|(name, _)| *name == service).map_or_else(|| panic!("no {service}"), |(_, port)| *port)
    }

    /// Begins to hold so many requests in flight.
    pub(crate) fn load(&self, in_flight: usize) -> Load {
        let path = format!("/http://127.0.0.1:{}/delay/{}", self.target, DELAY.as_millis());
        let (ends, answered) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let threads = (0..in_flight).map(|_| {
            let (path, ends, answered, port) = (path.clone(), ends.clone(), answered.clone(), self.proxy);
            thread::Builder::new().stack_size(128 * 1024).spawn(move || {
                while !ends.load(Ordering::Relaxed) {
                    ask(port, &path)?;
                    answered.fetch_add(1, Ordering::Relaxed);
                }
                Ok(())
            })
        });
        Load { threads: threads.collect::<io::Result<_>>().unwrap(), ends, answered }
    }
}

/// Requests in flight, each followed by another, until this ends.
pub(crate) struct Load {
    ends: Arc<AtomicBool>,
    answered: Arc<AtomicU64>,
    threads: Vec<JoinHandle<io::Result<()>>>,
}

impl Load {
    /// Waits for the last answers. How many came is returned, and one that failed is a panic.
    pub(crate) fn end(mut self) -> u64 {
        self.ends.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            thread.join().unwrap().unwrap_or_else(|error| panic!("a request failed: {error}"));
        }
        self.answered.load(Ordering::Relaxed)
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Relaxed);
    }
}

/// The body of an answer with status 200.
pub(crate) fn ask(port: u16, path: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n")?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    match text.split_once("\r\n\r\n") {
        Some((head, body)) if head.starts_with("HTTP/1.1 200 ") => Ok(body.to_owned()),
        _ => Err(io::Error::other(format!("`{path}`: {}", text.lines().next().unwrap_or("no answer")))),
    }
}

/// Where a service's program is: `make keda-tests` builds it.
fn program(name: &str) -> PathBuf {
    let folder = env::var_os("SERVICES").map_or_else(|| root().join("target/cluster/cargo/debug"), PathBuf::from);
    let program = folder.join(name);
    assert!(program.is_file(), "there is no `{}`: `make keda-tests` builds it", program.display());
    program
}
