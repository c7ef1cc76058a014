//! Who gives way.

use std::{collections::BTreeMap, sync::Arc};

use synth_twin::{
    pods::{AntiAffinity, HOSTNAME, NodeId, PodId, Template},
    scheduler::{Budget, Preemption, Victims},
    time::Time,
};

use crate::world::{World, asking, by_zone, label, node, spread};

/// Pods of a priority.
fn important(app: &str, cpu: i64, priority: i64) -> Arc<Template> {
    Arc::new(Template { priority, ..asking(app, cpu, 64) })
}

fn two() -> World {
    World::new(vec![node("n1", "a", 2000, 4096), node("n2", "b", 2000, 4096)])
}

/// Who gives way to a pod of priority 1000 that asks for so much.
fn chosen(world: &mut World, cpu: i64) -> Victims {
    let id = world.waiting(&important("high", cpu, 1000));
    match world.tried(id).preemption {
        Preemption::Chosen(victims) => victims,
        other => panic!("{other:?}"),
    }
}

fn victims(world: &mut World, cpu: i64) -> (usize, Vec<PodId>) {
    let chosen = chosen(world, cpu);
    assert_eq!(chosen.equals, 1, "a tie decides nothing: {chosen:?}");
    (chosen.node.0, chosen.pods)
}

#[test]
fn the_lowest_highest_priority_gives_way_even_if_more_pods_do() {
    let mut world = two();
    world.running(&important("mid", 1500, 100), 0, 0, 1);
    let low = world.running(&important("low", 500, 0), 1, 0, 4);
    // n1: one of 100; n2: three of 0 for 1500m, the youngest places of equal start: the first is spared.
    assert_eq!(victims(&mut world, 1500), (1, low[1..].to_vec()));
}

#[test]
fn then_the_smallest_sum_of_priorities_then_fewest() {
    let mut world = two();
    world.running(&important("low", 1000, 0), 0, 0, 2);
    world.running(&important("low", 1000, 0), 1, 0, 1);
    world.running(&important("below", 1000, -10), 1, 0, 1);
    // Both have 0 as their highest; 0 + 0 against 0 − 10.
    assert_eq!(victims(&mut world, 1500), (1, vec![PodId(2), PodId(3)]));
    let mut world = two();
    world.running(&important("low", 500, -10), 0, 0, 4);
    world.running(&important("low", 1000, -10), 1, 0, 2);
    // Each victim weighs 2³¹ besides its priority: 3·(2³¹ − 10) against 2·(2³¹ − 10).
    assert_eq!(victims(&mut world, 1500), (1, vec![PodId(4), PodId(5)]));
}

#[test]
fn then_the_node_whose_most_important_victims_started_last() {
    let mut world = two();
    for (node, second) in [(0, 100), (0, 5000), (1, 900), (1, 901)] {
        world.running(&important("low", 1000, 0), node, second, 1);
    }
    // The earliest of each: 100 and 900.
    assert_eq!(victims(&mut world, 1500), (1, vec![PodId(2), PodId(3)]));
}

#[test]
fn what_is_left_is_chance() {
    let mut world = two();
    world.running(&important("low", 1000, 0), 0, 100, 2);
    world.running(&important("low", 1000, 0), 1, 100, 2);
    let chosen = chosen(&mut world, 1500);
    assert_eq!((chosen.equals, chosen.node), (2, NodeId(0)), "by name");
}

#[test]
fn who_can_stay_stays_the_most_important_and_longest_running_first() {
    let mut world = World::new(vec![node("n1", "a", 2000, 4096)]);
    world.running(&important("low", 500, 0), 0, 300, 1);
    world.running(&important("low", 500, 0), 0, 200, 1);
    world.running(&important("below", 500, -10), 0, 1, 1);
    world.running(&important("peer", 500, 1000), 0, 900, 1);
    // 500 of 2000 are a peer's: 1000 are wanted, so 500 may stay: of the two of 0 the one since 200.
    assert_eq!(victims(&mut world, 1000), (0, vec![PodId(0), PodId(2)]));
}

#[test]
fn an_equal_is_no_victim_and_never_means_never() {
    let mut world = two();
    world.running(&important("peer", 1000, 1000), 0, 0, 2);
    world.running(&important("low", 1000, 0), 1, 0, 1);
    let reasons = |preemption| match preemption {
        Preemption::Nobody(reasons) => reasons,
        other => panic!("{other:?}"),
    };
    let id = world.waiting(&important("high", 3000, 1000));
    let all: BTreeMap<_, _> = [("Preemption is not helpful for scheduling", 2)].into();
    assert_eq!(reasons(world.tried(id).preemption), all, "no node is as large");
    let id = world.waiting(&important("high", 1500, 0));
    let all: BTreeMap<_, _> = [("No preemption victims found for incoming pod", 2)].into();
    assert_eq!(reasons(world.tried(id).preemption), all);
    let never = Template { never_preempts: true, ..(*important("high", 1500, 1000)).clone() };
    let id = world.waiting(&Arc::new(never));
    let attempt = world.tried(id);
    assert_eq!(attempt.preemption, Preemption::Never);
    assert_eq!(
        attempt.message().unwrap(),
        "0/2 nodes are available: 2 Insufficient cpu. no new claims to deallocate, preemption: not eligible due to \
         preemptionPolicy=Never."
    );
}

