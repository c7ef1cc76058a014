//! What a scheduler keeps as pods and nodes come and go is what it would count anew.

use std::sync::Arc;

use synth_twin::{
    pods::{AntiAffinity, HOSTNAME, NodeId, PodId, Spread, Template, ZONE},
    random::Random,
    scheduler::{Attempt, Preemption, Scheduler, Ties},
    time::Time,
};

use crate::world::{World, asking, by_zone, label, labelled, node, pod};

fn templates() -> Vec<Arc<Template>> {
    let rule = |weight| AntiAffinity { key: HOSTNAME.to_owned(), selector: vec![label("app", "d")], weight };
    let soft = Spread { hard: false, key: "rack".to_owned(), ..by_zone("b") };
    let all = [
        Template { spreads: vec![by_zone("a")], priority: 100, ..asking("a", 300, 200) },
        Template { spreads: vec![soft, Spread { max_skew: 2, ..by_zone("b") }], ..asking("b", 200, 400) },
        Template {
            workload: "c".to_owned(),
            anti_affinity: vec![rule(Some(50))],
            priority: -10,
            ..asking("c", 100, 0)
        },
        Template { anti_affinity: vec![rule(None)], priority: 1000, ..asking("d", 700, 100) },
    ];
    all.into_iter().map(Arc::new).collect()
}

/// The order of the zones is that of their first nodes, which one who counts anew has not seen.
fn sorted(mut attempt: Attempt) -> Attempt {
    attempt.scores.sort_by_key(|score| score.node);
    attempt.refused.sort_by_key(|(node, _)| *node);
    attempt.best.sort();
    attempt
}

#[test]
fn a_thousand_changes_leave_what_a_count_anew_finds() {
    let templates = templates();
    for seed in 0..20 {
        let mut chance = Random::seeded(seed);
        let mut world = World::new(Vec::new());
        let (mut placed, mut gave_way) = (0, 0);
        for step in 0..400 {
            let now = Time(step * 1000);
            match chance.below(10) {
                0 if world.nodes.len() < 12 => {
                    let zone = ["a", "b", "c"][chance.below(3)];
                    let mut new = node(&format!("n{}", world.nodes.len()), zone, 2000, 2048);
                    if chance.below(3) > 0 {
                        new = labelled(new, "rack", ["r1", "r2"][chance.below(2)]);
                    }
                    new.registered = Some(now);
                    new.initialized = (chance.below(3) > 0).then_some(now);
                    world.nodes.push(new);
                }
                1 if !world.nodes.is_empty() => {
                    let id = chance.below(world.nodes.len());
                    world.nodes[id].initialized = Some(now);
                    world.nodes[id].labels.entry("rack".to_owned()).or_insert_with(|| "r3".to_owned());
                }
                2 if step % 7 == 0 && !world.nodes.is_empty() => {
                    let id = chance.below(world.nodes.len());
                    world.nodes[id].gone = Some(now);
                    for pod in (0..world.pods.len()).map(PodId) {
                        if world.pods[pod.0].node.is_some_and(|(node, _)| node.0 == id) {
                            world.pods[pod.0].gone = Some(now);
                            world.scheduler.note(&world.pods, pod);
                        }
                    }
                }
                3 | 4 if !world.pods.is_empty() => {
                    let id = PodId(chance.below(world.pods.len()));
                    let pod = &mut world.pods[id.0];
                    if pod.deleting.is_some() {
                        pod.gone = Some(now);
                    }
                    pod.deleting = Some(now);
                    world.scheduler.note(&world.pods, id);
                }
                _ => {
                    world.pods.push(pod(&templates[chance.below(templates.len())]));
                    let id = PodId(world.pods.len() - 1);
                    world.scheduler.note(&world.pods, id);
                    let mut anew = Scheduler::of(Ties::ByName, &world.pods, &world.nodes);
                    let attempt = sorted(world.tried(id));
                    let again = sorted(anew.schedule(&world.pods, &world.nodes, id, &[]));
                    assert_eq!(attempt, again, "seed {seed}, step {step}");
                    if let Some(node) = attempt.node {
                        world.pods[id.0].node = Some((node, now));
                        placed += 1;
                    } else if let Preemption::Chosen(chosen) = attempt.preemption {
                        world.pods[id.0].nominated = Some(chosen.node);
                        for victim in chosen.pods {
                            world.leaves(victim);
                            gave_way += 1;
                        }
                    }
                    world.scheduler.note(&world.pods, id);
                }
            }
        }
        assert!(placed > 30 && gave_way > 0, "{placed} were placed, {gave_way} gave way");
        for (id, _) in world.nodes.iter().enumerate().filter(|(_, node)| node.present()) {
            let sum: i64 =
                world.scheduler.pods_on(NodeId(id)).iter().map(|pod| world.pods[pod.0].template.requests.cpu).sum();
            assert_eq!(world.scheduler.requested(NodeId(id)).cpu, sum);
        }
        assert!(world.nodes.iter().any(|node| node.labels.contains_key(ZONE)));
    }
}
