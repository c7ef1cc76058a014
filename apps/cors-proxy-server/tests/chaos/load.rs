//! An open-loop client: each request has its time, whatever became of those before it.

use std::fmt;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

/// Longer than any pause of a busy machine: a request that takes this long has failed.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) requests: usize,
    /// Requests per second.
    pub(crate) rate: u32,
}

/// What became of the requests.
pub(crate) struct Report {
    pub(crate) failures: Vec<String>,
    latencies: Vec<Duration>,
    /// How late the client itself was at worst: a stall of the machine, not of the servers.
    late: Duration,
}

pub(crate) async fn run(plan: Plan, url: String, pool_idle: Duration) -> Report {
    let client = reqwest::Client::builder().no_proxy().pool_idle_timeout(pool_idle).timeout(PATIENCE).build().unwrap();
    let (began, mut late, mut running) = (Instant::now(), Duration::ZERO, JoinSet::new());
    for nth in 0..plan.requests {
        let due = began + Duration::from_secs(1) / plan.rate * u32::try_from(nth).unwrap();
        sleep_until(due).await;
        late = late.max(due.elapsed());
        running.spawn(request(client.clone(), url.clone()));
    }
    let (mut failures, mut latencies) = (Vec::new(), Vec::new());
    for outcome in running.join_all().await {
        match outcome {
            Ok(latency) => latencies.push(latency),
            Err(failure) => failures.push(failure),
        }
    }
    latencies.sort_unstable();
    Report { failures, latencies, late }
}

async fn request(client: reqwest::Client, url: String) -> Result<Duration, String> {
    let began = Instant::now();
    let response = client.get(url).send().await.map_err(|error| format!("{error:?}"))?;
    let status = response.status();
    let body = response.text().await.map_err(|error| format!("{error:?}"))?;
    if status != 200 || !body.contains("\"id\":1") {
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
            "{} failed; p50 {:?}, p99 {:?}, p99.9 {:?}; the client was at most {:?} late",
            self.failures.len(),
            at(500),
            at(990),
            at(999),
            self.late
        )
    }
}