#[test]
fn budgets_are_kept_where_that_is_possible_and_broken_where_not() {
    let budget =
        |app: &str, allowed| Budget { namespace: "default".to_owned(), selector: vec![label("app", app)], allowed };
    let mut world = two();
    world.running(&important("low", 1000, 0), 0, 0, 2);
    world.running(&important("mid", 1000, 100), 1, 0, 2);
    world.budgets = vec![budget("low", 1)];
    // n1 would break the budget by one; n2 breaks none, though its pods are more important.
    assert_eq!(victims(&mut world, 1500), (1, vec![PodId(2), PodId(3)]));
    world.budgets.push(budget("mid", 0));
    let chosen = chosen(&mut world, 1500);
    assert_eq!((chosen.node.0, chosen.violations), (0, 1), "one broken against two");
    // Whom a budget keeps is spared before a more important one that none keeps.
    let mut world = World::new(vec![node("n1", "a", 2000, 4096)]);
    world.running(&important("kept", 1000, -10), 0, 0, 1);
    world.running(&important("low", 1000, 0), 0, 0, 1);
    world.budgets = vec![budget("kept", 0)];
    assert_eq!(victims(&mut world, 1000), (0, vec![PodId(1)]));
}

#[test]
fn the_pod_waits_for_its_node_and_takes_it_even_if_another_is_emptier_then() {
    let mut world = two();
    let low = world.running(&important("low", 2000, 0), 0, 0, 1)[0];
    world.running(&important("peer", 2000, 1000), 1, 0, 1);
    let high = world.waiting(&important("high", 1500, 1000));
    let Preemption::Chosen(chosen) = world.tried(high).preemption else { panic!("nobody gives way") };
    assert_eq!((chosen.node, chosen.pods), (NodeId(0), vec![low]));
    world.pods[high.0].nominated = Some(NodeId(0));
    world.scheduler.note(&world.pods, high);
    world.leaves(low);
    assert_eq!(world.tried(high).preemption, Preemption::Awaited, "who gives way is still there");
    // One of lower priority does not take the room that was made, and one of higher does.
    world.nodes.push(node("n3", "c", 8000, 8192));
    world.pods[low.0].gone = Some(Time::ZERO);
    world.scheduler.note(&world.pods, low);
    let small = world.waiting(&important("small", 1000, 500));
    let refused: Vec<_> = world.tried(small).refused.into_iter().map(|(node, _)| node.0).collect();
    assert_eq!(refused, [0, 1]);
    let higher = world.waiting(&important("higher", 1000, 2000));
    assert!(world.tried(higher).refused.iter().all(|(node, _)| node.0 != 0));
    let attempt = world.tried(high);
    assert_eq!((attempt.node, attempt.scores.len()), (Some(NodeId(0)), 1), "no other node is looked at");
}

#[test]
fn pods_of_lower_priority_that_waited_for_the_node_no_longer_do() {
    let mut world = World::new(vec![node("n1", "a", 2000, 4096)]);
    world.running(&important("low", 2000, 0), 0, 0, 1);
    let first = world.waiting(&important("mid", 1500, 100));
    world.pods[first.0].nominated = Some(NodeId(0));
    world.scheduler.note(&world.pods, first);
    assert_eq!(chosen(&mut world, 1500).outbid, [first]);
}

#[test]
fn a_spread_and_anti_affinity_make_pods_give_way_too() {
    let mut world = two();
    let standing = spread(asking("s", 100, 64), by_zone("s"));
    let ids = world.running(&standing, 0, 0, 2);
    world.running(&important("full", 2000, 1000), 1, 0, 1);
    let coming = Arc::new(Template { priority: 1000, ..(*standing).clone() });
    let id = world.waiting(&coming);
    // n1 has 2, n2 0: one may be there beside the new one, none beside two.
    let Preemption::Chosen(chosen) = world.tried(id).preemption else { panic!("nobody gives way") };
    assert_eq!((chosen.node.0, chosen.pods), (0, ids));
    let mut world = World::new(vec![node("n1", "a", 2000, 4096)]);
    world.running(&important("b", 100, 0), 0, 0, 1);
    world.running(&important("c", 100, -10), 0, 0, 1);
    let rule = AntiAffinity { key: HOSTNAME.to_owned(), selector: vec![label("app", "b")], weight: None };
    let apart = Template { anti_affinity: vec![rule], ..(*important("a", 100, 1000)).clone() };
    let id = world.waiting(&Arc::new(apart));
    let Preemption::Chosen(chosen) = world.tried(id).preemption else { panic!("nobody gives way") };
    assert_eq!(chosen.pods, [PodId(0)]);
}

/// Headroom: pods of priority −10 that ask for a node's worth, and are gone in one cycle.
#[test]
fn headroom_gives_way_to_a_pod_of_no_priority_class() {
    let mut world = two();
    world.running(&important("headroom", 1900, -10), 0, 0, 1);
    world.running(&important("service", 1900, 0), 1, 0, 1);
    let id = world.waiting(&important("service", 500, 0));
    let Preemption::Chosen(chosen) = world.tried(id).preemption else { panic!("nobody gives way") };
    assert_eq!((chosen.node.0, chosen.pods), (0, vec![PodId(0)]));
}
