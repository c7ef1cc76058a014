//! Load for as long as asked: every request is answered, and memory does not grow. Run `make soak`.

use std::time::Duration;

use crate::peer::{Peer, Setup, Work};
use crate::{folder, load, upstream};

/// Rounds of which the first half warms up; from then on memory must not grow.
const ROUNDS: u32 = 10;

/// The memory that allocators may keep for themselves between two rounds.
const SLACK_KIB: u64 = 2048;

pub(crate) async fn run(duration: Duration) {
    let folder = folder();
    let (_mock, target) = upstream::plain(&folder).await;
    let setup = Setup::new(target, Work::Plain);
    let (proxy, _) = Peer::Ours.start(setup, &folder).await;
    let request = Peer::Ours.get(setup, "/posts/1");
    let mut resident = Vec::new();
    for round in 1..=ROUNDS {
        let outcome = load::open(setup.listen, &request, 1000, duration / ROUNDS).await;
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
