//! Up, Prometheus away, back, and down.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use crate::{
    scaled::Scaled,
    services::{DELAY, PROXY, TARGET, ask},
    world::World,
};

const SERVICES: [&str; 2] = [PROXY, TARGET];

/// Requests that are held in flight: of 20 for each pod of the proxy, and 10 a second for each of the target, which takes two
/// seconds, six pods' worth of both, and more than what five are let have by the tolerance.
const IN_FLIGHT: usize = 116;
const LOADED: u64 = 6;
const REST: u64 = 3;

/// A minute, over which pods are counted that came and went, and a sync more.
const PERIOD: Duration = Duration::from_secs(75);

#[test]
fn requests_become_replicas_up_and_down_and_without_prometheus_nobody_is_taken_away() {
    let mut world = World::start();
    assert_eq!(DELAY.as_secs(), 2);
    world.sync();
    let took = world.wait(180, |world| {
        each(world, |scaled| {
            scaled.is_ready()?;
            scaled.has(REST)
        })
    });
    println!("at rest, {REST} pods each: {} s after the sync", took.as_secs());
    for service in SERVICES {
        Scaled::look(&world.server, service).unwrap().is_as_foreseen();
    }
    only_keda_and_argo_write(&world);
    nothing_arrives(&mut world);

    let load = world.services.load(IN_FLIGHT);
    // Of each service: what the autoscaler wanted, and how often the twin was asked.
    let mut compared = BTreeMap::new();
    let took = world.wait(240, |world| {
        each(world, |scaled| {
            agrees(scaled, &mut compared);
            scaled.has(LOADED)
        })
    });
    println!("up, {LOADED} pods each: {} s after {IN_FLIGHT} requests were in flight", took.as_secs());
    let enough = SERVICES.iter().all(|service| compared.get(*service).is_some_and(|seen| seen.contains(&LOADED)));
    assert!(enough, "the twin was asked about {compared:?}");

    without_prometheus(&mut world);
    world.prometheus.back();
    let took =
        world.wait(120, |world| {
            each(world, |scaled| {
                if scaled.falls_back() { Err(format!("{scaled}, and it falls back")) } else { scaled.is_ready() }
            })
        });
    println!("Prometheus is back: metrics count again {} s after it was ready", took.as_secs());
    let took = stays_loaded(&mut world);
    println!("{LOADED} pods each, as the metrics say: {} s later", took.as_secs());

    let answered = load.end();
    let mut steps: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    let took = world.wait(480, |world| {
        each(world, |scaled| {
            let steps = steps.entry(scaled.service.clone()).or_default();
            if steps.last() != Some(&scaled.replicas) {
                steps.push(scaled.replicas);
            }
            scaled.has(REST)
        })
    });
    println!("down, {REST} pods each: {} s after the last of {answered} answers", took.as_secs());
    // A tenth of so few is a pod.
    assert!(steps.values().all(|seen| *seen == [6, 5, 4, 3]), "{steps:?}");
    // Whoever looks at Git sees nothing of what KEDA wrote.
    for item in world.scaled_objects() {
        assert_eq!(world.argo.drift(item).unwrap(), [""; 0]);
    }
}

/// That nobody asks for anything is no missing metric: for longer than it takes to fall back, all stays.
fn nothing_arrives(world: &mut World) {
    let held = cluster::holds_for(90, || {
        each(world, |scaled| if scaled.falls_back() { Err(scaled.to_string()) } else { scaled.has(REST) })
    });
    held.unwrap_or_else(|reason| panic!("{reason}"));
    println!("nothing arrives for 90 s: {REST} pods each, and no fallback");
}

