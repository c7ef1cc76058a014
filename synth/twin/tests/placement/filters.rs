//! Which nodes take a pod, and what is said of those that do not.

use std::sync::Arc;

use synth_twin::{
    pods::{AntiAffinity, Effect, Expression, HOSTNAME, Node, NodeId, Operator, Spread, Template, Toleration, ZONE},
    scheduler::{Refusal, Scheduler, Ties, UNSCHEDULABLE},
    time::Time,
};

use crate::world::{World, asking, by_zone, label, labelled, node, pod, spread, tainted};

fn three() -> Vec<Node> {
    vec![node("n1", "a", 2000, 4096), node("n2", "b", 2000, 4096), node("n3", "c", 2000, 4096)]
}

#[test]
fn requests_fit_exactly_and_not_by_one_more() {
    let mut world = World::new(vec![node("n1", "a", 1000, 1024)]);
    assert_eq!(world.places(&Arc::new(asking("a", 600, 512)), 1), "n1");
    assert_eq!(world.places(&Arc::new(asking("a", 401, 1)), 1), "-");
    assert_eq!(world.places(&Arc::new(asking("a", 400, 512)), 1), "n1");
    assert_eq!(world.places(&Arc::new(asking("a", 0, 0)), 1), "n1", "what asks for nothing fits a full node");
}

#[test]
fn a_pod_that_leaves_holds_its_room_until_it_is_gone() {
    let mut world = World::new(vec![node("n1", "a", 1000, 1024)]);
    let template = Arc::new(asking("a", 1000, 512));
    let old = world.running(&template, 0, 0, 1)[0];
    world.leaves(old);
    let new = world.waiting(&template);
    assert_eq!(world.tried(new).node, None);
    world.pods[old.0].gone = Some(Time::ZERO);
    world.scheduler.note(&world.pods, old);
    assert_eq!(world.tried(new).node, Some(NodeId(0)));
}

#[test]
fn the_message_counts_every_reason_and_sorts_as_the_real_one_does() {
    let mut nodes = vec![
        node("n1", "a", 100, 64),
        node("n2", "a", 100, 4096),
        tainted(node("n3", "a", 9000, 4096), "x", "", Effect::NoExecute),
        tainted(node("n4", "a", 9000, 4096), UNSCHEDULABLE, "", Effect::NoSchedule),
    ];
    nodes[0].allocatable.pods = 0;
    let mut world = World::new(nodes);
    assert_eq!(
        world.message(&Arc::new(asking("a", 200, 128))),
        "0/4 nodes are available: 1 Insufficient memory, 1 Too many pods, 1 node(s) had untolerated taint(s), \
         1 node(s) were unschedulable, 2 Insufficient cpu. no new claims to deallocate, preemption: 0/4 nodes are \
         available: 4 Preemption is not helpful for scheduling."
    );
}

#[test]
fn without_nodes_there_is_nothing_to_say() {
    let mut world = World::new(Vec::new());
    assert_eq!(world.message(&Arc::new(asking("a", 1, 1))), "no nodes available to schedule pods");
}

#[test]
fn a_node_that_has_not_joined_is_not_there_and_one_that_is_not_ready_takes_none() {
    let mut nodes = vec![node("n1", "a", 1000, 1024), node("n2", "a", 1000, 1024), node("n3", "a", 1000, 1024)];
    nodes[0].registered = None;
    nodes[1].initialized = None;
    nodes[2].gone = Some(Time::ZERO);
    let mut world = World::new(nodes);
    let template = Arc::new(asking("a", 1, 1));
    let id = world.waiting(&template);
    let attempt = world.tried(id);
    assert_eq!((attempt.nodes, attempt.refused), (1, vec![(NodeId(1), Refusal::Taint)]));
    let bears = Toleration::default();
    let daemon = Arc::new(Template { tolerations: vec![bears], ..asking("d", 1, 1) });
    assert_eq!(world.places(&daemon, 1), "n2");
    world.nodes[1].initialized = Some(Time::ZERO);
    assert_eq!(world.tried(id).node, Some(NodeId(1)), "it has become ready");
    world.nodes[1].taints.push(synth_twin::pods::Taint {
        key: "x".to_owned(),
        value: String::new(),
        effect: Effect::NoSchedule,
    });
    assert_eq!(world.tried(id).node, None, "it was tainted");
}

