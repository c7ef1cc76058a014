use synth_twin::pods::{Effect, Template, ZONE};

use super::world::{FAMILY, HOSTNAME, World, among, apart, claim, pool, spread, taint, workload};

fn soft(key: &str) -> Template {
    let mut of = workload("a", 500);
    of.spreads.push(spread(key, "a"));
    of.spreads[0].hard = false;
    of
}

#[test]
fn a_new_node_is_preferred_to_giving_up_a_wish() {
    let mut world = World::new(vec![pool("p", &[])]);
    world.wait(soft(HOSTNAME), 3);
    let plan = world.plan();
    assert_eq!((plan.claims.len(), plan.relaxations), (3, 0));
    world.pools[0].limit_cpu = Some(8000);
    let plan = world.plan();
    assert_eq!((plan.claims.len(), plan.relaxations), (2, 1));
    world.settings.ignores_preferences = true;
    let plan = world.plan();
    assert_eq!((plan.claims.len(), plan.relaxations), (1, 0));
}

#[test]
fn keeping_apart_may_be_a_wish() {
    let mut world = World::new(vec![pool("p", &[])]);
    let mut of = workload("a", 500);
    of.anti_affinity.push(apart(HOSTNAME, "a", Some(100)));
    world.wait(of, 3);
    assert_eq!(world.plan().claims.len(), 3);
    world.pools[0].limit_cpu = Some(4000);
    let plan = world.plan();
    assert_eq!((plan.claims.len(), plan.relaxations), (1, 2));
    world.settings.ignores_preferences = true;
    assert_eq!(world.plan().relaxations, 0);
}

#[test]
fn the_heaviest_wish_about_nodes_holds_until_it_is_given_up() {
    let mut world = World::new(vec![pool("p", &[among(FAMILY, &["c6g", "m6g"])])]);
    let mut of = workload("a", 500);
    of.preferred_nodes = vec![
        (10, vec![among(ZONE, &["eu-north-1b"])]),
        (50, vec![among(ZONE, &["eu-north-1z"])]),
        (20, vec![among(FAMILY, &["m6g"])]),
    ];
    world.wait(of, 1);
    let plan = world.plan();
    // The heaviest cannot be had; then the next one counts alone.
    assert_eq!((world.claims(&plan), plan.relaxations), (vec![claim("p", 1, "abc", 2)], 1));
    assert!(plan.claims[0].types.iter().all(|id| world.catalogue().get(*id).name.starts_with("m6g")));
    world.settings.ignores_preferences = true;
    assert_eq!(world.claims(&world.plan()), [claim("p", 1, "abc", 4)]);
}

#[test]
fn alternatives_are_tried_in_turn() {
    let mut world = World::new(vec![pool("p", &[])]);
    let mut of = workload("a", 500);
    of.node_terms = ["z", "y", "c", "a"].map(|zone| vec![among(ZONE, &[&format!("eu-north-1{zone}")])]).to_vec();
    world.wait(of, 1);
    let plan = world.plan();
    assert_eq!((world.claims(&plan), plan.relaxations), (vec![claim("p", 1, "c", 2)], 2));
}

#[test]
fn wishes_go_in_karpenters_order() {
    let mut world = World::new(vec![pool("p", &[])]);
    world.pools[0].taints.push(taint("rather-not", Effect::PreferNoSchedule));
    let mut of = workload("a", 500);
    let nowhere = || vec![among(ZONE, &["eu-north-1z"])];
    of.node_terms = vec![nowhere(), vec![among(ZONE, &["eu-north-1a"])]];
    of.preferred_nodes = vec![(1, nowhere()), (2, nowhere())];
    of.anti_affinity.push(apart(HOSTNAME, "a", Some(1)));
    of.spreads.push(spread(HOSTNAME, "a"));
    of.spreads[0].hard = false;
    world.wait(of, 1);
    // One alternative, keeping apart, two wishes about nodes, the spread, and the taint last.
    let plan = world.plan();
    assert_eq!((world.claims(&plan), plan.relaxations), (vec![claim("p", 1, "a", 2)], 6));
    world.pools[0].taints.clear();
    let plan = world.plan();
    assert_eq!((world.claims(&plan), plan.relaxations), (vec![claim("p", 1, "a", 2)], 4));
}

#[test]
fn a_pod_that_found_nothing_has_all_its_wishes_again() {
    let mut world = World::new(vec![pool("p", &[])]);
    world.pools[0].limit_cpu = Some(0);
    world.wait(soft(HOSTNAME), 2);
    let plan = world.plan();
    assert_eq!((plan.unschedulable.len(), plan.relaxations), (2, 0));
}
