//! The proxy side by side with its peers: one run, one upstream, pinned cores, interleaved rounds. Run `make bench-proxy`.
//!
//! Core 0 belongs to the proxy under test, core 1 to the upstream and to this client. Processor time per request is the
//! figure to trust on a shared machine; the others move with its neighbours.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement that cannot go on panics")]

mod load;
mod peer;
mod process;
mod soak;
mod table;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use peer::Peer;
use process::{Process, pin_self, sibling};
use table::Row;

const ROUNDS: usize = 5;
const CLOSED_LOOP: Duration = Duration::from_secs(3);
const OPEN_LOOP: Duration = Duration::from_secs(3);

/// A usual response, and one that is long.
const SMALL: &str = "/bytes/1024";
const LARGE: &str = "/bytes/1048576";

/// Connections that are held open, each after one response.
const HELD: [usize; 3] = [64, 1000, 8000];

fn main() {
    // `cargo test --benches` would start it with other arguments; only `cargo bench` means it.
    let arguments: Vec<String> = std::env::args().collect();
    if !arguments.iter().any(|argument| argument == "--bench") {
        return;
    }
    // For those that are held open, here and by the peers, which inherit it.
    rlimit::increase_nofile_limit(u64::MAX).unwrap();
    pin_self(1);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let soak = arguments.iter().position(|argument| argument == "soak");
    match soak.and_then(|soak| arguments.get(soak + 1)) {
        Some(seconds) => runtime.block_on(soak::run(Duration::from_secs(seconds.parse().unwrap()))),
        None => runtime.block_on(compare()),
    }
}

async fn compare() {
    let target = folder();
    let (_mock, upstream) = start_mock(&target).await;
    let rows = || Peer::ALL.map(|peer| Row::new(peer.name()));
    let (mut speed, mut bodies, mut memory) = (rows(), rows(), rows());
    for round in 0..ROUNDS {
        for (nth, peer) in Peer::ALL.into_iter().enumerate() {
            let listen = process::free_address();
            let (process, ready) = peer.start(listen, upstream, &target).await;
            let measured = Measured { peer, process, listen };
            let small = peer.request(listen, upstream, SMALL);
            let (rate, cpu) = measured.closed(&small).await;
            let open = load::open(listen, &small, 1000, OPEN_LOOP).await;
            peer.forgive(&open);
            let (large_rate, large_cpu) = measured.closed(&peer.request(listen, upstream, LARGE)).await;
            let millis = |duration: Duration| duration.as_secs_f64() * 1000.0;
            let latencies = [500, 990, 999].map(|permille| millis(open.at(permille)));
            let [p50, p99, p999] = latencies;
            speed[nth].add(&[rate, cpu, p50, p99, p999, millis(ready)]);
            bodies[nth].add(&[large_rate, large_cpu / 1000.0]);
            if round == 0 {
                memory[nth].add(&measured.held(&small).await);
            }
            eprintln!("round {} of {ROUNDS}: {}", round + 1, peer.name());
        }
    }
    for rows in [&mut speed, &mut bodies] {
        for peer in [Peer::Nginx, Peer::NginxAlike] {
            let peer = Peer::ALL.iter().position(|other| *other == peer).unwrap();
            let figures = rows[peer].column(1);
            for row in rows.iter_mut() {
                row.compare(1, &figures);
            }
        }
    }
    let ratios = [("× nginx", 2), ("× nginx alike", 2)];
    let times = [("p50 ms at 1000/s", 2), ("p99 ms", 2), ("p99.9 ms", 2), ("ready ms", 0)];
    let tables = [
        table::render(
            &[&[("requests/s of 1 KiB", 0), ("CPU µs/request", 1)], &times[..], &ratios[..]].concat(),
            &speed,
        ),
        table::render(&[&[("requests/s of 1 MiB", 0), ("CPU ms/MiB", 2)], &ratios[..]].concat(), &bodies),
        table::render(&HELD_TITLES, &memory),
    ];
    let tables = tables.join("\n");
    print!("{tables}");
    let file = target.join("table.md");
    std::fs::write(&file, tables).unwrap();
    eprintln!("written to {}", file.display());
}

const HELD_TITLES: [(&str, usize); HELD.len()] = [("MiB at 64 connections", 1), ("at 1000", 1), ("at 8000", 1)];

/// A proxy that is measured.
struct Measured {
    peer: Peer,
    process: Process,
    listen: SocketAddr,
}

impl Measured {
    /// Requests a second and processor time of each in microseconds, as fast as it answers.
    async fn closed(&self, request: &str) -> (f64, f64) {
        // Connections and code paths are warm before anything is measured.
        load::closed(self.listen, request, Duration::from_millis(500)).await;
        let before = self.process.cpu();
        let outcome = load::closed(self.listen, request, CLOSED_LOOP).await;
        let cpu = self.process.cpu().checked_sub(before).expect("processor time grows");
        self.peer.forgive(&outcome);
        let requests = f64::from(outcome.requests());
        (requests / outcome.elapsed.as_secs_f64(), cpu.as_secs_f64() * 1_000_000.0 / requests)
    }

    /// Resident memory in MiB while so many connections are held.
    async fn held(&self, request: &str) -> [f64; HELD.len()] {
        let (mut held, mut resident) = (Vec::new(), [0.0; HELD.len()]);
        for (count, resident) in HELD.into_iter().zip(&mut resident) {
            load::hold(&mut held, count, self.listen, request).await;
            *resident = f64::from(u32::try_from(self.process.resident_kib()).unwrap()) / 1024.0;
        }
        resident
    }
}

/// Where peers keep their files and the table goes.
fn folder() -> PathBuf {
    let folder = sibling("..").join("bench-proxy");
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// The upstream that all of them share.
async fn start_mock(folder: &Path) -> (Process, SocketAddr) {
    let mock = process::service("mock-target-server");
    assert!(mock.exists(), "{} is missing: apps/build.sh makes it", mock.display());
    let listen = process::free_address();
    let address = listen.to_string();
    let flags = ["--listen", &address, "--admin-listen", "127.0.0.1:0", "--workers", "1", "--max-connection-age", "1h"];
    (Process::start(1, &mock, &flags, folder, listen).await.0, listen)
}
