//! How names resolve in the pods that are made here; those of charts have their charts' way.

use k8s_openapi::api::core::v1::{Container, PodSpec};
use synth_kubernetes::{Draft, dns_options, pod_spec};

/// Without a walk through the search list, and with a second question in time. The C library's own five seconds until then are
/// all that the proxy has to connect, and a datagram is easily lost.
const OPTIONS: [(&str, &str); 3] = [("ndots", "2"), ("timeout", "2"), ("attempts", "2")];

/// A pod of these containers.
pub(crate) fn pod(containers: impl IntoIterator<Item = Draft<Container>>) -> Draft<PodSpec> {
    pod_spec(containers).dns_config(dns_options(OPTIONS))
}
