//! What the proxy has beside what every service has.

use super::{Probes, Service, arguments};
use crate::settings::declare::section;
use crate::settings::problem::Problems;
use crate::settings::rules::{Anything, between, filled_set, set};
use crate::settings::tree;
use crate::settings::{CertificateArn, Origin, Target};

section! {
    /// Whom the proxy serves, what it reaches, and its load balancer.
    pub struct Proxy {
        /// Private `host:port` targets that may be reached besides the mock target.
        pub allow_targets: Vec<Target> where set(Anything),
        /// Origins whose pages may use the proxy; `*` admits all.
        pub allow_origins: Vec<Origin> where filled_set(Anything),
        /// Certificate of the load balancer; without one it speaks plain TCP.
        pub certificate_arn: Option<CertificateArn>,
        /// Seconds for which the load balancer may go on sending new connections to a pod that is told to go.
        pub late_connections_seconds: u32 where between(0, 300),
        /// Seconds after which the load balancer ends the connections of a pod that is told to go.
        pub deregistration_delay_seconds: u32 where between(0, 3600),
    }
    check origins_agree;
}

impl Proxy {
    /// The origins that are admitted by name.
    pub fn named_origins(&self) -> impl Iterator<Item = &str> {
        self.allow_origins.iter().filter_map(|origin| match origin {
            Origin::Any => None,
            Origin::Of(origin) => Some(origin.as_str()),
        })
    }
}

fn origins_agree(proxy: &Proxy, section: &str, problems: &mut Problems<'_>) {
    let everyone = proxy.allow_origins.iter().position(|origin| *origin == Origin::Any);
    if let Some(index) = everyone.filter(|_| proxy.allow_origins.len() > 1) {
        let key = format!("{}[{index}]", tree::child(section, "allow_origins"));
        problems.report(&key, "is `*`, which allows every origin, beside other origins: keep one or the other");
    }
}

/// Whoever reaches the proxy asks through it: what it may do they may do, and what it reaches they reach.
pub(super) fn stays_apart(server: &Service, section: &str, problems: &mut Problems<'_>) {
    if server.permissions.need_role() {
        let message = "are there, but whoever asks the proxy could ask for the credentials of its role: give them to a service \
                       behind it";
        problems.report_name(&tree::child(section, "permissions"), message);
    }
    if !server.egress.is_empty() {
        let message =
            "is not the proxy's, which reaches the internet: name private targets in `services.proxy.allow_targets`";
        problems.report(&tree::child(section, "egress"), message.to_owned());
    }
    arguments::of_the_proxy_are_its_own(&server.arguments, section, problems);
    answers_where_it_does(&server.probes, section, problems);
}

/// The proxy answers at two paths, and its load balancer asks one of them.
fn answers_where_it_does(probes: &Probes, section: &str, problems: &mut Problems<'_>) {
    let fixed = Probes::default();
    for (name, path, fixed) in [
        ("liveness_path", &probes.liveness_path, &fixed.liveness_path),
        ("readiness_path", &probes.readiness_path, &fixed.readiness_path),
    ] {
        if path != fixed {
            let key = tree::child(&tree::child(section, "probes"), name);
            problems.report(&key, format!("is `{path}`, but this service answers at `{fixed}`: remove it"));
        }
    }
}
