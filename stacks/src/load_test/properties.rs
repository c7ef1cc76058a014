//! The properties of the plan: what `JMeter` may be told with `-J`, what it means, and what it is otherwise.

use serde::Serialize;
use synth_twin::simulation::CONNECTIONS;

use crate::settings::Settings;

/// The page from which the requests seem to come, when every origin may use the proxy.
const ORIGIN: &str = "https://page.example";

/// One property.
#[derive(Debug, Serialize)]
pub(super) struct Property {
    name: &'static str,
    meaning: &'static str,
    value: String,
    /// The value as an argument of `__P()`, where a comma ends an argument.
    fallback: String,
}

/// Every property, in the order in which they are listed.
pub(super) fn of(settings: &Settings) -> Vec<Property> {
    let load = &settings.load_test;
    let proxy = &settings.services.proxy;
    let (scheme, port) = if proxy.certificate_arn.is_some() { ("https", "443") } else { ("http", "80") };
    let origin = proxy.named_origins().next().unwrap_or(ORIGIN);
    vec![
        property("host", "Address of the proxy, such as its load balancer's.", "127.0.0.1"),
        property("port", "Port of the proxy.", port),
        property("scheme", "http or https.", scheme),
        property(
            "target",
            "What to ask the proxy for: host, port and path.",
            format!("{}/posts/1", settings.mock_target_address()),
        ),
        property("origin", "The page that asks: the answer must let it read.", origin),
        property("body", "What the body must hold.", "\"userId\""),
        property("rate", "Requests a second at the top.", load.rate.to_string()),
        property("ramp", "Seconds from nothing to the top.", load.ramp_seconds.to_string()),
        property("hold", "Seconds at the top.", load.hold_seconds.to_string()),
        property("ramp_down", "Seconds from the top back to nothing.", load.ramp_down_seconds.to_string()),
        property(
            "threads",
            "Most requests at once, each on a connection of its own that is kept: rate times seconds of an answer.",
            threads(load.rate).to_string(),
        ),
        property("connect_timeout_ms", "Milliseconds to connect.", "5000"),
        property("response_timeout_ms", "Milliseconds without a byte of the answer.", "10000"),
    ]
}

fn property(name: &'static str, meaning: &'static str, value: impl Into<String>) -> Property {
    let value = value.into();
    Property { name, meaning, fallback: value.replace('\\', "\\\\").replace(',', "\\,"), value }
}

/// As many as the twin's clients keep connections, so that both offer the same: at the full rate answers may take 250 ms. One `JMeter`
/// carries some thousand threads.
fn threads(rate: u32) -> u32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a rate")]
    let kept = (f64::from(rate) * CONNECTIONS) as u32;
    kept.clamp(20, 4000)
}
