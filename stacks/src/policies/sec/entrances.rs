//! Entrances: whether what passes them can be read on the way.

use synth_review::{Findings, Policy, Severity};

use crate::Platform;

pub(super) const SPEAK_TLS: Policy<Platform> = Policy {
    code: "SEC019",
    name: "entrances-speak-tls",
    severity: Severity::Error,
    explanation: "What reaches a load balancer over plain HTTP can be read and changed on its way, passwords and cookies \
                  included.",
    check: speak_tls,
};

fn speak_tls(platform: &Platform, findings: &mut Findings) {
    for entrance in platform.entrances() {
        let listens: Vec<serde_json::Map<String, serde_json::Value>> =
            serde_json::from_str(entrance.annotation("listen-ports")).unwrap_or_default();
        let has = |protocol: &str| listens.iter().any(|of| of.contains_key(protocol));
        let plain = if !has("HTTPS") {
            "listens to plain HTTP alone"
        } else if has("HTTP") && entrance.annotation("ssl-redirect").is_empty() {
            "answers over plain HTTP, too"
        } else {
            continue;
        };
        findings.report(
            entrance.ingress.place(),
            plain,
            "annotate it `alb.ingress.kubernetes.io/listen-ports` with HTTPS, and `ssl-redirect` with its port",
        );
    }
}
