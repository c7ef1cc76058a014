//! What nodes score.

use std::sync::Arc;

use synth_twin::{
    pods::{AntiAffinity, Effect, HOSTNAME, Operator, Spread, Template, Toleration, ZONE},
    resources::Resources,
    scheduler::{Attempt, Parts, balanced, image_locality, least_allocated},
};

use crate::world::{World, asking, by_zone, label, labelled, node, spread, tainted};

/// A part of each node's score, in the order of the nodes.
fn each(attempt: &Attempt, part: fn(&Parts) -> i64) -> Vec<i64> {
    let mut scores: Vec<_> = attempt.scores.iter().collect();
    scores.sort_by_key(|score| score.node);
    scores.into_iter().map(|score| part(&score.parts)).collect()
}

#[test]
fn least_allocated_is_the_mean_of_what_would_be_left() {
    let node = Resources::of(2000, 4096);
    // (2000 − 500)·100/2000 = 75, (4096 − 1024)·100/4096 = 75.
    assert_eq!(least_allocated(Resources::of(500, 1024), node), 75);
    // (2000 − 1501)·100/2000 = 24.95 → 24, (4096 − 1024)·100/4096 = 75; (24 + 75)/2 = 49.5 → 49.
    assert_eq!(least_allocated(Resources::of(1501, 1024), node), 49);
    // More than all counts as nothing left: (0 + 75)/2 = 37.5 → 37.
    assert_eq!(least_allocated(Resources::of(2001, 1024), node), 37);
    // What the node has nothing of is left out: 75/1.
    assert_eq!(least_allocated(Resources::of(500, 1024), Resources::of(2000, 0)), 75);
}

#[test]
fn balance_rewards_a_pod_that_evens_out() {
    let node = Resources::of(2000, 4096);
    // Before and after: |0 − 0|/2 = 0 and |0.25 − 0.25|/2 = 0, so 50 + (50 + 100 − 100)/2 = 75.
    assert_eq!(balanced(Resources::default(), Resources::of(500, 1024), node), 75);
    // Before |0.5 − 0|/2 = 0.25 → 75, after |0.5 − 0.5|/2 → 100: 50 + (50 + 100 − 75)/2 = 87.5 → 87.
    assert_eq!(balanced(Resources::of(1000, 0), Resources::of(0, 2048), node), 87);
    // Before 100, after |0.5 − 0|/2 = 0.25 → 75: 50 + (50 + 75 − 100)/2 = 62.5 → 62.
    assert_eq!(balanced(Resources::default(), Resources::of(1000, 0), node), 62);
    assert_eq!(balanced(Resources::default(), Resources::default(), node), 0, "what asks for nothing is not scored");
}

#[test]
fn a_small_image_is_worth_nothing_and_a_large_one_by_its_spread() {
    let mebibyte = 1 << 20;
    assert_eq!(image_locality(5 * mebibyte, 3, 3), 0);
    assert_eq!(image_locality(23 * mebibyte, 3, 3), 0);
    // (500 − 23)/(1000 − 23) = 48.8 %; on half of the nodes (250 − 23)/977 = 23.2 %.
    assert_eq!(image_locality(500 * mebibyte, 4, 4), 48);
    assert_eq!(image_locality(500 * mebibyte, 2, 4), 23);
    assert_eq!(image_locality(4000 * mebibyte, 1, 1), 100);
}

#[test]
fn a_node_that_holds_the_image_is_preferred() {
    let template = Arc::new(Template { workload: "w".to_owned(), ..asking("a", 100, 100) });
    let mut world = World::new(vec![node("n1", "a", 2000, 4096), node("n2", "a", 2000, 4096)]);
    world.scheduler.pulled("w", synth_twin::pods::NodeId(1), 600 << 20);
    let attempt = world.placed(&template);
    // 600 MiB on one of two nodes: (300 − 23)/977 = 28 %.
    assert_eq!(each(&attempt, |parts| parts.image), [0, 28]);
    assert_eq!(attempt.node, Some(synth_twin::pods::NodeId(1)));
}

