//! The proxy side by side with its peers: one run, targets that all share, pinned cores, interleaved rounds. Run
//! `make bench-proxy`.
//!
//! Core 0 belongs to the proxy under test, core 1 to the targets and to this client. Processor time per request is the
//! figure to trust on a shared machine; the others move with its neighbours.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement that cannot go on panics")]

mod arrivals;
mod calibrate;
mod compare;
mod flood;
mod load;
mod measured;
mod nginx;
mod peer;
mod process;
mod soak;
#[path = "../../tests/floods/sockets.rs"]
mod sockets;
mod table;
/// What is flooded leads to the target of the tests' floods.
#[path = "../../tests/floods/target.rs"]
mod target;
mod upstream;
mod usage;

use std::path::PathBuf;
use std::time::Duration;

use process::{pin_self, sibling};

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
    let asked: Vec<_> = arguments.into_iter().skip(1).filter(|argument| argument != "--bench").collect();
    match asked.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["calibrate", file, ..] => runtime.block_on(calibrate::run(&folder(), file.as_ref(), &asked[2..])),
        ["soak", seconds] => runtime.block_on(soak::run(Duration::from_secs(seconds.parse().unwrap()))),
        _ => runtime.block_on(compare::run()),
    }
}

/// Where peers keep their files and the tables go.
fn folder() -> PathBuf {
    let folder = sibling("..").join("bench-proxy");
    std::fs::create_dir_all(&folder).unwrap();
    folder
}
