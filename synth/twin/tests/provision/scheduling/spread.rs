use synth_twin::{
    karpenter::{Plan, provision::Question},
    pods::{Effect, PodId, ZONE},
    time::Time,
};

use super::world::{FAMILY, HOSTNAME, World, among, bears, claim, pool, spread, taint, workload};

fn spread_over(key: &str, cpu: i64) -> synth_twin::pods::Template {
    let mut of = workload("a", cpu);
    of.spreads.push(spread(key, "a"));
    of
}

/// Pods by zone.
fn zones(world: &World, plan: &Plan) -> Vec<(String, usize)> {
    let mut zones: Vec<_> = world.claims(plan).into_iter().map(|(_, pods, zones, _)| (zones, pods)).collect();
    zones.sort();
    zones
}

fn expected(zones: &[(&str, usize)]) -> Vec<(String, usize)> {
    zones.iter().map(|(zone, pods)| ((*zone).to_owned(), *pods)).collect()
}

#[test]
fn every_zone_of_the_pool_counts() {
    let mut world = World::new(vec![pool("p", &[])]);
    world.wait(spread_over(ZONE, 500), 5);
    assert_eq!(zones(&world, &world.plan()), expected(&[("a", 2), ("b", 2), ("c", 1)]));
    world.pools[0] = pool("p", &[among(ZONE, &["eu-north-1a", "eu-north-1c"])]);
    assert_eq!(zones(&world, &world.plan()), expected(&[("a", 2), ("c", 3)]));
}

#[test]
fn pods_that_run_count_where_they_are() {
    let mut world = World::new(vec![pool("p", &[])]);
    let node = world.node_of("c6g.large", "n", "a");
    for _ in 0..2 {
        world.bound(spread_over(ZONE, 900), node);
    }
    world.wait(spread_over(ZONE, 900), 2);
    assert_eq!(zones(&world, &world.plan()), expected(&[("b", 1), ("c", 1)]));
    // Those that end do not, nor those that are to be placed.
    world.pods[0].deleting = Some(Time::ZERO);
    world.pods[1].deleting = Some(Time::ZERO);
    assert_eq!(zones(&world, &world.plan()), expected(&[("a", 1), ("b", 1)]));
    world.pods[0].deleting = None;
    world.pods[1].deleting = None;
    let pods = [0, 1, 2, 3].map(PodId);
    let plan = world.ask(Question { pods: &pods, marked: &[node], ..Question::default() });
    assert_eq!(zones(&world, &plan), expected(&[("a", 2), ("b", 1), ("c", 1)]));
}

#[test]
fn with_fewer_domains_than_asked_for_the_least_is_none() {
    let mut world = World::new(vec![pool("p", &[among(ZONE, &["eu-north-1a"])])]);
    let mut of = spread_over(ZONE, 500);
    world.wait(of.clone(), 3);
    assert_eq!(zones(&world, &world.plan()), expected(&[("a", 3)]));
    of.spreads[0].min_domains = Some(2);
    let mut world = World::new(vec![pool("p", &[among(ZONE, &["eu-north-1a"])])]);
    world.wait(of, 3);
    let plan = world.plan();
    assert_eq!((zones(&world, &plan), plan.unschedulable.len()), (expected(&[("a", 1)]), 2));
}

#[test]
fn zones_that_a_pod_may_not_have_do_not_count() {
    let mut world = World::new(vec![pool("p", &[])]);
    let mut of = spread_over(ZONE, 500);
    of.node_terms = vec![vec![among(ZONE, &["eu-north-1a", "eu-north-1b"])]];
    world.wait(of, 5);
    assert_eq!(zones(&world, &world.plan()), expected(&[("a", 2), ("b", 3)]));
}

#[test]
fn zones_behind_a_taint_count_unless_taints_are_honored() {
    let mut tainted = pool("tainted", &[among(ZONE, &["eu-north-1c"])]);
    tainted.taints.push(taint("own", Effect::NoSchedule));
    let mut world = World::new(vec![pool("p", &[among(ZONE, &["eu-north-1a", "eu-north-1b"])]), tainted]);
    let mut of = spread_over(ZONE, 500);
    world.wait(of.clone(), 5);
    let plan = world.plan();
    // Nobody can go to c, which stays at none.
    assert_eq!((zones(&world, &plan), plan.unschedulable.len()), (expected(&[("a", 1), ("b", 1)]), 3));
    of.spreads[0].honors_taints = true;
    world.pods.clear();
    world.wait(of.clone(), 5);
    assert_eq!(zones(&world, &world.plan()), expected(&[("a", 2), ("b", 3)]));
    of.tolerations.push(bears("own"));
    world.pods.clear();
    world.wait(of, 5);
    assert_eq!(zones(&world, &world.plan()), expected(&[("a", 2), ("b", 1), ("c", 2)]));
}

