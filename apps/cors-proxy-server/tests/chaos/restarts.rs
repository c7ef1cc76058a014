//! Two proxies and two mocks are restarted by SIGTERM one at a time, over and over, while the balancer before the mocks
//! breaks connections.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::balancer::{Balancer, Faults, Headers};
use crate::load::{self, Plan};
use crate::replica::{Kind, Replica, Times};

/// The whole proof takes a minute and release binaries: `make chaos`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "30,000 requests at 1000/s want release binaries: make chaos"]
async fn no_request_of_30_000_fails_while_every_replica_restarts() {
    run(35_000, 1000, Duration::from_secs(2)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_request_fails_while_every_replica_restarts() {
    run(2000, 150, Duration::from_secs(1)).await;
}

async fn run(requests: usize, rate: u32, drain_delay: Duration) {
    let faults = Faults::one_in(120);
    let mocks = Balancer::start(Headers::Left, Some(faults.clone())).await;
    let proxies = Balancer::start(Headers::Sent, None).await;
    let mut replicas = Vec::new();
    for (kind, tier) in [
        (Kind::Mock, &mocks),
        (Kind::Mock, &mocks),
        (Kind::Proxy(mocks.address), &proxies),
        (Kind::Proxy(mocks.address), &proxies),
    ] {
        let times = Times { drain_delay, connection_age: Duration::from_secs(5) };
        let replica = Replica::start(kind, times).await;
        tier.add(replica.address, replica.admin);
        replicas.push(replica);
    }
    mocks.ready(2).await;
    proxies.ready(2).await;

    let load = tokio::spawn(load::run(Plan {
        url: format!("http://{}/http://{}/posts/1", proxies.address, mocks.address),
        expected: "\"id\":1",
        rate,
        clients: 1,
        requests,
        stop: Arc::default(),
        pool_idle: drain_delay / 2,
    }));
    let began = Instant::now();
    let mut restarts = 0;
    while !load.is_finished() || restarts < replicas.len() {
        let nth = restarts % replicas.len();
        replicas[nth].restart().await;
        restarts += 1;
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    let report = load.await.unwrap();
    let injected = faults.injected();
    println!("{restarts} restarts in {:?}, {injected} faults injected: {report}", began.elapsed());
    assert!(injected > 0 && injected * 100 <= requests, "{injected} faults");
    assert_eq!(report.failures, Vec::<String>::new());
}