#[test]
fn a_hard_spread_goes_where_fewest_are() {
    let mut world = World::new(three());
    let template = spread(asking("a", 100, 100), by_zone("a"));
    world.running(&template, 0, 0, 1);
    // Counts 1, 0, 0: zone a would have 2 − 0 > 1.
    let id = world.waiting(&template);
    assert_eq!(world.tried(id).refused, [(NodeId(0), Refusal::Spread)]);
    assert_eq!(world.places(&template, 5), "n2 n3 n1 n2 n3");
}

#[test]
fn with_one_zone_all_fit_and_with_min_domains_of_two_only_one() {
    let one = || vec![node("n1", "a", 2000, 4096)];
    assert_eq!(World::new(one()).places(&spread(asking("a", 100, 100), by_zone("a")), 3), "n1 n1 n1");
    // Tideline's own: zones − 1 = 2. One domain: the least counts as 0, so 0 + 1 − 0 ≤ 1, and then 1 + 1 − 0 > 1.
    let strict = spread(asking("a", 100, 100), Spread { min_domains: Some(2), ..by_zone("a") });
    let mut world = World::new(one());
    assert_eq!(world.places(&strict, 2), "n1 -");
    world.nodes.push(node("n2", "b", 2000, 4096));
    assert_eq!(world.places(&strict, 3), "n2 n1 n2", "a node in a second zone lets it go on");
}

#[test]
fn a_zone_without_room_is_a_domain_all_the_same() {
    let mut world = World::new(three());
    let template = spread(asking("a", 100, 100), by_zone("a"));
    world.running(&Arc::new(asking("f", 2000, 100)), 2, 0, 1);
    world.running(&template, 0, 0, 1);
    world.running(&template, 1, 0, 1);
    assert_eq!(
        world.message(&template),
        "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) didn't match pod topology spread constraints. no new \
         claims to deallocate, preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod."
    );
}

#[test]
fn a_revision_is_spread_by_itself() {
    let revision = |hash: &str| {
        let mut template = asking("a", 100, 100);
        template.labels.insert("pod-template-hash".to_owned(), hash.to_owned());
        let selector = vec![label("app", "a"), label("pod-template-hash", hash)];
        spread(template, Spread { selector, ..by_zone("a") })
    };
    let mut world = World::new(three());
    world.running(&revision("old"), 0, 0, 3);
    // Of the new revision nobody is there: a is as good as b and c, but for its room.
    assert_eq!(world.places(&revision("new"), 3), "n2 n3 n1");
    let mut world = World::new(three());
    world.running(&spread(asking("a", 100, 100), by_zone("a")), 0, 0, 3);
    assert_eq!(
        world.places(&spread(asking("a", 100, 100), by_zone("a")), 5),
        "n2 n3 n2 n3 n2",
        "without, 3 wait for 2"
    );
}

#[test]
fn tainted_nodes_are_domains_unless_the_spread_honors_taints() {
    let nodes = || {
        let mut nodes = three();
        nodes[2] = tainted(node("n3", "c", 2000, 4096), "x", "", Effect::NoSchedule);
        nodes
    };
    let mut world = World::new(nodes());
    let ignores = spread(asking("a", 100, 100), by_zone("a"));
    assert_eq!(world.places(&ignores, 3), "n1 n2 -");
    let mut world = World::new(nodes());
    let honors = spread(asking("a", 100, 100), Spread { honors_taints: true, ..by_zone("a") });
    assert_eq!(world.places(&honors, 4), "n1 n2 n1 n2");
}