/// Prometheus goes, and KEDA falls back: to half of the greatest number where that is more than there are.
fn without_prometheus(world: &mut World) {
    let promised: BTreeMap<_, _> =
        SERVICES.map(|service| (service, Scaled::look(&world.server, service).unwrap().fallback())).into();
    assert_eq!(promised, [(PROXY, 7), (TARGET, LOADED)].into(), "one gets more, the other keeps what it has");
    world.prometheus.goes();
    let mut failures = BTreeMap::new();
    let took = world.wait(180, |world| {
        each(world, |scaled| {
            assert!(scaled.replicas >= LOADED, "{scaled}");
            failures.insert(scaled.service.clone(), scaled.failures());
            if scaled.falls_back() { Ok(()) } else { Err(format!("{scaled}, and it does not fall back")) }
        })
    });
    println!("Prometheus is away: both fall back after {} s, {failures:?} failures", took.as_secs());
    let took = world.wait(120, |world| each(world, |scaled| scaled.has(promised[scaled.service.as_str()])));
    println!("what the fallback promises, {promised:?}: {} s later", took.as_secs());
    counted(world);
    // So it stays: three syncs and more.
    let held = cluster::holds_for(50, || each(world, |scaled| scaled.has(promised[scaled.service.as_str()])));
    held.unwrap_or_else(|reason| panic!("{reason}"));
}

/// Waits until both have what the load needs for as long as policies look back, and returns how long it took until then: a rate that
/// is a scrape or two old is too low, and with so short a window a pod goes and comes back.
fn stays_loaded(world: &mut World) -> Duration {
    let begin = Instant::now();
    let mut since = None;
    world.wait(300, |world| match each(world, |scaled| scaled.has(LOADED)) {
        Ok(()) if since.get_or_insert_with(Instant::now).elapsed() >= PERIOD => Ok(()),
        Ok(()) => Err("it is loaded".to_owned()),
        Err(reason) => {
            since = None;
            Err(reason)
        }
    });
    since.map_or_else(|| begin.elapsed(), |since| since.duration_since(begin))
}

/// What the alerts ask of KEDA's own metrics is there, by its names and labels.
fn counted(world: &World) {
    let text = ask(world.keda.metrics(), "/metrics").unwrap();
    for service in SERVICES {
        let has = |parts: &[&str]| text.lines().any(|line| parts.iter().all(|part| line.contains(part)));
        let (object, resource) = (format!("scaledObject=\"{service}\""), format!("scaled_resource=\"{service}\""));
        let namespace = "namespace=\"services\"";
        let failed = ["keda_scaler_http_requests_total{", &resource, "status_code=\"error\"", namespace];
        assert!(has(&failed), "{failed:?} in\n{text}");
        let errors = ["keda_scaler_detail_errors_total{", &object, "scaler=\"", namespace];
        assert!(has(&errors), "{errors:?} in\n{text}");
    }
}

/// What KEDA wrote was judged by what this repository ships: nobody else may.
fn only_keda_and_argo_write(world: &World) {
    let item = world.scaled_objects().next().unwrap();
    let mut object = item.object.clone();
    object["metadata"]["name"] = "by-hand".into();
    let answer = world.server.create(&object, "dryRun=All").unwrap();
    assert!(answer.words().contains("the services' objects change in Git"), "{answer}");
}

fn each(world: &World, mut ask: impl FnMut(&Scaled) -> Result<(), String>) -> Result<(), String> {
    let seen: Vec<_> =
        SERVICES.iter().map(|service| Scaled::look(&world.server, service).and_then(|scaled| ask(&scaled))).collect();
    seen.into_iter().collect()
}

/// What the autoscaler wants is what the twin makes of the value that it shows. On the way up nothing else has a say: what the
/// policy adds at once is more.
fn agrees(scaled: &Scaled, compared: &mut BTreeMap<String, Vec<u64>>) {
    let Some(twin) = scaled.twin() else { return };
    if twin < scaled.current() {
        return;
    }
    assert_eq!(scaled.desired(), twin, "{scaled}");
    let seen = compared.entry(scaled.service.clone()).or_default();
    if seen.last() != Some(&twin) {
        seen.push(twin);
    }
}
