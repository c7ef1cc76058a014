//! How long simulations take: `cargo test -p synth-twin --release --test provision speed -- --ignored --nocapture`.

use std::time::{Duration, Instant};

use synth_twin::{
    catalogue::Catalogue,
    karpenter::{Plan, provision::simulate},
    pods::{HOSTNAME, PodId, Template, ZONE},
};

use crate::scheduling::world::{World, all_pool, apart, spread, workload};

fn timed(what: &str, world: &World, most: Duration) -> Plan {
    let pods: Vec<PodId> = (0..world.pods.len()).map(PodId).filter(|id| world.pods[id.0].pending()).collect();
    let mut best = Duration::MAX;
    let mut plan = Plan::default();
    for _ in 0..5 {
        let start = Instant::now();
        plan = simulate(world.view(), &pods, &[]);
        best = best.min(start.elapsed());
    }
    let (claims, types) = (plan.claims.len(), world.catalogue().types().len());
    eprintln!("{what}: {} pods, {types} types, {claims} claims, {} nodes: {best:?}", pods.len(), world.nodes.len());
    assert!(best < most, "{what} took {best:?}");
    plan
}

fn cluster(of: &[Template], each: usize, nodes: usize) -> World {
    let mut world = World::new(vec![all_pool("spot", "spot"), all_pool("on-demand", "on-demand")]);
    world.daemons.push(workload("daemon", 230));
    for number in 0..nodes {
        let node = world.node(&format!("n{number:03}"), ["a", "b", "c"][number % 3]);
        for _ in 0..7 {
            world.bound(of[0].clone(), node);
        }
    }
    for of in of {
        world.wait(of.clone(), each);
    }
    world
}

#[test]
#[ignore = "measures"]
fn a_catalogue_is_read_fast() {
    let start = Instant::now();
    let catalogue = Catalogue::of("us-east-1").unwrap();
    let took = start.elapsed();
    eprintln!("{} types read in {took:?}", catalogue.types().len());
    assert!(took < Duration::from_millis(20), "{took:?}");
}

#[test]
#[ignore = "measures"]
fn simulations_are_fast() {
    let of = |name: &str, key: Option<&str>, hard| {
        let mut of = workload(name, 500);
        of.spreads.push(spread(ZONE, name));
        if let Some(key) = key {
            of.spreads.push(spread(key, name));
            of.spreads[1].hard = hard;
        }
        of
    };
    let plain = [of("a", None, true), of("b", None, true)];
    let hosts = [of("a", Some(HOSTNAME), false), of("b", Some(HOSTNAME), false)];
    let mut lonely = workload("a", 100);
    lonely.anti_affinity.push(apart(HOSTNAME, "a", None));
    let millis = Duration::from_millis;
    timed("spread over zones", &cluster(&plain, 25, 0), millis(5));
    timed("spread over hosts, too", &cluster(&hosts, 25, 0), millis(5));
    timed("beside nodes", &cluster(&plain, 25, 100), millis(5));
    timed("many", &cluster(&plain, 500, 0), millis(200));
    timed("many over hosts", &cluster(&hosts, 500, 0), millis(200));
    timed("many apart", &cluster(&[lonely], 1000, 0), millis(200));
    let mut limited = cluster(&hosts, 500, 30);
    for pool in &mut limited.pools {
        pool.limit_cpu = Some(64_000);
    }
    timed("many without room", &limited, millis(200));
}
