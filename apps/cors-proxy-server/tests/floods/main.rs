//! Floods: clients and targets that do not do their part, in numbers, against the command with the memory that its pods
//! have. `make floods` runs them.

#![allow(clippy::unwrap_used, reason = "a test panics to fail")]
#![allow(clippy::print_stdout, reason = "what a run came to is for the person who started it")]

mod flood;
mod server;
mod sockets;
mod target;

use std::time::Duration;

use flood::Flood;
use server::Server;
use tokio::time::{Instant, sleep};

/// The memory of a pod, as `memory_mib` of the default settings has it.
const MEMORY: u64 = 256 << 20;

/// What of it is the server's own, its admin port included.
const OWN: u64 = 32 << 20;

/// What is reckoned for connections without a request in flight, besides that: half of the rest.
const OPEN: u64 = (MEMORY - OWN) / 2;

/// Bytes that the kernel may keep of what is sent over one connection.
const SENT: u64 = 64 << 10;

/// What a pod keeps of it once a flood is over: allocators do not give everything back.
const KEPT: u64 = 96 << 20;

/// How many requests of others tell enough about a flood: those of its first second, when nobody counts as stalled yet, are few
/// of them.
const ASKED: usize = 25;

/// How long others are waited for where the machine has little time for this.
const PATIENCE: Duration = Duration::from_mins(2);

/// Runs one flood for as long, and until others have asked often enough, and holds the server to its memory and others to be served.
async fn withstands(flood: Flood, seconds: u64) {
    // A client and its target are both in this process.
    rlimit::increase_nofile_limit(u64::MAX).unwrap();
    let server = Server::started(MEMORY).await;
    let memory = match flood {
        Flood::UnreadScrapes(_) => OWN,
        Flood::Behind(_) => OWN + OPEN,
        _ => MEMORY,
    };
    if matches!(flood, Flood::UnreadScrapes(_)) {
        server.used().await;
    }
    let before = server.usage();
    let held = flood.begin(&server).await;
    sleep(flood.grace()).await;
    // Here every peer acknowledges at once; elsewhere the kernel would keep that much of what is on its way.
    assert!(server.send_buffer() <= SENT, "{flood:?}: {} bytes", server.send_buffer());
    let others = server.others();
    let (mut most, began) = (before, Instant::now());
    while began.elapsed() < Duration::from_secs(seconds) || others.asked() < ASKED && began.elapsed() < PATIENCE {
        sleep(Duration::from_millis(250)).await;
        most = most.max(server.usage());
    }
    drop(held);
    let began = Instant::now();
    // A body that its target does not read is given up after `--timeout`.
    while server.usage().total() > KEPT && began.elapsed() < Duration::from_secs(45) {
        sleep(Duration::from_millis(500)).await;
    }
    let (outcome, after) = (others.ended().await, server.usage());
    let line =
        format!("{flood:?}: {before} before, {most} at most, {after} after {:?}; others: {outcome:?}", began.elapsed());
    eprintln!("{line}");
    assert!(server.is_alive(), "{line}");
    assert!(most.total() < memory && after.total() < KEPT, "{line}");
    // In the first second nobody counts as stalled yet, and some are refused.
    assert!(outcome.failed.is_empty() && outcome.served > 4 * outcome.refused.max(4), "{line}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "make floods"]
async fn five_hundred_clients_that_read_nothing_of_a_large_body() {
    withstands(Flood::Unread(500), 8).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "make floods"]
async fn a_thousand_clients_that_read_slowly() {
    withstands(Flood::SlowReaders(1000), 10).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "make floods"]
async fn a_thousand_uploads_that_their_target_does_not_read() {
    withstands(Flood::StalledUploads(1000), 10).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "make floods"]
async fn a_thousand_bodies_that_are_read_at_neither_end() {
    withstands(Flood::BothWays(1000), 10).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "make floods"]
async fn eight_thousand_heads_that_do_not_end() {
    withstands(Flood::UnfinishedHeads(8000), 10).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "make floods"]
async fn eight_thousand_idle_connections() {
    withstands(Flood::Idle(8000), 8).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "make floods"]
async fn two_thousand_that_pipeline_and_read_nothing() {
    withstands(Flood::Pipelined(2300), 10).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "make floods"]
async fn a_thousand_that_pipeline_behind_a_body() {
    withstands(Flood::Behind(1000), 10).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "make floods"]
async fn four_hundred_bodies_that_come_a_byte_at_a_time() {
    withstands(Flood::SlowSenders(400), 8).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "make floods"]
async fn four_hundred_web_sockets_that_are_silent() {
    withstands(Flood::SilentTunnels(400), 8).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "make floods"]
async fn three_hundred_scrapes_that_nobody_reads() {
    withstands(Flood::UnreadScrapes(300), 8).await;
}