#[test]
fn a_spread_over_hosts_makes_as_many_nodes() {
    let mut world = World::new(vec![pool("p", &[])]);
    let node = world.node("n", "a");
    let mut of = spread_over(HOSTNAME, 100);
    world.wait(of.clone(), 4);
    let plan = world.plan();
    assert_eq!((world.existing(&plan), plan.claims.len()), (vec![("n", 1)], 3));
    world.bound(of.clone(), node);
    assert_eq!(world.plan().claims.len(), 4);
    of.spreads[0].max_skew = 2;
    world.pods.clear();
    world.wait(of, 4);
    assert_eq!(world.plan().claims.len(), 1);
}

#[test]
fn a_pod_that_its_own_spread_does_not_select_counts_for_nothing() {
    let mut world = World::new(vec![pool("p", &[])]);
    let node = world.node("n", "a");
    world.bound(workload("b", 100), node);
    let mut of = workload("a", 100);
    of.spreads = vec![spread(HOSTNAME, "b"), spread(ZONE, "b")];
    world.wait(of, 3);
    // One of b is on the node and in its zone: as many more as there is one too many.
    assert_eq!(world.existing(&world.plan()), [("n", 3)]);
    world.bound(workload("b", 100), node);
    assert_eq!(world.claims(&world.plan()), [claim("p", 3, "b", 2)]);
}

#[test]
fn pods_that_failed_are_tried_again_while_others_get_on() {
    let mut world = World::new(vec![pool("p", &[among(ZONE, &["eu-north-1a", "eu-north-1b"])])]);
    // Both kinds count for one spread, and each may be in one zone only: they must take turns, more than once.
    let only = |zone: &str| {
        let mut of = spread_over(ZONE, 300);
        of.spreads[0].honors_affinity = false;
        // The second alternative is what makes both zones count; the first is what holds.
        of.node_terms = vec![vec![among(ZONE, &[zone])], vec![among(ZONE, &["eu-north-1a", "eu-north-1b"])]];
        of
    };
    world.wait(only("eu-north-1a"), 5);
    world.wait(only("eu-north-1b"), 5);
    let plan = world.plan();
    assert_eq!((plan.unschedulable.len(), plan.claims.iter().map(|claim| claim.pods.len()).sum::<usize>()), (0, 10));
}

#[test]
fn a_pod_counts_for_others_once_its_zone_is_known() {
    let mut world = World::new(vec![pool("p", &[])]);
    let mut loose = workload("a", 1000);
    loose.node_terms = vec![vec![among(ZONE, &["eu-north-1a", "eu-north-1b"])]];
    world.wait(loose, 1);
    world.wait(spread_over(ZONE, 500), 1);
    assert_eq!(world.claims(&world.plan()), [claim("p", 2, "a", 2)]);
}

#[test]
fn a_claim_without_a_type_in_one_zone_may_do_for_the_next() {
    // m8id is offered in zones a and c.
    let mut side = pool("side", &[among(ZONE, &["eu-north-1b"])]);
    side.taints.push(taint("own", Effect::NoSchedule));
    let mut world = World::new(vec![pool("p", &[among(FAMILY, &["m8id"])]), side]);
    let node = world.node_of("c6g.large", "n", "a");
    world.bound(spread_over(ZONE, 1900), node);
    world.wait(workload("b", 1000), 1);
    // It must go to b, where its pool has nothing, until the next one is there; then to c, on the claim that is there.
    world.wait(spread_over(ZONE, 500), 1);
    let mut bold = spread_over(ZONE, 400);
    bold.tolerations.push(bears("own"));
    bold.node_terms = vec![vec![among(ZONE, &["eu-north-1b"])]];
    world.wait(bold, 1);
    let plan = world.plan();
    assert_eq!(
        (world.claims(&plan), plan.unschedulable.len()),
        (vec![claim("p", 2, "c", 2), claim("side", 1, "b", 2)], 0)
    );
}

#[test]
fn lots_decide_between_zones_that_are_equally_good() {
    let mut world = World::new(vec![pool("p", &[])]);
    let pods = world.wait(spread_over(ZONE, 500), 1);
    let drawn = |lots| zones(&world, &world.ask(Question { pods: &pods, lots, ..Question::default() }))[0].0.clone();
    assert_eq!(drawn(0), "a");
    let all: std::collections::BTreeSet<String> = (1..40).map(drawn).collect();
    assert_eq!(all.len(), 3);
    assert_eq!(drawn(7), drawn(7));
}

#[test]
fn a_pool_spreads_over_what_else_its_types_have() {
    let mut world = World::new(vec![pool("p", &[among("karpenter.k8s.aws/instance-family", &["c6g", "c6i"])])]);
    world.wait(spread_over("kubernetes.io/arch", 1500), 2);
    let plan = world.plan();
    assert_eq!(world.claims(&plan), [claim("p", 1, "abc", 2), claim("p", 1, "abc", 2)]);
    assert!(plan.claims[0].types.iter().all(|id| !plan.claims[1].types.contains(id)));
}
