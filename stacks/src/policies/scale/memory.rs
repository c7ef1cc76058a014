//! Whether the memory of the proxy's pods holds what their flags let them serve at once.

use synth_kubernetes::quantity::{self, MEMORY};
use synth_review::{Findings, Policy, Severity};

use crate::{
    Platform,
    names::CORS_PROXY_SERVER,
    view::{flag, limit},
};

pub(super) const MEMORY_HOLDS_REQUESTS: Policy<Platform> = Policy {
    code: "SCALE018",
    name: "memory-holds-requests",
    severity: Severity::Error,
    explanation: "The proxy serves what fits into its memory and refuses the rest, and with flags that ask for more it does not start.",
    check: memory_holds_requests,
};

/// What the proxy reckons with, in KiB: for itself, for a request in flight, and for a connection. `docs/services.md` says so.
const OWN: u64 = 32 * 1024;
const REQUEST: u64 = 416;
const CONNECTION: u64 = 132;

/// The connections of the port that sends requests to HTTPS.
const REDIRECTS: u64 = 64;

/// What a pod serves at once at least where no flag says how much: with a target that answers in 250 ms a thousand requests a
/// second, and twice as many connections.
const REQUESTS: u64 = 256;
const CONNECTIONS: u64 = 512;

fn memory_holds_requests(platform: &Platform, findings: &mut Findings) {
    for workload in platform.autoscaled().into_iter().filter(|workload| workload.name() == CORS_PROXY_SERVER) {
        for container in workload.containers() {
            let Some(memory) = limit(container, MEMORY).and_then(quantity::mebibytes) else { continue };
            let number = |name| flag(container, name).next().and_then(|text| text.parse().ok());
            let asked = (number("--max-in-flight"), number("--max-connections"));
            let (requests, connections) = (asked.0.unwrap_or(REQUESTS), asked.1.unwrap_or(CONNECTIONS));
            let (busy, open) = (requests * REQUEST, connections * CONNECTION);
            // Where it may choose both, half is for either.
            let served = if asked == (None, None) { busy.max(open) * 2 } else { busy + open };
            let redirects = flag(container, "--https-redirect-listen").next().map_or(0, |_| REDIRECTS * CONNECTION);
            let needed = (OWN + redirects + served).div_ceil(1024);
            if memory < needed {
                findings
                    .report(
                        workload.deployment.place(),
                        format!(
                            "has {memory} MiB of memory, but {requests} requests in flight and {connections} connections take {needed}"
                        ),
                        "raise `memory_mib` of the service",
                    )
                    .set_by([workload.setting("memory_mib")]);
            }
        }
    }
}
