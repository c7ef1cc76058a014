use synth_twin::{
    karpenter::provision::{Question, leaving, simulate, waiting},
    pods::{Effect, Expression, Operator, PodId},
    time::Time,
};

use super::world::{World, among, claim, pool, taint, workload};

#[test]
fn ready_nodes_are_filled_first_and_by_name() {
    let mut world = World::new(vec![pool("p", &[])]);
    let joining = world.node("a", "a");
    world.nodes[joining.0].initialized = None;
    world.node("c", "a");
    world.node("b", "a");
    // Three on each.
    world.wait(workload("a", 1200), 4);
    assert_eq!(world.existing(&world.plan()), [("c", 1), ("b", 3)]);
    world.wait(workload("a", 1200), 4);
    let plan = world.plan();
    assert_eq!(world.existing(&plan), [("a", 2), ("c", 3), ("b", 3)]);
    assert!(plan.claims.is_empty());
}

#[test]
fn nodes_on_their_way_go_by_the_names_of_their_claims() {
    let mut world = World::new(vec![pool("spot", &[]), pool("on-demand", &[])]);
    let first = world.node("a", "a");
    let second = world.node("b", "a");
    let joined = world.node("p", "a");
    world.nodes[second.0].pool = Some(synth_twin::pods::PoolId(1));
    for (node, registered) in [(first, false), (second, false), (joined, true)] {
        world.nodes[node.0].initialized = None;
        if !registered {
            world.nodes[node.0].registered = None;
        }
    }
    // on-demand-…, then p, then spot-….
    world.wait(workload("a", 1200), 4);
    assert_eq!(world.existing(&world.plan()), [("b", 3), ("p", 1)]);
    world.wait(workload("a", 1200), 3);
    assert_eq!(world.existing(&world.plan()), [("a", 1), ("b", 3), ("p", 3)]);
}

#[test]
fn a_node_has_what_its_pods_and_missing_daemons_leave() {
    let mut world = World::new(vec![pool("p", &[])]);
    let node = world.node("n", "a");
    let mut daemon = workload("daemon", 700);
    daemon.daemon = true;
    world.daemons.push(daemon.clone());
    world.bound(workload("a", 2200), node);
    // 3920 − 2200 − 700.
    world.wait(workload("b", 1020), 1);
    assert_eq!(world.existing(&world.plan()).len(), 1);
    let small = world.wait(workload("c", 1), 1)[0];
    assert_eq!(world.plan().claims.len(), 1);
    // Its own pod is there: that much is held, and no more.
    world.bound(daemon, node);
    assert_eq!(world.plan().claims.len(), 1);
    // One that nobody expected takes from the rest alone.
    let mut stray = workload("stray", 100);
    stray.daemon = true;
    world.bound(stray, node);
    let plan = world.plan();
    assert_eq!((plan.existing, plan.claims.len()), (vec![(small, node)], 1));
}

#[test]
fn daemons_of_other_nodes_are_not_missed() {
    let mut world = World::new(vec![pool("p", &[])]);
    world.node("n", "a");
    let mut daemon = workload("daemon", 3900);
    daemon.node_terms = vec![vec![among("kubernetes.io/arch", &["amd64"])]];
    world.daemons.push(daemon);
    world.wait(workload("a", 3000), 1);
    assert_eq!(world.existing(&world.plan()), [("n", 1)]);
}

#[test]
fn taints_of_a_node_coming_up_pass() {
    let mut world = World::new(vec![pool("p", &[])]);
    let node = world.node("n", "a");
    world.pools[0].startup_taints.push(taint("agent-not-ready", Effect::NoExecute));
    let passing = ["node.kubernetes.io/not-ready", "agent-not-ready"];
    world.nodes[node.0].taints.extend(passing.map(|key| taint(key, Effect::NoExecute)));
    world.wait(workload("a", 500), 1);
    assert_eq!(world.plan().claims.len(), 1);
    world.nodes[node.0].initialized = None;
    assert_eq!(world.existing(&world.plan()), [("n", 1)]);
    world.nodes[node.0].taints.push(taint("own", Effect::NoSchedule));
    assert_eq!(world.plan().claims.len(), 1);
}

#[test]
fn nodes_that_go_or_are_not_bought_yet_take_nothing() {
    let mut world = World::new(vec![pool("p", &[])]);
    let node = world.node("n", "a");
    world.wait(workload("a", 500), 1);
    assert_eq!(world.existing(&world.plan()), [("n", 1)]);
    world.nodes[node.0].launched = None;
    assert_eq!(world.plan().claims.len(), 1);
    world.nodes[node.0].launched = Some(Time::ZERO);
    world.nodes[node.0].deleting = Some(Time::ZERO);
    assert_eq!(world.plan().claims.len(), 1);
    world.nodes[node.0].deleting = None;
    assert_eq!(simulate(world.view(), &[PodId(0)], &[node]).claims.len(), 1);
}

#[test]
fn pods_of_candidates_do_not_move_to_nodes_that_rest() {
    let mut world = World::new(vec![pool("p", &[])]);
    let candidate = world.node("candidate", "a");
    let resting = world.node("resting", "a");
    let moved = world.bound(workload("a", 1000), candidate);
    let waits = world.wait(workload("b", 900), 1)[0];
    let pods = [moved, waits];
    let question = Question { pods: &pods, candidates: &[candidate], resting: &[resting], ..Question::default() };
    let plan = world.ask(question);
    assert_eq!(plan.existing, [(waits, resting)]);
    assert_eq!(world.claims(&plan), [claim("p", 1, "abc", 2)]);
    assert_eq!(world.ask(Question { resting: &[], ..question }).existing.len(), 2);
    // Of a node that goes anyway they may.
    let question = Question { candidates: &[], marked: &[candidate], ..question };
    assert_eq!(world.ask(question).existing.len(), 2);
}

#[test]
fn who_waits_is_simulated_and_who_must_leave() {
    let mut world = World::new(vec![pool("p", &[])]);
    let (stays, goes, marked) = (world.node("stays", "a"), world.node("goes", "a"), world.node("marked", "a"));
    world.nodes[goes.0].deleting = Some(Time::ZERO);
    let ids = world.wait(workload("a", 100), 3);
    world.pods[ids[0].0].unschedulable = Some(Time::ZERO);
    world.pods[ids[1].0].unschedulable = Some(Time::ZERO);
    world.pods[ids[1].0].nominated = Some(stays);
    let refuses = |operator| {
        let mut of = workload("b", 100);
        let rule = Expression { key: "karpenter.sh/nodepool".to_owned(), operator, values: vec!["q".to_owned()] };
        of.node_terms = vec![vec![rule]];
        of
    };
    let never = world.wait(refuses(Operator::DoesNotExist), 1)[0];
    let elsewhere = world.wait(refuses(Operator::NotIn), 1)[0];
    let mut daemon = workload("c", 100);
    daemon.daemon = true;
    let daemons = world.wait(daemon.clone(), 1)[0];
    for id in [never, elsewhere, daemons] {
        world.pods[id.0].unschedulable = Some(Time::ZERO);
    }
    assert_eq!(waiting(world.view()), [ids[0], elsewhere]);
    let mut bound = |node| world.bound(workload("d", 100), node);
    let (_, first, second, ends) = (bound(stays), bound(goes), bound(marked), bound(goes));
    world.pods[ends.0].deleting = Some(Time::ZERO);
    world.bound(daemon, goes);
    assert_eq!(leaving(world.view(), &[]), [first]);
    assert_eq!(leaving(world.view(), &[marked]), [first, second]);
}
