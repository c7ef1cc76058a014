//! An open-loop client: each request has its time, whatever became of those before it.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

/// Longer than any pause of a busy machine: a request that takes this long has failed.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Clone)]
pub(crate) struct Plan {
    pub(crate) url: String,
    /// A text that the body of each response contains.
    pub(crate) expected: &'static str,
    /// Requests per second.
    pub(crate) rate: u32,
    /// Clients that take turns, each with its own connection.
    pub(crate) clients: usize,
    /// So many, or as many as there are until `stop`.
    pub(crate) requests: usize,
    pub(crate) stop: Arc<AtomicBool>,
    /// How long the client keeps an idle connection: shorter than a drain lasts, or it would find it closed.
    pub(crate) pool_idle: Duration,
}

/// The outcome of the requests.
pub(crate) struct Report {
    pub(crate) requests: usize,
    pub(crate) failures: Vec<String>,
    latencies: Vec<Duration>,
    /// How late the client itself was at worst: a stall of the machine, not of the servers.
    late: Duration,
}

pub(crate) async fn run(plan: Plan) -> Report {
    let clients: Vec<_> = (0..plan.clients).map(|_| client(plan.pool_idle)).collect();
    let (began, mut late, mut running) = (Instant::now(), Duration::ZERO, JoinSet::new());
    for nth in 0..plan.requests {
        if plan.stop.load(Ordering::Relaxed) {
            break;
        }
        let due = began + Duration::from_secs(1) / plan.rate * u32::try_from(nth).unwrap();
        sleep_until(due).await;
        late = late.max(due.elapsed());
        running.spawn(request(clients[nth % clients.len()].clone(), plan.url.clone(), plan.expected));
    }
    let requests = running.len();
    let (mut failures, mut latencies) = (Vec::new(), Vec::new());
    for outcome in running.join_all().await {
        match outcome {
            Ok(latency) => latencies.push(latency),
            Err(failure) => failures.push(failure),
        }
    }
    latencies.sort_unstable();
    Report { requests, failures, latencies, late }
}

fn client(pool_idle: Duration) -> reqwest::Client {
    reqwest::Client::builder().no_proxy().pool_idle_timeout(pool_idle).timeout(PATIENCE).build().unwrap()
}

async fn request(client: reqwest::Client, url: String, expected: &str) -> Result<Duration, String> {
    let began = Instant::now();
    let response = client.get(url).send().await.map_err(|error| format!("{error:?}"))?;
    let status = response.status();
    let body = response.text().await.map_err(|error| format!("{error:?}"))?;
    if status != 200 || !body.contains(expected) {
        return Err(format!("{status}: {body}"));
    }
    Ok(began.elapsed())
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at =
            |permille: usize| self.latencies.get(self.latencies.len() * permille / 1000).copied().unwrap_or_default();
        write!(
            f,
            "{} requests, {} failed; p50 {:?}, p99 {:?}, p99.9 {:?}; the client was at most {:?} late",
            self.requests,
            self.failures.len(),
            at(500),
            at(990),
            at(999),
            self.late
        )
    }
}
