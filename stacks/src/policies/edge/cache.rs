//! What the edge keeps responses by.

use synth_bindings::aws_cloudfront_cache_policy;
use synth_review::{Findings, Policy, Severity};

use super::{distributions, proxy};
use crate::{Platform, edge::VARIES_BY, view::Declared};

pub(super) const KEY_TELLS_APART: Policy<Platform> = Policy {
    code: "EDGE004",
    name: "cache-key-tells-apart",
    severity: Severity::Error,
    explanation: "CloudFront reads no `Vary`: what it keeps without the origin or the credentials in its key, it gives to \
                  other pages and people. What varies by anything else the proxy keeps from it, as far as it knows the key.",
    check: key_tells_apart,
};

/// The headers of a cache policy's key.
fn key(policy: &Declared<'_, aws_cloudfront_cache_policy::Handle>) -> Vec<String> {
    let headers =
        policy.texts(|of| of.parameters_in_cache_key_and_forwarded_to_origin().headers_config().headers().items());
    headers.into_iter().flatten().collect()
}

fn key_tells_apart(platform: &Platform, findings: &mut Findings) {
    let Some(proxy) = proxy(platform) else { return };
    let told: Vec<_> = proxy.flags("--cache-key").map(str::to_owned).collect();
    for distribution in distributions(platform) {
        let policy = distribution.leads(|of| of.default_cache_behavior().cache_policy_id());
        let Some(policy) = policy.and_then(|policy| policy.of_type()) else {
            let mend = "give its default behavior a cache policy with the headers that the proxy varies by";
            findings.report(distribution.place(), "keeps the proxy's responses by no known key", mend);
            continue;
        };
        let key = key(&policy);
        let has = |keys: &[String], name: &str| keys.iter().any(|key| key.eq_ignore_ascii_case(name));
        let lacking: Vec<_> = VARIES_BY.into_iter().filter(|name| !has(&key, name)).collect();
        if !lacking.is_empty() {
            findings.report(
                policy.place(),
                format!("keeps responses without {} in its key, by which the proxy's answers vary", lacking.join(", ")),
                "add them to the headers of its key",
            );
        }
        let unknown: Vec<_> = told.iter().filter(|name| !has(&key, name)).cloned().collect();
        if !unknown.is_empty() || told.is_empty() {
            let message = if told.is_empty() {
                "does not know by what its responses are kept, and keeps nothing from the edge".to_owned()
            } else {
                format!("takes {} for a key of the edge's cache", unknown.join(", "))
            };
            findings.report(proxy.deployment.place(), message, "name the headers of the cache policy in `--cache-key`");
        }
    }
}
