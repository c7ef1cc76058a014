//! Both tiers go from one replica to three and back to one, and the one that stays is not the one that was first.
//!
//! Connections are balanced, requests are not: without a maximum age the connections of clients would stay with the
//! first replica, and the new ones would idle. So each must get its share, and soon.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use tokio::time::sleep;

use crate::balancer::{Balancer, Headers};
use crate::load::{self, Plan};
use crate::replica::{Kind, Replica, Times};

/// Replicas at the height of the load.
const MOST: usize = 3;

/// Ages of a connection within which the new replicas must have their share. By the first, every connection is younger
/// than they are; the others are for chance and for busy machines.
const AGES: u32 = 5;

/// The whole proof takes a minute and release binaries: `make chaos`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "30,000 requests at 1000/s want release binaries: make chaos"]
async fn no_request_of_30_000_fails_while_both_tiers_scale() {
    let times = Times { drain_delay: Duration::from_secs(2), connection_age: Duration::from_secs(4) };
    run(30_000, 1000, times).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_request_fails_while_both_tiers_scale_and_new_replicas_get_their_share() {
    let times = Times { drain_delay: Duration::from_secs(1), connection_age: Duration::from_secs(1) };
    run(1, 120, times).await;
}

async fn run(at_least: usize, rate: u32, times: Times) {
    let mocks = Balancer::start(Headers::Left, None).await;
    let proxies = Balancer::start(Headers::Sent, None).await;
    let mut tiers =
        [Tier::start(Kind::Mock, &mocks, times).await, Tier::start(Kind::Proxy(mocks.address), &proxies, times).await];
    let plan = Plan {
        // Each client has a request every 125 ms, so that none ever needs a second connection: one that has a free choice
        // of new ones would spread over the replicas whatever the servers do.
        url: format!("http://{}/http://{}/delay/25", proxies.address, mocks.address),
        expected: "waitedMilliseconds",
        rate,
        clients: usize::try_from(rate / 8).unwrap(),
        requests: usize::MAX,
        stop: Arc::default(),
        pool_idle: times.drain_delay / 2,
    };
    let load = tokio::spawn(load::run(plan.clone()));
    let began = Instant::now();
    let (mut cycles, mut shared) = (0, Duration::ZERO);
    while cycles == 0 || began.elapsed() * rate < Duration::from_secs(1) * u32::try_from(at_least).unwrap() {
        for tier in &mut tiers {
            tier.grow().await;
        }
        for tier in &tiers {
            shared = shared.max(tier.shared().await);
        }
        for tier in &mut tiers {
            tier.shrink().await;
        }
        cycles += 1;
    }
    plan.stop.store(true, Ordering::Relaxed);
    let report = load.await.unwrap();
    println!("1 to {MOST} to 1 replicas {cycles} times, fair shares after at most {shared:?}: {report}");
    assert_eq!(report.failures, Vec::<String>::new());
}

/// The replicas of one service, oldest first.
struct Tier<'test> {
    kind: Kind,
    balancer: &'test Balancer,
    times: Times,
    replicas: Vec<Replica>,
}

impl<'test> Tier<'test> {
    async fn start(kind: Kind, balancer: &'test Balancer, times: Times) -> Self {
        let mut tier = Self { kind, balancer, times, replicas: Vec::new() };
        tier.add().await;
        balancer.ready(1).await;
        tier
    }

    async fn add(&mut self) {
        let replica = Replica::start(self.kind, self.times).await;
        self.balancer.add(replica.address, replica.admin);
        self.replicas.push(replica);
    }

    async fn grow(&mut self) {
        while self.replicas.len() < MOST {
            self.add().await;
        }
        self.balancer.ready(MOST).await;
    }

    /// Ends all but the youngest, both at once.
    async fn shrink(&mut self) {
        let mut leaving: Vec<_> = self.replicas.drain(..MOST - 1).collect();
        let [first, second] = &mut leaving[..] else { panic!("{} replicas leave", leaving.len()) };
        tokio::join!(first.stop(), second.stop());
        self.balancer.ready(1).await;
    }

    /// Waits until each replica gets at least half of an equal share; tells how long that took.
    async fn shared(&self) -> Duration {
        let (began, mut shares) = (Instant::now(), Vec::new());
        for _ in 0..AGES {
            let before = self.balancer.requests();
            sleep(self.times.connection_age).await;
            let sent = self.balancer.requests().into_iter().zip(before).map(|(after, before)| after - before);
            shares = sent.collect();
            let all: usize = shares.iter().sum();
            if shares.iter().all(|share| share * 2 * MOST >= all) && all > 0 {
                return began.elapsed();
            }
        }
        panic!("unequal shares after {AGES} ages of a connection: {shares:?}")
    }
}
