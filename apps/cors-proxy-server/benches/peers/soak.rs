//! Load for as long as asked: every request is answered, and memory does not grow. Run `make soak`.

use std::time::Duration;

use crate::load;
use crate::peer::Peer;
use crate::{folder, process, start_mock};

/// Rounds of which the first half warms up; from then on memory must not grow.
const ROUNDS: u32 = 10;

/// The memory that allocators may keep for themselves between two rounds.
const SLACK_KIB: u64 = 2048;

pub(crate) async fn run(duration: Duration) {
    let folder = folder();
    let (_mock, upstream) = start_mock(&folder).await;
    let listen = process::free_address();
    let (proxy, _) = Peer::Ours.start(listen, upstream, &folder).await;
    let request = Peer::Ours.request(listen, upstream, "/posts/1");
    let mut resident = Vec::new();
    for round in 1..=ROUNDS {
        let outcome = load::open(listen, &request, 1000, duration / ROUNDS).await;
        assert_eq!(outcome.failed, 0, "requests that failed in round {round}");
        resident.push(proxy.resident_kib());
        let (requests, p99) = (outcome.requests(), outcome.at(990));
        println!(
            "round {round} of {ROUNDS}: {requests} requests, p99 {p99:?}, {} KiB resident",
            resident[resident.len() - 1]
        );
    }
    let (first, last) = (resident[resident.len() / 2], resident[resident.len() - 1]);
    assert!(last <= first + SLACK_KIB, "memory grew from {first} to {last} KiB");
}
