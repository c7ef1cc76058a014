//! Load, as pods' use of CPU: an offered total, shared by the ready pods of a service.

use cluster::Server;
use serde_json::json;

use crate::world::{PODS, World};

/// Gives each ready pod its share of so many millicores.
pub(crate) fn offer(world: &World, service: &str, millicores: u64) {
    let pods: Vec<_> =
        world.pods().into_iter().filter(|pod| pod.service == service && pod.ready && !pod.leaves).collect();
    let share = format!("{}m", millicores / pods.len().max(1) as u64);
    for pod in pods {
        annotate(&world.server, &pod.name, &share);
    }
}

fn annotate(server: &Server, pod: &str, share: &str) {
    let patch = json!({ "metadata": { "annotations": { "kwok.x-k8s.io/usage-cpu": share } } });
    let answer = server.patch(&format!("{PODS}/{pod}"), &patch).unwrap();
    assert!(answer.is_ok() || answer.status == 404, "{pod}: {answer}");
}
