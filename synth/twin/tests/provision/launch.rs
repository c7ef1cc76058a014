//! What is asked for of a claim, and what AWS gives.

use std::collections::BTreeSet;

use synth_twin::{
    catalogue::ZoneId,
    karpenter::{
        Claim,
        launch::{self, Choice, Fleet, Market, Override},
        requirements::Requirement,
    },
    pods::{
        Capacity::{OnDemand, Spot},
        Effect, ZONE,
    },
    time::Time,
};

use crate::scheduling::world::{CAPACITY, CPU, FAMILY, World, among, pool, taint, workload};

fn world(rules: &[synth_twin::pods::Expression], cpu: i64) -> World {
    let mut world = World::new(vec![pool("p", rules)]);
    world.wait(workload("a", cpu), 1);
    world
}

fn claim(world: &World) -> Claim {
    let plan = world.plan();
    assert_eq!(plan.claims.len(), 1);
    plan.claims.into_iter().next().unwrap()
}

fn fleet(world: &World) -> Option<Fleet> {
    launch::fleet(world.view(), &claim(world))
}

fn names(world: &World, fleet: &Fleet) -> Vec<String> {
    fleet.types().iter().map(|id| world.catalogue().get(*id).name.clone()).collect()
}

const BOTH: &[&str] = &["spot", "on-demand"];

#[test]
fn the_sixty_cheapest_are_asked_for() {
    let world = world(&[among(FAMILY, &[]), among(CPU, &["2", "4"])], 500);
    let mut world = world;
    world.pools[0].requirements.remove(FAMILY);
    let all = claim(&world).types.len();
    let asked = fleet(&world).unwrap();
    assert!(all > 100, "{all}");
    assert_eq!(asked.types().len(), 60);
    assert_eq!((asked.capacity, asked.zones()), (OnDemand, vec![ZoneId(0), ZoneId(1), ZoneId(2)]));
    assert!(asked.overrides.is_sorted_by(|a, b| (a.price, a.id, a.zone) < (b.price, b.id, b.zone)));
    let market = Market::new(world.view());
    let rules = claim(&world).requirements;
    let dearest = asked.overrides.last().unwrap().price;
    let left = claim(&world).types.into_iter().filter(|id| !asked.types().contains(id));
    assert!(left.into_iter().all(|id| market.cheapest(id, &rules) >= dearest));
}

#[test]
fn spot_is_bought_unless_it_is_dearer_than_the_cheapest_on_demand() {
    let world = world(&[among(CAPACITY, BOTH), among(FAMILY, &["c6g", "c5"]), among(CPU, &["2", "16"])], 500);
    let asked = fleet(&world).unwrap();
    // c6g.large costs 0.073 on demand; a c5.4xlarge 0.728 and a fourth of that as Spot.
    assert_eq!((asked.capacity, names(&world, &asked)), (Spot, vec!["c6g.large".to_owned(), "c5.large".to_owned()]));
    assert!(asked.overrides.iter().all(|at| at.price <= 0.073));
}

#[test]
fn values_that_are_asked_for_keep_what_else_would_go() {
    let rules = [among(CAPACITY, BOTH), among(FAMILY, &["c6g", "c5"]), among(CPU, &["2", "16"])];
    let mut world = world(&rules, 500);
    world.pools[0].requirements.add(FAMILY, Requirement::any().with_min_values(Some(2)));
    let asked = fleet(&world).unwrap();
    assert_eq!(asked.types().len(), 4);
}

#[test]
fn on_demand_is_bought_where_spot_is_not_to_be_had() {
    let mut world = world(&[among(CAPACITY, BOTH), among(CPU, &["2"])], 500);
    let before = claim(&world);
    assert_eq!(before.requirements.get(CAPACITY).unwrap().values().unwrap(), ["on-demand", "spot"]);
    for id in world
        .catalogue()
        .types()
        .iter()
        .enumerate()
        .map(|(id, _)| synth_twin::catalogue::TypeId(id))
        .collect::<Vec<_>>()
    {
        for zone in 0..3 {
            world.unavailable.refuse(id, ZoneId(zone), Spot, Time::ZERO);
        }
    }
    let asked = launch::fleet(world.view(), &before).unwrap();
    assert_eq!((asked.capacity, asked.overrides.len()), (OnDemand, 3));
    assert_eq!(claim(&world).requirements.get(CAPACITY).unwrap().only(), Some("on-demand"));
    // The claim was of Spot alone: nothing is left of it.
    let mut spot = before;
    spot.requirements.add(CAPACITY, Requirement::one("spot"));
    assert_eq!(launch::fleet(world.view(), &spot), None);
}

