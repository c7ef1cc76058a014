//! `/cpu?units=N`: fixed work, so that processor time is linear in requests. It runs off the async workers and on no
//! more threads than there are cores, so that probes stay alive whatever the load.

use std::sync::Arc;

use http::{Response, StatusCode};
use serde::Deserialize;
use serde_json::json;
use service::ResponseBody;
use tokio::sync::Semaphore;
use warp::Filter;

use super::Group;
use crate::answer::{Answer, Refusal, bounded, json};

/// Rounds of one unit, about a millisecond of one core.
const ROUNDS: u64 = 400_000;
/// Requests that may wait for a core.
const QUEUE: usize = 1024;

#[derive(Clone, Copy, Debug, Deserialize)]
struct Work {
    #[serde(default = "one")]
    units: u64,
}

fn one() -> u64 {
    1
}

pub(super) fn routes() -> Group {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let (cores, queue) = (Arc::new(Semaphore::new(cores)), Arc::new(Semaphore::new(QUEUE)));
    warp::path!("cpu")
        .and(warp::query())
        .then(move |work| {
            let (cores, queue) = (cores.clone(), queue.clone());
            async move { Answer { route: "/cpu", outcome: run(work, &cores, &queue).await } }
        })
        .boxed()
}

async fn run(work: Work, cores: &Arc<Semaphore>, queue: &Semaphore) -> Result<Response<ResponseBody>, Refusal> {
    let units = bounded("units", work.units, 10_000)?;
    let _queued = queue.try_acquire().map_err(|_| Refusal::Busy)?;
    let core = cores.clone().acquire_owned().await.map_err(|_| Refusal::Busy)?;
    // The core belongs to the work, not to the request: a client that goes away does not free it early.
    let worked = tokio::task::spawn_blocking(move || {
        let digest = churn(units);
        drop(core);
        digest
    });
    let digest = worked.await.map_err(|_| Refusal::Busy)?;
    Ok(json(StatusCode::OK, &json!({ "units": units, "digest": format!("{digest:016x}") })))
}

/// Mixes a word over and over; each round needs the one before, so no compiler can shorten it.
fn churn(units: u64) -> u64 {
    (0..units * ROUNDS).fold(1, |word: u64, round| {
        let mixed = (word ^ round).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        mixed ^ (mixed >> 29)
    })
}