/// The facts' example: on two m5.large (1.93 vCPU, about 6.9 GiB), the one with 1.5 vCPU used scores less.
#[test]
fn pods_spread_and_are_not_packed() {
    let mut world = World::new(vec![node("n1", "a", 1930, 7066), node("n2", "a", 1930, 7066)]);
    let (one, used) = (Arc::new(asking("a", 300, 256)), Arc::new(asking("b", 1500, 1024)));
    world.running(&used, 0, 0, 1);
    let attempt = world.placed(&one);
    let rooms = each(&attempt, |parts| parts.room);
    // n1: (1930 − 1800)·100/1930 = 6, (7066 − 1280)·100/7066 = 81 → 43; n2: 84 and 96 → 90.
    assert_eq!(rooms, [43, 90]);
    assert_eq!(attempt.node.map(|node| node.0), Some(1));
}

#[test]
fn a_pod_that_asks_for_nothing_is_scored_as_100m_and_200_mib_by_room_alone() {
    let mut world = World::new(vec![node("n1", "a", 1000, 2000), node("n2", "a", 2000, 1000)]);
    let none = Arc::new(asking("a", 0, 0));
    let attempt = world.placed(&none);
    // n1: 90 and 90 → 90; n2: 95 and 80 → 87.5 → 87. Balance is 0 for both.
    let parts: Vec<_> = attempt.scores.iter().map(|score| (score.parts.room, score.parts.balance)).collect();
    assert_eq!(parts, [(90, 0), (87, 0)]);
    // The second: n1 80 and 80 → 80; n2 still 87.
    assert_eq!(world.places(&none, 1), "n2");
}

#[test]
fn total_weighs_taints_three_times_and_affinities_twice() {
    let mut world = World::new(vec![
        tainted(labelled(node("n1", "a", 1000, 1000), "kind", "good"), "t", "", Effect::PreferNoSchedule),
        node("n2", "a", 1000, 1000),
    ]);
    let likes = Template { preferred_nodes: vec![(40, vec![label("kind", "good")])], ..asking("a", 100, 100) };
    let attempt = world.placed(&Arc::new(likes));
    let room = 90;
    let [one, two] = [&attempt.scores[0], &attempt.scores[1]];
    assert_eq!(one.parts, Parts { node_affinity: 100, room, balance: 75, ..Parts::default() });
    assert_eq!(two.parts, Parts { taints: 100, room, balance: 75, ..Parts::default() });
    assert_eq!([one.total, two.total], [2 * 100 + 90 + 75, 3 * 100 + 90 + 75]);
}

#[test]
fn taints_are_scored_by_how_many_are_not_borne() {
    let prefer = Effect::PreferNoSchedule;
    let twice = tainted(tainted(node("n1", "a", 1000, 1000), "x", "1", prefer), "y", "1", prefer);
    let mut world =
        World::new(vec![twice, tainted(node("n2", "a", 1000, 1000), "x", "1", prefer), node("n3", "a", 1000, 1000)]);
    let toleration = Toleration { key: Some("y".to_owned()), effect: Some(prefer), ..Toleration::default() };
    let bears = Arc::new(Template { tolerations: vec![toleration], ..asking("a", 10, 10) });
    let of = |attempt| each(&attempt, |parts| parts.taints);
    let id = world.waiting(&bears);
    assert_eq!(of(world.tried(id)), [0, 0, 100], "one not borne on n1 and n2");
    let id = world.waiting(&Arc::new(asking("a", 10, 10)));
    assert_eq!(of(world.tried(id)), [0, 50, 100], "two, one and none");
}

#[test]
fn a_soft_spread_by_zone_scores_by_the_logarithm_of_the_zones() {
    let zones = vec![node("n1", "a", 1000, 1000), node("n2", "b", 1000, 1000), node("n3", "c", 1000, 1000)];
    let mut world = World::new(zones);
    let template = spread(asking("a", 1, 1), Spread { hard: false, max_skew: 3, ..by_zone("a") });
    world.running(&template, 0, 0, 2);
    world.running(&template, 1, 0, 1);
    let attempt = world.placed(&template);
    // Counts 2, 1, 0 times ln(3 + 2) = 1.609, and 3 − 1 = 2: 5.22 → 5, 3.61 → 4, 2. 100·(5 + 2 − s)/5: 40, 60, 100.
    assert_eq!(each(&attempt, |parts| parts.spread), [40, 60, 100]);
}