#[test]
fn nodes_that_are_not_selected_are_no_domains_unless_the_spread_ignores_affinity() {
    let nodes = || {
        let mut nodes: Vec<_> = three().into_iter().map(|node| labelled(node, "arch", "amd64")).collect();
        nodes[2].labels.insert("arch".to_owned(), "arm64".to_owned());
        nodes
    };
    let selects = |template: Template| Template { node_terms: vec![vec![label("arch", "amd64")]], ..template };
    let mut world = World::new(nodes());
    assert_eq!(world.places(&spread(selects(asking("a", 100, 100)), by_zone("a")), 4), "n1 n2 n1 n2");
    let mut world = World::new(nodes());
    let ignores = Spread { honors_affinity: false, ..by_zone("a") };
    assert_eq!(world.places(&spread(selects(asking("a", 100, 100)), ignores), 3), "n1 n2 -");
}

#[test]
fn a_node_without_the_label_is_refused_for_good_and_counts_for_no_domain() {
    let nodes = vec![labelled(node("n1", "a", 2000, 4096), "rack", "1"), node("n2", "b", 2000, 4096)];
    let mut world = World::new(nodes);
    let template = spread(asking("a", 100, 100), Spread { key: "rack".to_owned(), ..by_zone("a") });
    world.running(&template, 1, 0, 5);
    let id = world.waiting(&template);
    let attempt = world.tried(id);
    assert_eq!((attempt.node, attempt.refused), (Some(NodeId(0)), vec![(NodeId(1), Refusal::NoDomain)]));
    assert!(!Refusal::NoDomain.may_give_way());
}

#[test]
fn pods_that_leave_and_those_of_other_namespaces_count_for_no_spread() {
    let mut world = World::new(vec![node("n1", "a", 2000, 4096), node("n2", "b", 1000, 2048)]);
    let template = spread(asking("a", 100, 100), by_zone("a"));
    let elsewhere = Arc::new(Template { namespace: "other".to_owned(), ..asking("a", 1, 1) });
    world.running(&elsewhere, 0, 0, 4);
    let old = world.running(&template, 0, 0, 1)[0];
    world.leaves(old);
    assert_eq!(world.places(&template, 1), "n1");
}

#[test]
fn a_selector_without_rules_counts_nobody() {
    let mut world = World::new(vec![node("n1", "a", 9000, 4096), node("n2", "b", 100, 100)]);
    let template = spread(asking("a", 100, 100), Spread { selector: Vec::new(), ..by_zone("a") });
    assert_eq!(world.places(&template, 3), "n1 n1 n1");
}

#[test]
fn required_anti_affinity_holds_for_who_comes_and_against_who_comes() {
    let rule =
        |key: &str, app: &str| AntiAffinity { key: key.to_owned(), selector: vec![label("app", app)], weight: None };
    let apart = Arc::new(Template { anti_affinity: vec![rule(HOSTNAME, "a")], ..asking("a", 100, 100) });
    let mut world = World::new(three());
    assert_eq!(world.places(&apart, 4), "n1 n2 n3 -");
    let mut world = World::new(three());
    let hermit = Arc::new(Template { anti_affinity: vec![rule(ZONE, "b")], ..asking("a", 100, 100) });
    let other = Arc::new(asking("b", 100, 100));
    world.running(&hermit, 0, 0, 1);
    let id = world.waiting(&other);
    assert_eq!(world.tried(id).refused, [(NodeId(0), Refusal::OthersAntiAffinity)]);
    let mut world = World::new(three());
    let old = world.running(&other, 1, 0, 1)[0];
    world.leaves(old);
    let id = world.waiting(&hermit);
    assert_eq!(world.tried(id).refused, [(NodeId(1), Refusal::AntiAffinity)], "who leaves is there still");
}