#[test]
fn machines_without_a_hypervisor_come_last() {
    let metal = |cpu: &[&str]| {
        let world = world(&[among(FAMILY, &["c6g"]), among(CPU, cpu)], 500);
        names(&world, &fleet(&world).unwrap())
    };
    assert_eq!(metal(&["64"]), ["c6g.16xlarge"]);
    let mut only = world(&[among("node.kubernetes.io/instance-type", &["c6g.metal"]), among(CPU, &["64"])], 500);
    assert_eq!(names(&only, &fleet(&only).unwrap()), ["c6g.metal"]);
    only.pools[0].requirements.set("node.kubernetes.io/instance-type", Requirement::any().with_min_values(Some(2)));
    assert_eq!(fleet(&only).unwrap().types().len(), 2);
}

#[test]
fn a_claim_is_bought_where_it_may_be() {
    let mut world = world(&[among(ZONE, &["eu-north-1b", "eu-north-1c"])], 500);
    let before = claim(&world);
    let asked = fleet(&world).unwrap();
    assert_eq!((asked.zones(), asked.overrides.len()), (vec![ZoneId(1), ZoneId(2)], 4));
    let id = world.catalogue().named("c6g.large").unwrap();
    world.unavailable.refuse(id, ZoneId(1), OnDemand, Time::ZERO);
    let asked = launch::fleet(world.view(), &before).unwrap();
    let places: Vec<_> = asked.overrides.iter().map(|at| (world.catalogue().get(at.id).vcpus, at.zone.0)).collect();
    assert_eq!(places, [(2, 2), (4, 1), (4, 2)]);
}

#[test]
fn types_on_which_the_claim_with_its_daemons_does_not_fit_are_left_out() {
    let mut world = world(&[among(FAMILY, &["c6g", "c6i"])], 1500);
    let mut arm = workload("arm", 900);
    arm.node_terms = vec![vec![among("kubernetes.io/arch", &["arm64"])]];
    world.daemons.push(arm);
    // A c6i.large has no such daemon, and room for the pod; but what is asked for in all is 2400m.
    assert_eq!(claim(&world).types.len(), 3);
    assert_eq!(names(&world, &fleet(&world).unwrap()), ["c6g.xlarge", "c6i.xlarge"]);
}

#[test]
fn requests_that_are_alike_go_out_as_one() {
    let mut world = World::new(vec![pool("p", &[])]);
    world.wait(workload("a", 3000), 3);
    world.wait(workload("b", 1500), 1);
    let plan = world.plan();
    let fleets: Vec<Fleet> = plan.claims.iter().map(|claim| launch::fleet(world.view(), claim).unwrap()).collect();
    assert_eq!(launch::batches(&fleets), [vec![0, 1, 2], vec![3]]);
}

#[test]
fn what_is_not_there_is_refused_though_something_else_is_bought() {
    let world = world(&[], 500);
    let asked = fleet(&world).unwrap();
    let small = world.catalogue().named("c6g.large").unwrap();
    let buy = |has: &dyn Fn(&Override) -> bool| launch::buy(world.catalogue(), &asked, has, Choice::Cheapest);
    let bought = buy(&|_| true);
    assert_eq!(bought.at.map(|at| (at.id, at.zone)), Some((small, ZoneId(0))));
    assert!(bought.refused.is_empty());
    let bought = buy(&|at| at.id != small);
    assert_eq!(bought.at.map(|at| (world.catalogue().get(at.id).vcpus, at.zone)), Some((4, ZoneId(0))));
    assert_eq!(bought.refused.len(), 3);
    let bought = buy(&|_| false);
    assert_eq!((bought.at, bought.refused.len()), (None, 6));
}

