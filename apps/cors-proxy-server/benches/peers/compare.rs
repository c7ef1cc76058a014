//! What is measured of each peer, in which order, and the tables that come of it.

use std::path::Path;
use std::time::Duration;

use crate::flood::{self, Flood};
use crate::load::{self, get};
use crate::measured::{HELD, Measured};
use crate::peer::{Peer, Work};
use crate::table::Table;
use crate::{folder, upstream};

const ROUNDS: usize = 5;
const OPEN_LOOP: Duration = Duration::from_secs(3);

/// A usual response, and one that is long.
const SMALL: &str = "/bytes/1024";
const LARGE: &str = "/bytes/1048576";

/// Requests a second of the open loops; the second as far as the client reaches twice as many without a proxy.
const SLOW: u32 = 1000;
const FAST: u32 = 10_000;

pub(crate) async fn run() {
    let folder = folder();
    let (_plain, plain) = upstream::plain(&folder).await;
    let (_secure, secure) = upstream::secure(&folder).await;
    let direct = get(plain, SMALL);
    let reached = load::closed(plain, &direct, OPEN_LOOP).await.rate();
    let fast = (1..=FAST / SLOW).rev().map(|times| times * SLOW).find(|rate| f64::from(*rate) * 2.0 <= reached);
    let mut tables = Tables::new(fast.unwrap_or(SLOW), reached);
    eprintln!("the client alone reaches {reached:.0}/s; open loops at {SLOW}/s and {}/s", tables.fast);
    for round in 1..=ROUNDS {
        tables.alone(&[
            load::open(plain, &direct, SLOW, OPEN_LOOP).await.millis(),
            load::open(plain, &direct, tables.fast, OPEN_LOOP).await.millis(),
        ]);
        for peer in Peer::ALL {
            let (measured, ready) = Measured::start(peer, plain, Work::Plain, &folder).await;
            tables.plain(&measured, ready).await;
            if round == 1 {
                tables.held.add(peer.name(), &measured.held(SMALL).await);
            }
            drop(measured);
            tables.secure(peer, secure, &folder).await;
            eprintln!("round {round} of {ROUNDS}: {}", peer.name());
        }
    }
    for peer in Peer::FLOODED {
        tables.floods.add(peer.name(), &flood::most(peer, &folder).await);
        eprintln!("flooded: {}", peer.name());
    }
    let tables = tables.written();
    print!("{tables}");
    let file = folder.join("table.md");
    std::fs::write(&file, tables).unwrap();
    eprintln!("written to {}", file.display());
}

struct Tables {
    /// The rate of the second open loop.
    fast: u32,
    speed: Table,
    secure: Table,
    latency: Table,
    bodies: Table,
    held: Table,
    floods: Table,
}

impl Tables {
    fn new(fast: u32, reached: f64) -> Self {
        let of_secure = "To a target with TLS 1.3, over connections that are used again. nginx trusts any certificate, as is \
            its default; the others trust the target's own. pingora is built without TLS.";
        let of_latency = format!(
            "Counted from when each request was due, of which up to a millisecond is the client's timer. Without a proxy the \
             client reaches {reached:.0}/s. –: the proxy does not reach the rate.",
        );
        let of_floods = "MiB at most, resident and of the kernel for its sockets. The proxy has `--memory 256MiB`; nginx keeps \
            no body on the disk, and takes 10 MiB.";
        let rate = |percentile: &str, rate: u32| (format!("{percentile} ms at {rate}/s"), 2);
        let held = HELD.map(|count| (format!("MiB at {count} connections"), 1));
        Self {
            fast,
            speed: Table::new("", [("requests/s of 1 KiB", 0), ("CPU µs/request", 1), ("ready ms", 0)]),
            secure: Table::new(of_secure, [("requests/s of 1 KiB over TLS", 0), ("CPU µs/request", 1)]),
            latency: Table::new(
                &of_latency,
                [SLOW, fast].into_iter().flat_map(|at| ["p50", "p99", "p99.9"].map(|percentile| rate(percentile, at))),
            ),
            bodies: Table::new("", [("requests/s of 1 MiB", 0), ("CPU ms/MiB", 2)]),
            held: Table::new("", held),
            floods: Table::new(of_floods, Flood::ALL.map(|flood| (flood.title(), 0))),
        }
    }

    /// Adds what the client and the target take without a proxy.
    fn alone(&mut self, latencies: &[[f64; 3]; 2]) {
        self.latency.add("no proxy", latencies.as_flattened());
    }

    /// Measures a proxy before a target without TLS.
    async fn plain(&mut self, measured: &Measured, ready: Duration) {
        let name = measured.peer.name();
        let (rate, cpu) = measured.closed(SMALL).await;
        self.speed.add(name, &[rate, cpu, ready.as_secs_f64() * 1000.0]);
        let mut latencies = [[f64::NAN; 3]; 2];
        for (at, latencies) in [SLOW, self.fast].into_iter().zip(&mut latencies) {
            // What comes faster than it is answered waits ever longer.
            if rate > f64::from(at) {
                *latencies = measured.open(SMALL, at, OPEN_LOOP).await;
            }
        }
        self.latency.add(name, latencies.as_flattened());
        let (rate, cpu) = measured.closed(LARGE).await;
        self.bodies.add(name, &[rate, cpu / 1000.0]);
    }

    /// Measures a proxy before the target with TLS.
    async fn secure(&mut self, peer: Peer, target: std::net::SocketAddr, folder: &Path) {
        if peer.speaks_tls() {
            let (measured, _) = Measured::start(peer, target, Work::Secure, folder).await;
            let (rate, cpu) = measured.closed(SMALL).await;
            self.secure.add(peer.name(), &[rate, cpu]);
        }
    }

    fn written(mut self) -> String {
        for table in [&mut self.speed, &mut self.secure, &mut self.bodies] {
            table.compare(1, "× nginx", Peer::Nginx.name());
            table.compare(1, "× nginx alike", Peer::NginxAlike.name());
        }
        let tables = [self.speed, self.secure, self.latency, self.bodies, self.held, self.floods];
        tables.map(|table| table.to_string()).join("\n")
    }
}
