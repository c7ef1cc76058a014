use synth_twin::{
    catalogue::NodeClass,
    karpenter::{Version, launch, requirements::Requirement},
    pods::{Effect, Expression, Operator, ZONE},
    resources::Resources,
};

use super::world::{ARCH, CATEGORY, CPU, FAMILY, World, among, bears, claim, pool, taint, workload};

#[test]
fn a_claim_is_filled_while_a_type_is_left() {
    let mut world = World::new(vec![pool("p", &[])]);
    // Three on 4 vCPUs (3920m), one on 2 (1930m).
    world.wait(workload("a", 1200), 4);
    let plan = world.plan();
    assert_eq!(world.claims(&plan), [claim("p", 3, "abc", 1), claim("p", 1, "abc", 2)]);
    assert_eq!(plan.claims[0].requests, Resources { cpu: 3600, memory: (3 * 128) << 20, pods: 3 });
    assert_eq!(plan.relaxations, 0);
}

#[test]
fn claims_with_fewer_pods_are_tried_first() {
    let mut world = World::new(vec![pool("p", &[])]);
    // One claim for each of the large; the small go round.
    world.wait(workload("large", 3000), 2);
    world.wait(workload("small", 200), 4);
    assert_eq!(world.claims(&world.plan()), [claim("p", 3, "abc", 1), claim("p", 3, "abc", 1)]);
}

#[test]
fn a_pod_that_is_too_large_waits() {
    let mut world = World::new(vec![pool("p", &[])]);
    let too_large = world.wait(workload("a", 4000), 1);
    world.wait(workload("b", 1000), 1);
    let plan = world.plan();
    assert_eq!((plan.claims.len(), &plan.unschedulable), (1, &too_large));
    assert!(World::new(Vec::new()).plan().unschedulable.is_empty());
}

#[test]
fn the_heavier_pool_is_asked_first_and_of_equal_ones_the_later_by_name() {
    let named = |pools: &[(&str, u32)]| {
        let weigh = |(name, weight): &(&str, u32)| {
            let mut pool = pool(name, &[]);
            pool.weight = *weight;
            pool
        };
        let mut world = World::new(pools.iter().map(weigh).collect());
        world.wait(workload("a", 500), 1);
        world.claims(&world.plan())[0].0.clone()
    };
    assert_eq!(named(&[("a", 10), ("b", 50), ("c", 20)]), "b");
    assert_eq!(named(&[("a", 10), ("c", 10), ("b", 10)]), "c");
}

#[test]
fn a_pool_whose_taints_are_not_borne_is_passed_over() {
    let mut tainted = pool("tainted", &[]);
    tainted.weight = 50;
    tainted.taints.push(taint("own", Effect::NoSchedule));
    let mut world = World::new(vec![tainted, pool("plain", &[])]);
    world.wait(workload("a", 500), 1);
    let mut bold = workload("b", 400);
    bold.tolerations.push(bears("own"));
    world.wait(bold, 1);
    // The second fits the first claim, which is tried before a new one.
    assert_eq!(world.claims(&world.plan()), [claim("plain", 2, "abc", 2)]);
    world.pods.remove(0);
    assert_eq!(world.claims(&world.plan()), [claim("tainted", 1, "abc", 2)]);
}

#[test]
fn a_claim_takes_its_largest_type_out_of_the_limit() {
    let mut limited = pool("limited", &[]);
    limited.limit_cpu = Some(10);
    limited.weight = 1;
    limited.limit_cpu = Some(6000);
    let mut world = World::new(vec![limited, pool("other", &[])]);
    // 4 of 6 vCPUs for the first, 2 for the second, none for the third.
    world.wait(workload("a", 1500), 4);
    let plan = world.plan();
    assert_eq!(
        world.claims(&plan),
        [claim("limited", 2, "abc", 1), claim("limited", 1, "abc", 1), claim("other", 1, "abc", 2)]
    );
    // Nodes count with their capacity, and those that go do not.
    let node = world.node("n", "a");
    world.bound(workload("full", 3900), node);
    assert_eq!(world.claims(&world.plan())[0], claim("limited", 1, "abc", 1));
    world.nodes[node.0].deleting = Some(synth_twin::time::Time::ZERO);
    assert_eq!(world.claims(&world.plan())[0], claim("limited", 2, "abc", 1));
}

#[test]
fn memory_is_limited_as_it_is_reckoned() {
    let mut limited = pool("p", &[]);
    // A c6g.xlarge has 8192 − 64 MiB, less 7.5 %: 7518.
    limited.limit_memory = Some(7518 << 20);
    let mut world = World::new(vec![limited]);
    world.wait(workload("a", 3000), 1);
    assert_eq!(world.plan().claims.len(), 1);
    world.pools[0].limit_memory = Some((7518 << 20) - 1);
    assert_eq!(world.plan().unschedulable.len(), 1);
}

#[test]
fn nodes_are_limited_between_runs_and_not_within_one() {
    let mut limited = pool("p", &[among(CPU, &["2"])]);
    limited.limit_nodes = Some(2);
    let mut world = World::new(vec![limited]);
    world.wait(workload("a", 1500), 3);
    assert_eq!(world.plan().claims.len(), 3);
    let first = world.node_of("c6g.large", "m", "a");
    world.bound(workload("full", 1900), first);
    let second = world.node_of("c6g.large", "n", "a");
    world.bound(workload("full", 1900), second);
    assert_eq!(world.plan().unschedulable.len(), 3);
    let may = |world: &World| launch::may_create(world.view(), synth_twin::pods::PoolId(0));
    assert!(may(&world));
    // 1.5 looks only after the fact.
    world.settings.version = Version::V1_5;
    assert_eq!(world.plan().claims.len(), 3);
    let third = world.node_of("c6g.large", "o", "a");
    world.bound(workload("full", 1900), third);
    assert!(!may(&world));
    assert_eq!(world.plan().unschedulable.len(), 3);
}