#[test]
fn a_draw_is_one_of_the_cheapest_and_rather_one_that_stays() {
    let mut world = world(&[among(CAPACITY, &["spot"]), among(CPU, &["2"])], 500);
    world.pools[0].requirements.remove(FAMILY);
    let asked = fleet(&world).unwrap();
    let draw = |seed, among| {
        let choice = Choice::Drawn { seed, among };
        launch::buy(world.catalogue(), &asked, |_| true, choice).at.unwrap()
    };
    let mut counts = [0_u32; 6];
    for seed in 0..6000 {
        let at = draw(seed, 6);
        assert_eq!(at, draw(seed, 6));
        counts[asked.overrides.iter().position(|own| *own == at).unwrap()] += 1;
    }
    let band = |at: &Override| world.catalogue().get(at.id).band.unwrap().share();
    let sum: f64 = asked.overrides[..6].iter().map(|at| 1.0 / band(at)).sum();
    for (at, count) in asked.overrides.iter().zip(counts) {
        let expected = 6000.0 / band(at) / sum;
        // Within four standard deviations.
        assert!((f64::from(count) - expected).abs() < 4.0 * expected.sqrt(), "{counts:?} {expected}");
    }
    assert!((0..50).all(|seed| draw(seed, 1) == asked.overrides[0]));
}

#[test]
fn on_demand_a_draw_is_of_the_cheapest_zones() {
    let world = world(&[], 500);
    let asked = fleet(&world).unwrap();
    let draw = |seed| launch::buy(world.catalogue(), &asked, |_| true, Choice::Drawn { seed, among: 10 }).at.unwrap();
    let drawn: Vec<_> = (0..60).map(draw).collect();
    assert!(drawn.iter().all(|at| world.catalogue().get(at.id).vcpus == 2));
    assert_eq!(drawn.iter().map(|at| at.zone).collect::<BTreeSet<_>>().len(), 3);
}

#[test]
fn a_node_is_what_was_bought() {
    let mut world = world(&[], 500);
    world.pools[0].labels.insert("team".to_owned(), "blue".to_owned());
    world.pools[0].startup_taints.push(taint("agent-not-ready", Effect::NoExecute));
    let claim = claim(&world);
    let at = launch::fleet(world.view(), &claim).unwrap().overrides[0];
    let node = launch::node(world.view(), &claim, &at, OnDemand, "ip-10-0-0-1");
    assert_eq!((node.instance_type.as_str(), node.zone.as_str(), node.price), ("c6g.large", "eu-north-1a", 0.073));
    assert_eq!((node.size.cpu, node.allocatable.cpu, node.allocatable.pods), (2000, 1930, 29));
    let label = |key: &str| node.labels.get(key).map(String::as_str);
    let expected = [
        ("team", "blue"),
        ("karpenter.sh/nodepool", "p"),
        ("karpenter.sh/capacity-type", "on-demand"),
        ("kubernetes.io/hostname", "ip-10-0-0-1"),
        ("topology.kubernetes.io/zone", "eu-north-1a"),
        ("node.kubernetes.io/instance-type", "c6g.large"),
        ("kubernetes.io/arch", "arm64"),
    ];
    for (key, value) in expected {
        assert_eq!(label(key), Some(value), "{key}");
    }
    assert_eq!(label("karpenter.k8s.aws/instance-local-nvme"), None);
    assert_eq!(node.taints.len(), 1);
    // It takes its pod, once it is up.
    world.nodes.push(synth_twin::pods::Node { registered: Some(Time::ZERO), ..node });
    assert_eq!(world.existing(&world.plan()), [("ip-10-0-0-1", 1)]);
}

#[test]
fn the_worst_price_is_that_of_the_capacity_type_that_is_bought() {
    let world = world(&[among(CAPACITY, BOTH), among(CPU, &["2"])], 500);
    let market = Market::new(world.view());
    let id = world.catalogue().named("c6g.large").unwrap();
    let mut rules = claim(&world).requirements;
    let spot = market.worst(id, &rules);
    assert!(spot < 0.03, "{spot}");
    rules.add(CAPACITY, Requirement::one("on-demand"));
    assert!((market.worst(id, &rules) - 0.073).abs() < 1e-9);
    rules.add(CAPACITY, Requirement::one("spot"));
    assert!(market.worst(id, &rules).is_infinite() && market.cheapest(id, &rules).is_infinite());
}
