//! Pods that leave without a plan: a zone's kubelets fall silent.

use std::time::Instant;

use cluster::{Node, ZONES, eventually};

use crate::world::{ROOMY, SERVICES, TYPE, World, world};

/// Seconds until a silent node counts as lost, as the control plane has it.
const SILENCE: u64 = 50;

/// Seconds for which the services' pods bear a lost node.
fn bears(world: &World) -> u64 {
    let pod = &world.server.list(crate::world::PODS).unwrap()[0];
    let all = pod["spec"]["tolerations"].as_array().unwrap();
    let of_lost = all.iter().find(|toleration| toleration["key"] == "node.kubernetes.io/unreachable").unwrap();
    of_lost["tolerationSeconds"].as_u64().unwrap()
}

#[test]
fn pods_of_a_lost_zone_run_elsewhere_once_they_bear_it_no_longer() {
    let (_turn, world) = world(&Node::in_each_zone(ROOMY, TYPE), 6);
    let bears = bears(world);
    world.power(ZONES[2], false);
    let begin = Instant::now();
    let replaced = eventually(SILENCE + bears + 60, || {
        for service in SERVICES {
            let count = world.by_zone(service);
            if count[ZONES[0]] + count[ZONES[1]] < 6 {
                return Err(format!("{service}: {count:?}"));
            }
        }
        Ok(())
    });
    replaced.unwrap_or_else(|reason| panic!("{reason}"));
    let took = begin.elapsed().as_secs();
    assert!(took + 15 >= bears, "replaced after {took} s, although pods bear a lost node for {bears} s");
    world.power(ZONES[2], true);
}