#[test]
fn a_claim_keeps_as_many_values_as_are_asked_for() {
    let mut some = pool("p", &[among(FAMILY, &["c6g", "m6g", "c7g"]), among(CPU, &["2"])]);
    some.requirements
        .set(FAMILY, Requirement::among(["c6g", "m6g", "c7g"].map(str::to_owned)).with_min_values(Some(3)));
    let mut world = World::new(vec![some]);
    let mut small = workload("a", 100);
    small.requests.memory = 2 << 30;
    world.wait(small, 2);
    // A second pod on either would leave only the one with the most memory.
    assert_eq!(world.claims(&world.plan()), [claim("p", 1, "abc", 3), claim("p", 1, "abc", 3)]);
    let mut large = workload("b", 100);
    large.requests.memory = 4 << 30;
    let large = world.wait(large, 1);
    assert_eq!(world.plan().unschedulable, large);
    world.pools[0].requirements.set(FAMILY, Requirement::any().with_min_values(Some(90)));
    assert_eq!(world.plan().unschedulable.len(), 3);
}

#[test]
fn daemonsets_of_an_architecture_are_reckoned_on_its_types() {
    let mut world = World::new(vec![pool("p", &[among(FAMILY, &["c6g", "c6i"]), among(CPU, &["2"])])]);
    let mut arm = workload("arm", 900);
    arm.node_terms = vec![vec![among(ARCH, &["arm64"])]];
    world.daemons.push(arm);
    world.wait(workload("a", 1000), 1);
    let types = |world: &World| {
        let plan = world.plan();
        let names = plan.claims[0].types.iter().map(|id| world.catalogue().get(*id).name.clone());
        (names.collect::<Vec<_>>(), plan.claims[0].requests.cpu)
    };
    assert_eq!(types(&world), (vec!["c6g.large".to_owned(), "c6i.large".to_owned()], 1900));
    world.wait(workload("b", 200), 1);
    assert_eq!(types(&world), (vec!["c6i.large".to_owned()], 1200));
    // 1.5 reckons with every daemonset that fits the pool.
    world.settings.version = Version::V1_5;
    assert_eq!(types(&world).1, 1900);
    assert_eq!(world.plan().claims.len(), 2);
}

#[test]
fn rules_of_pods_narrow_their_claim() {
    let mut world = World::new(vec![pool("p", &[among(CATEGORY, &["c", "m"]), among(FAMILY, &["c6g", "m6g"])])]);
    let mut picky = workload("a", 500);
    let memory = Expression {
        key: "karpenter.k8s.aws/instance-memory".to_owned(),
        operator: Operator::Gt,
        values: vec!["8192".to_owned()],
    };
    picky.node_terms = vec![vec![among(ZONE, &["eu-north-1b", "eu-north-1z"]), memory]];
    world.wait(picky, 1);
    world.wait(workload("b", 400), 1);
    assert_eq!(world.claims(&world.plan()), [claim("p", 2, "b", 1)]);
    // A label that nobody defines.
    let mut odd = workload("c", 300);
    odd.node_terms = vec![vec![among("team", &["blue"])]];
    let odd = world.wait(odd, 1);
    assert_eq!(world.plan().unschedulable, odd);
    world.pools[0].labels.insert("team".to_owned(), "blue".to_owned());
    assert_eq!(world.claims(&world.plan()), [claim("p", 3, "b", 1)]);
}

#[test]
fn what_was_refused_is_not_planned() {
    let mut world = World::new(vec![pool("p", &[among(CPU, &["2"])])]);
    world.wait(workload("a", 500), 1);
    let id = world.catalogue().named("c6g.large").unwrap();
    for zone in 0..3 {
        assert_eq!(world.plan().claims.len(), 1);
        let zone = synth_twin::catalogue::ZoneId(zone);
        world.unavailable.refuse(id, zone, synth_twin::pods::Capacity::OnDemand, synth_twin::time::Time::ZERO);
    }
    assert_eq!(world.plan().unschedulable.len(), 1);
}

#[test]
fn nothing_is_planned_in_a_zone_without_addresses() {
    let mut world = World::new(vec![pool("p", &[among(ZONE, &["eu-north-1a", "eu-north-1b"])])]);
    let mut of = workload("a", 1500);
    of.spreads.push(super::world::spread(ZONE, "a"));
    world.wait(of, 2);
    world.unavailable.refuse_zone(synth_twin::catalogue::ZoneId(1), synth_twin::time::Time::ZERO);
    // The spread still counts it.
    let plan = world.plan();
    assert_eq!((world.claims(&plan), plan.unschedulable.len()), (vec![claim("p", 1, "a", 2)], 1));
}

#[test]
fn a_type_that_the_system_takes_whole_is_never_bought() {
    let class = NodeClass { system_reserved: Resources::of(0, 4000), ..NodeClass::default() };
    let mut world = World::new(vec![pool("p", &[])]).of_class(&class);
    // A c6g.large has 3758 MiB in all: not even a pod that asks for no memory fits there.
    let mut of = workload("a", 100);
    of.requests.memory = 0;
    world.wait(of, 1);
    assert_eq!(world.claims(&world.plan()), [claim("p", 1, "abc", 1)]);
}
