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

fn main() {
    // `cargo test --benches` would start it with other arguments; only `cargo bench` means it.
    let arguments: Vec<String> = std::env::args().collect();
    if !arguments.iter().any(|argument| argument == "--bench") {
        return;
    }
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

    let mut rows: Vec<Row> = Vec::new();
    for peer in Peer::ALL {
        rows.push(Row::new(peer.name()));
    }
    for round in 0..ROUNDS {
        for (peer, row) in Peer::ALL.into_iter().zip(&mut rows) {
            let listen = process::free_address();
            let (process, ready) = peer.start(listen, upstream, &target).await;
            let request = peer.request(listen, upstream);
            // Connections and code paths are warm before anything is measured.
            load::closed(listen, &request, Duration::from_millis(500)).await;
            let before = process.cpu();
            let closed = load::closed(listen, &request, CLOSED_LOOP).await;
            let cpu = process.cpu().checked_sub(before).expect("processor time grows");
            let open = load::open(listen, &request, 1000, OPEN_LOOP).await;
            row.add(ready, &closed, cpu, &open, process.peak_kib());
            eprintln!("round {} of {ROUNDS}: {}", round + 1, peer.name());
        }
    }
    let table = table::render(&rows);
    print!("{table}");
    let file = target.join("table.md");
    std::fs::write(&file, table).unwrap();
    eprintln!("written to {}", file.display());
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
