//! `/delay/MILLISECONDS`, and `/latency/DISTRIBUTION` for delays drawn by chance.

use std::time::Duration;

use fastrand::Rng;
use http::{Response, StatusCode};
use serde::Deserialize;
use serde_json::json;
use service::ResponseBody;
use warp::Filter;

use super::{Group, MAX_MILLIS};
use crate::answer::{Answer, Refusal, bounded, json};
use crate::dice::Dice;

/// A request's own seed.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub(super) struct Seed {
    pub(super) seed: Option<u64>,
}

/// The parameters of every distribution, in milliseconds.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(default)]
struct Shape {
    min: f64,
    max: f64,
    mean: f64,
    median: f64,
    sigma: f64,
    seed: Option<u64>,
}

impl Default for Shape {
    fn default() -> Self {
        Self { min: 0.0, max: 100.0, mean: 20.0, median: 20.0, sigma: 0.5, seed: None }
    }
}

pub(super) fn routes(dice: Dice) -> Group {
    let delay = warp::path!("delay" / u64).then(async |millis| Answer {
        route: "/delay/{milliseconds}",
        outcome: match bounded("milliseconds", millis, MAX_MILLIS) {
            Ok(millis) => Ok(wait(Duration::from_millis(millis)).await),
            Err(refusal) => Err(refusal),
        },
    });
    let latency = warp::path!("latency" / String).and(warp::query()).then(move |distribution: String, shape: Shape| {
        let drawn = draw(&distribution, shape, &mut dice.roll(shape.seed));
        async move {
            Answer {
                route: "/latency/{distribution}",
                outcome: match drawn {
                    Ok(time) => Ok(wait(time).await),
                    Err(refusal) => Err(refusal),
                },
            }
        }
    });
    delay.or(latency).unify().boxed()
}

async fn wait(time: Duration) -> Response<ResponseBody> {
    tokio::time::sleep(time).await;
    json(StatusCode::OK, &json!({ "waitedMilliseconds": time.as_secs_f64() * 1000.0 }))
}

fn draw(distribution: &str, shape: Shape, rng: &mut Rng) -> Result<Duration, Refusal> {
    let millis = match distribution {
        "uniform" => shape.min + (shape.max - shape.min) * rng.f64(),
        "exponential" => -shape.mean * (1.0 - rng.f64()).ln(),
        "normal" => shape.mean + shape.sigma * standard_normal(rng),
        "lognormal" => shape.median * (shape.sigma * standard_normal(rng)).exp(),
        _ => {
            let expected = "`uniform`, `exponential`, `normal` or `lognormal`".into();
            return Err(Refusal::Invalid { name: "distribution", expected });
        }
    };
    let seconds = if millis.is_nan() { 0.0 } else { millis.clamp(0.0, 60_000.0) / 1000.0 };
    Ok(Duration::from_secs_f64(seconds))
}

/// Box and Muller's transform of two uniform draws.
fn standard_normal(rng: &mut Rng) -> f64 {
    (-2.0 * (1.0 - rng.f64()).ln()).sqrt() * (std::f64::consts::TAU * rng.f64()).cos()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distributions_have_the_means_they_say() {
        let mut rng = Rng::with_seed(7);
        for (distribution, expected) in
            [("uniform", 50.0), ("exponential", 20.0), ("normal", 20.0), ("lognormal", 22.66)]
        {
            let total: f64 =
                (0..20_000).map(|_| draw(distribution, Shape::default(), &mut rng).unwrap().as_secs_f64()).sum();
            let mean = total / 20.0;
            assert!((mean - expected).abs() < 1.0, "{distribution}: {mean}");
        }
    }
}