#[test]
fn one_term_of_required_affinity_is_enough_and_all_of_its_rules_hold() {
    let rule = |key: &str, operator, values: &[&str]| Expression {
        key: key.to_owned(),
        operator,
        values: values.iter().map(|&value| value.to_owned()).collect(),
    };
    let terms = vec![
        vec![rule("gen", Operator::Gt, &["6"]), rule("kind", Operator::NotIn, &["spot"])],
        vec![rule("gen", Operator::DoesNotExist, &[])],
    ];
    let template = Arc::new(Template { node_terms: terms, ..asking("a", 100, 100) });
    let nodes = vec![
        labelled(labelled(node("n1", "a", 1000, 1000), "gen", "7"), "kind", "spot"),
        labelled(node("n2", "a", 1000, 1000), "gen", "6"),
        labelled(node("n3", "a", 150, 1000), "gen", "7"),
        node("n4", "a", 150, 1000),
    ];
    assert_eq!(World::new(nodes.clone()).places(&template, 3), "n3 n4 -");
    let nowhere = Arc::new(Template { node_terms: vec![Vec::new()], ..asking("a", 100, 100) });
    assert_eq!(World::new(nodes).places(&nowhere, 1), "-", "a term without rules is for no node");
}

/// The seed's run: two base nodes and one of Karpenter's, each with 1.93 vCPU; pods of 500m beside system pods.
#[test]
fn the_seeds_second_pod_joins_the_first_and_the_third_waits_for_a_node() {
    let mut world = World::new(vec![node("n1", "eu-north-1a", 1930, 7066)]);
    world.running(&Arc::new(asking("daemons", 200, 200)), 0, 0, 1);
    world.running(&Arc::new(asking("mock", 500, 512)), 0, 0, 1);
    let proxy = spread(asking("proxy", 500, 512), by_zone("proxy"));
    // 1930 − 200 − 500 = 1230: two of 500 fit, the third does not.
    assert_eq!(world.places(&proxy, 3), "n1 n1 -");
    for zone in ["eu-north-1b", "eu-north-1c"] {
        world.nodes.push(node(&format!("n-{zone}"), zone, 1930, 7066));
    }
    assert_eq!(world.places(&proxy, 2), "n-eu-north-1b n-eu-north-1c");
}

#[test]
fn below_a_hundred_nodes_all_are_looked_at_and_above_a_sample_by_zones_in_turn() {
    let template = Arc::new(asking("a", 1, 1));
    let nodes = |many: usize| -> Vec<_> {
        (0..many).map(|index| node(&format!("n{index:03}"), ["a", "b", "c"][index % 3], 1000, 1000)).collect()
    };
    for (many, looked_at) in [(99, 99), (100, 100), (150, 100), (500, 230), (1000, 420), (6000, 300)] {
        let mut world = World::new(nodes(many));
        let id = world.waiting(&template);
        assert_eq!(world.tried(id).scores.len(), looked_at, "of {many}");
        if many > looked_at {
            let next = world.tried(id).scores[0].node;
            assert_eq!(next.0, looked_at % many, "the next look goes on where the last ended");
        }
    }
}

#[test]
fn equal_nodes_are_told_apart_by_name_or_by_a_seed() {
    let nodes: Vec<_> = (0..10).map(|index| node(&format!("n{}", 9 - index), "a", 1000, 1000)).collect();
    let pods = [pod(&Arc::new(asking("a", 1, 1)))];
    let choose = |ties| {
        let mut scheduler = Scheduler::of(ties, &pods, &nodes);
        let attempt = scheduler.schedule(&pods, &nodes, synth_twin::pods::PodId(0), &[]);
        assert_eq!(attempt.best.len(), 10);
        attempt.node.unwrap()
    };
    assert_eq!(choose(Ties::ByName), NodeId(9));
    let chosen: std::collections::BTreeSet<_> = (0..200).map(|seed| choose(Ties::Seeded(seed))).collect();
    assert_eq!(chosen.len(), 10, "each has its turn");
    assert_eq!(choose(Ties::Seeded(7)), choose(Ties::Seeded(7)));
}
