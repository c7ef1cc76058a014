//! The real autoscaler on the real way of metrics, while Argo CD goes on syncing.

use cluster::{Node, eventually, holds_for};
use serde_json::{Value as Json, json};

use crate::{
    load::offer,
    world::{ROOMY, SERVICES, TYPE, World, world},
};

const SERVICE: &str = SERVICES[0];

fn autoscaler_path(service: &str) -> String {
    format!("/apis/autoscaling/v2/namespaces/services/horizontalpodautoscalers/{service}")
}

fn replicas(world: &World) -> u64 {
    world.deployment(SERVICE)["spec"]["replicas"].as_u64().unwrap()
}

/// Syncs, and waits until every autoscaler says that it works.
fn activate(world: &World) {
    world.forget_autoscalers();
    let synced = world.argo.sync_of(world.items());
    assert!(synced.taken.len() > 10, "{synced}");
    for service in SERVICES {
        eventually(120, || active(world, service)).unwrap_or_else(|reason| panic!("{service}: {reason}"));
    }
}

/// Does an autoscaler get its metrics? Otherwise the controller's own words.
fn active(world: &World, service: &str) -> Result<(), String> {
    let condition = condition(world, service, "ScalingActive");
    if condition["status"] == "True" {
        Ok(())
    } else {
        let declared = world.declared("HorizontalPodAutoscaler", service);
        Err(format!("{}: {}{declared}", condition["reason"], condition["message"]))
    }
}

fn condition(world: &World, service: &str, name: &str) -> Json {
    let autoscaler = world.server.get(&autoscaler_path(service)).unwrap().object().unwrap();
    let conditions = autoscaler["status"]["conditions"].as_array().cloned().unwrap_or_default();
    conditions.into_iter().find(|condition| condition["type"] == name).unwrap_or_default()
}

#[test]
fn load_scales_a_service_up_and_nobody_puts_it_back() {
    let (_turn, world) = world(&Node::in_each_zone(ROOMY, TYPE), 3);
    activate(world);
    // 60 % of 400m each is 240m: ten pods for 2400m.
    let risen = eventually(180, || {
        offer(world, SERVICE, 2400);
        match replicas(world) {
            10.. => Ok(()),
            replicas => Err(format!("{replicas} replicas")),
        }
    });
    risen.unwrap_or_else(|reason| panic!("{reason}"));
    let before = replicas(world);
    let synced = world.argo.sync_of(world.items());
    assert!(synced.all.is_empty(), "{synced}");
    let stays = holds_for(20, || {
        offer(world, SERVICE, 2400);
        match replicas(world) {
            replicas if replicas >= before => Ok(()),
            replicas => Err(format!("{replicas} replicas after {before}")),
        }
    });
    stays.unwrap_or_else(|reason| panic!("{reason}"));
    let before = replicas(world);
    // The load is gone, and the autoscaler waits until it is sure.
    let waits = eventually(90, || {
        offer(world, SERVICE, 30);
        let reason = condition(world, SERVICE, "AbleToScale")["reason"].clone();
        if reason == "ScaleDownStabilized" { Ok(()) } else { Err(format!("{reason}")) }
    });
    waits.unwrap_or_else(|reason| panic!("{reason}"));
    assert_eq!(replicas(world), before);
}

#[test]
fn a_quiet_service_scales_down_by_steps_once_the_window_is_over() {
    let (_turn, world) = world(&Node::in_each_zone(ROOMY, TYPE), 10);
    // The window is the object's own, shortened; its steps are as they are written.
    activate(world);
    let behaviour = json!({ "spec": { "behavior": { "scaleDown": { "stabilizationWindowSeconds": 15 } } } });
    world.argo_patch(&autoscaler_path(SERVICE), &behaviour);
    let mut seen = vec![replicas(world)];
    let fallen = eventually(150, || {
        offer(world, SERVICE, 30);
        let now = replicas(world);
        if seen.last() != Some(&now) {
            seen.push(now);
        }
        if now < 10 { Ok(()) } else { Err(format!("{now} replicas")) }
    });
    fallen.unwrap_or_else(|reason| panic!("{reason}"));
    // A tenth a minute.
    assert_eq!(seen, [10, 9]);
}

#[test]
#[ignore = "takes 15 minutes; `make cluster-long`"]
fn a_quiet_service_scales_down_to_its_minimum_as_it_is_written() {
    let (_turn, world) = world(&Node::in_each_zone(ROOMY, TYPE), 10);
    activate(world);
    let begin = std::time::Instant::now();
    let (least, _) = world.bounds(SERVICE);
    let fallen = eventually(1200, || {
        offer(world, SERVICE, 30);
        match replicas(world) {
            now if now == least => Ok(()),
            now => Err(format!("{now} replicas")),
        }
    });
    fallen.unwrap_or_else(|reason| panic!("{reason}"));
    assert!(begin.elapsed().as_secs() > 300, "the window is 300 s");
    assert_eq!(world.ready(SERVICE), least);
}

#[test]
fn an_autoscaler_of_a_metric_that_nobody_has_is_found() {
    let (_turn, world) = world(&Node::in_each_zone(2, TYPE), 3);
    activate(world);
    let metrics = json!([{
        "type": "External",
        "external": { "metric": { "name": "requests" }, "target": { "type": "AverageValue", "averageValue": "100" } },
    }]);
    world.argo_patch(&autoscaler_path(SERVICE), &json!({ "spec": { "metrics": metrics } }));
    let said = eventually(60, || active(world, SERVICE).map_or_else(Ok, |()| Err("it is active".to_owned())));
    let said = said.unwrap_or_else(|reason| panic!("{reason}"));
    assert!(said.contains("FailedGetExternalMetric"), "{said}");
    assert!(said.contains("unable to get external metric services/requests"), "{said}");
}

#[test]
fn a_service_without_metrics_keeps_its_pods() {
    let (_turn, world) = world(&Node::in_each_zone(2, TYPE), 6);
    activate(world);
    let behaviour = json!({ "spec": { "behavior": { "scaleDown": { "stabilizationWindowSeconds": 0 } } } });
    world.argo_patch(&autoscaler_path(SERVICE), &behaviour);
    world.argo_patch(&autoscaler_path(SERVICE), &json!({ "spec": { "metrics": [{
        "type": "ContainerResource",
        "containerResource": { "container": "nobody", "name": "cpu", "target": { "type": "Utilization", "averageUtilization": 60 } },
    }] } }));
    let silent = eventually(60, || active(world, SERVICE).map_or_else(|_| Ok(()), |()| Err("it is active".to_owned())));
    silent.unwrap_or_else(|reason| panic!("{reason}"));
    let before = replicas(world);
    let keeps =
        holds_for(35, || if replicas(world) == before { Ok(()) } else { Err(format!("{} replicas", replicas(world))) });
    keeps.unwrap_or_else(|reason| panic!("{reason}"));
}
