//! Rolling restarts under load with faults injected: no request may fail.
//!
//! Two proxies and two mocks, each a process of its own behind a small TCP balancer, are restarted by SIGTERM one at a
//! time, over and over, while an open-loop client keeps its rate and the balancer before the mocks breaks connections.

#![allow(clippy::unwrap_used, reason = "a test panics to fail")]

mod balancer;
mod load;
mod replica;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use balancer::{Balancer, Faults};
use load::Plan;
use replica::{Kind, Replica};

/// The whole proof takes a minute and release binaries: `make chaos`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "30,000 requests at 1000/s want release binaries: make chaos"]
async fn no_request_of_30_000_fails_while_every_replica_restarts() {
    run(Plan { requests: 35_000, rate: 1000 }, Duration::from_secs(2)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_request_fails_while_every_replica_restarts() {
    run(Plan { requests: 2000, rate: 150 }, Duration::from_secs(1)).await;
}

/// The process of a mock: this test binary, started again by the tests above.
#[test]
#[ignore = "started as a replica by the other tests"]
fn mock_replica() {
    if let Ok(flags) = std::env::var(replica::MOCK_FLAGS) {
        let arguments = std::iter::once("mock-target-server").chain(flags.split(' ')).map(Into::into);
        assert_eq!(mock_target_server::main(arguments), ExitCode::SUCCESS);
    }
}

async fn run(plan: Plan, drain_delay: Duration) {
    let faults = Faults::one_in(120);
    let mocks = Balancer::start(Some(faults.clone())).await;
    let proxies = Balancer::start(None).await;
    let mut replicas = Vec::new();
    for (kind, tier) in [
        (Kind::Mock, &mocks),
        (Kind::Mock, &mocks),
        (Kind::Proxy(mocks.address), &proxies),
        (Kind::Proxy(mocks.address), &proxies),
    ] {
        let replica = Replica::start(kind, drain_delay).await;
        tier.add(replica.address, replica.admin);
        replicas.push(replica);
    }

    let url = format!("http://{}/http://{}/posts/1", proxies.address, mocks.address);
    // A client that keeps a connection longer than the drain lasts would find it closed.
    let load = tokio::spawn(load::run(plan, url, drain_delay / 2));
    let began = Instant::now();
    let mut restarts = 0;
    while !load.is_finished() || restarts < replicas.len() {
        let nth = restarts % replicas.len();
        replicas[nth].restart(drain_delay).await;
        restarts += 1;
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    let report = load.await.unwrap();
    let injected = faults.injected();
    println!(
        "{} requests in {:?} while {restarts} restarts; {injected} faults injected; {report}",
        plan.requests,
        began.elapsed(),
    );
    assert!(injected > 0 && injected * 100 <= plan.requests, "{injected} faults");
    assert_eq!(report.failures, Vec::<String>::new());
}
