//! The pods of the base nodes: they are there, and a lost zone moves them.

use synth_twin::{
    engine::{Engine, Seeded},
    pods::{SYSTEM_NODE_CRITICAL, Template},
    scheduler::Ties,
    simulation::{Fault, Options, run, setup::Setup, trace::Of, world},
    time::Time,
};

use crate::{SETUP, plan};

fn engine() -> Engine {
    let world = world(&SETUP).expect("the default fits");
    let mut engine = Engine::new(world, Box::new(Seeded::new(SETUP.delays.clone(), 1)), Ties::Seeded(1));
    engine.run_until(Time::seconds(10.0));
    engine
}

/// Of a workload: pods that work, and pods that wait for a node.
fn pods(engine: &Engine, name: &str) -> (usize, usize) {
    let workload = engine.workload(name).unwrap_or_else(|| panic!("no {name}"));
    let works = |pod: &synth_twin::pods::PodId| {
        let pod = &engine.pods()[pod.0];
        pod.ready.is_some() && pod.deleting.is_none()
    };
    let pending = engine.pods_of(workload).filter(|pod| engine.pods()[pod.0].pending()).count();
    (engine.pods_of(workload).filter(works).count(), pending)
}

#[test]
fn every_pod_of_the_base_nodes_has_its_place() {
    let engine = engine();
    for (template, replicas) in &SETUP.base.pods {
        assert_eq!(pods(&engine, &template.workload), (*replicas, 0), "{}", template.workload);
    }
    for name in ["karpenter", "metrics-server", "coredns", "aws-load-balancer-controller", "argocd-server"] {
        assert!(pods(&engine, name).0 >= 2, "{name}");
    }
}

#[test]
fn a_lost_zone_moves_them_to_the_nodes_that_are_left_or_leaves_them_pending() {
    for zone in &SETUP.zones {
        let mut engine = engine();
        engine.lose_zone(zone);
        engine.run_until(Time::seconds(500.0));
        for name in ["karpenter", "metrics-server", "aws-load-balancer-controller", "argocd-server"] {
            let (works, pending) = pods(&engine, name);
            assert_eq!((works, pending), (2, 0), "{name} without {zone}");
        }
        // Three that need a node each, and two nodes.
        assert_eq!(pods(&engine, "argocd-redis-ha-server"), (2, 1), "without {zone}");
    }
}

/// Else a service that grows would take the network or the disks of its own pods away.
#[test]
fn no_service_takes_the_place_of_what_stands_around_it() {
    let services = SETUP.services.iter().map(|service| service.priority).max().unwrap();
    assert!(services > 0);
    let others = SETUP.others.iter().chain(&SETUP.base.pods).map(|(template, _)| template);
    for template in others.chain(&SETUP.daemons) {
        assert!(template.priority > services, "{}: {}", template.workload, template.priority);
    }
    let node_critical = |template: &&Template| template.priority == SYSTEM_NODE_CRITICAL;
    let names = |template: &Template| template.workload.clone();
    let critical: Vec<_> = SETUP.daemons.iter().filter(node_critical).map(names).collect();
    for name in ["vpc-cni", "kube-proxy", "eks-pod-identity-agent", "aws-ebs-csi-driver", "eks-node-monitoring-agent"] {
        assert!(critical.iter().any(|of| of == name), "{name} is not among {critical:?}");
    }
}

/// With its only pod lost, metrics-server says nothing until another runs: nothing scales.
#[test]
fn without_metrics_server_nothing_scales() {
    let mut setup = SETUP.clone();
    let metrics = setup.base.pods.iter_mut().find(|(template, _)| template.workload == "metrics-server").unwrap();
    metrics.1 = 1;
    let scaled = |setup: &Setup, zone: &str| {
        let faults = vec![(Time::seconds(20.0), Fault::LoseZone(zone.to_owned()))];
        let trace = run(setup, &plan(300_000.0), &Options { faults, ..Options::default() }).unwrap();
        let scaled = trace.events.iter().filter(|event| event.of == Of::Scaling);
        scaled.map(|event| event.at.in_seconds()).filter(|at| (25.0..365.0).contains(at)).count()
    };
    let counts = |setup| SETUP.zones.iter().map(|zone| scaled(setup, zone)).collect::<Vec<_>>();
    let (one, two) = (counts(&setup), counts(&SETUP));
    assert!(two.iter().all(|count| *count > 0), "{two:?}");
    assert_eq!(one.iter().filter(|count| **count == 0).count(), 1, "the zone that it stood in: {one:?}");
}