#[test]
fn soft_spreads_add_up_and_pass_over_nodes_without_their_labels() {
    let nodes = vec![
        labelled(node("n1", "a", 1000, 1000), "rack", "1"),
        labelled(node("n2", "a", 1000, 1000), "rack", "2"),
        node("n3", "b", 1000, 1000),
    ];
    let mut world = World::new(nodes);
    let soft = |key: &str| Spread { hard: false, key: key.to_owned(), ..by_zone("a") };
    let template = Arc::new(Template { spreads: vec![soft(HOSTNAME), soft("rack")], ..asking("a", 1, 1) });
    world.running(&template, 0, 0, 1);
    let attempt = world.placed(&template);
    // Two hosts and two racks: ln(4) = 1.386 each; n1 2.77 → 3, n2 0, n3 has no rack. 100·(3 + 0 − s)/3: 0, 100; n3 0.
    assert_eq!(each(&attempt, |parts| parts.spread), [0, 100, 0]);
}

#[test]
fn pods_without_spreads_have_those_of_the_system_if_somebody_owns_them() {
    let nodes = || vec![node("n1", "a", 1000, 1000), node("n2", "a", 1000, 1000), node("n3", "b", 1000, 1000)];
    let mut world = World::new(nodes());
    let owned = Arc::new(Template { workload: "w".to_owned(), ..asking("a", 1, 1) });
    world.running(&owned, 0, 0, 1);
    let attempt = world.placed(&owned);
    // Hosts: ln(3 + 2)·n + 2; zones: ln(2 + 2)·n + 4. n1: 1.61 + 2 + 1.39 + 4 = 9, n2: 7.39 → 7, n3: 6. 100·(9 + 6 − s)/9.
    assert_eq!(each(&attempt, |parts| parts.spread), [66, 88, 100]);
    let mut world = World::new(nodes());
    let nobodys = Arc::new(asking("a", 1, 1));
    world.running(&nobodys, 0, 0, 1);
    let attempt = world.placed(&nobodys);
    assert_eq!(each(&attempt, |parts| parts.spread), [0, 0, 0]);
}

#[test]
fn preferred_anti_affinity_counts_on_both_sides() {
    let nodes = || vec![node("n1", "a", 1000, 1000), node("n2", "a", 1000, 1000), node("n3", "b", 1000, 1000)];
    let rule = AntiAffinity { key: ZONE.to_owned(), selector: vec![label("app", "b")], weight: Some(10) };
    let a = Arc::new(Template {
        anti_affinity: vec![AntiAffinity { key: HOSTNAME.to_owned(), ..rule.clone() }, rule],
        ..asking("a", 1, 1)
    });
    let b = Arc::new(asking("b", 1, 1));
    let of = |attempt| each(&attempt, |parts| parts.pod_affinity);
    let mut world = World::new(nodes());
    world.running(&b, 0, 0, 2);
    // n1: 2·10 by host and 2·10 by zone = −40, n2: −20, n3: 0.
    assert_eq!(of(world.placed(&a)), [0, 50, 100]);
    let mut world = World::new(nodes());
    world.running(&a, 0, 0, 1);
    // The pod that is there dislikes the one that comes: n1 −20, n2 −10, n3 0.
    assert_eq!(of(world.placed(&b)), [0, 50, 100]);
}

#[test]
fn greater_and_lesser_values_are_preferred_as_numbers() {
    let nodes = vec![
        labelled(node("n1", "a", 1000, 1000), "gen", "10"),
        labelled(node("n2", "a", 1000, 1000), "gen", "9"),
        labelled(node("n3", "a", 1000, 1000), "gen", "x"),
    ];
    let mut world = World::new(nodes);
    let rule = |operator, value: &str| synth_twin::pods::Expression {
        key: "gen".to_owned(),
        operator,
        values: vec![value.to_owned()],
    };
    let preferred_nodes = vec![(60, vec![rule(Operator::Gt, "9")]), (30, vec![rule(Operator::Lt, "10")])];
    let attempt = world.placed(&Arc::new(Template { preferred_nodes, ..asking("a", 1, 1) }));
    assert_eq!(each(&attempt, |parts| parts.node_affinity), [100, 50, 0]);
}
