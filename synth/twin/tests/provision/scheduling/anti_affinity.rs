use synth_twin::pods::ZONE;

use super::world::{HOSTNAME, World, among, apart, claim, pool, workload};

#[test]
fn pods_that_keep_apart_get_a_node_each() {
    let mut world = World::new(vec![pool("p", &[])]);
    let node = world.node("n", "a");
    let mut of = workload("a", 100);
    of.anti_affinity.push(apart(HOSTNAME, "a", None));
    world.bound(of.clone(), node);
    world.wait(of, 3);
    world.wait(workload("b", 50), 1);
    let plan = world.plan();
    assert_eq!((world.existing(&plan), plan.claims.len()), (vec![("n", 1)], 3));
}

#[test]
fn others_keep_away_from_pods_that_want_it() {
    let mut world = World::new(vec![pool("p", &[])]);
    let node = world.node("n", "a");
    let mut lonely = workload("lonely", 100);
    lonely.anti_affinity.push(apart(HOSTNAME, "b", None));
    let lonely = world.bound(lonely, node);
    world.wait(workload("b", 50), 2);
    assert_eq!(world.claims(&world.plan()), [claim("p", 2, "abc", 2)]);
    // Within one run, too.
    world.pods[lonely.0].node = None;
    let plan = world.plan();
    assert_eq!((world.existing(&plan), plan.claims.len()), (vec![("n", 1)], 1));
}

#[test]
fn a_claim_that_may_be_in_any_zone_blocks_all_of_them() {
    let mut world = World::new(vec![pool("p", &[])]);
    let mut of = workload("a", 500);
    of.anti_affinity.push(apart(ZONE, "a", None));
    world.wait(of.clone(), 2);
    let plan = world.plan();
    assert_eq!((world.claims(&plan), plan.unschedulable.len()), (vec![claim("p", 1, "abc", 2)], 1));
    // The next run sees where it came to be.
    let node = world.node("n", "b");
    world.bound(of.clone(), node);
    world.pods.remove(0);
    assert_eq!(world.claims(&world.plan()), [claim("p", 1, "ac", 2)]);
    // One that is pinned blocks its own zone alone.
    let mut world = World::new(vec![pool("p", &[])]);
    of.node_terms = vec![vec![among(ZONE, &["eu-north-1a"])]];
    world.wait(of.clone(), 1);
    of.node_terms.clear();
    of.requests.cpu = 400;
    world.wait(of, 1);
    assert_eq!(world.claims(&world.plan()), [claim("p", 1, "a", 2), claim("p", 1, "bc", 2)]);
}
