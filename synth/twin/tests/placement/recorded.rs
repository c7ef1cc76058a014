//! Decisions of the real scheduler and `ReplicaSet` controller, as `make twin-record` wrote them down: the twin's are the same.
//!
//! Where the twin finds that chance decides among equals, the real choice must be one of these; such decisions are counted apart.

use std::{collections::BTreeMap, sync::Arc};

use k8s_openapi::api::core::v1::PodTemplateSpec;
use serde_json::Value as Json;
use synth_twin::{
    pods::{
        Effect, Node, NodeId, Pod, PodId, Taint, Template,
        read::{Owner, effect},
    },
    quantity,
    replicaset::{first_to_go, is_active},
    resources::Resources,
    scheduler::{Attempt, Budget, Preemption, UNSCHEDULABLE},
    time::Time,
};

use crate::world::{World, asking, label, node, pod};

const SCHEDULER: &str = include_str!("../data/placement/scheduler.json");
const GENERATED: &str = include_str!("../data/placement/generated.json");
const REPLICA_SETS: &str = include_str!("../data/placement/replica-sets.json");

/// How many decisions were compared.
#[derive(Debug, Default)]
struct Count {
    decided: usize,
    /// Chance had a part in them.
    chance: usize,
    /// Several nodes would have taken the pod, and one scored highest.
    scored: usize,
    /// No node took the pod.
    refused: usize,
    /// Others gave way.
    preempted: usize,
}

fn situations(recorded: &str) -> Vec<Json> {
    let recorded: Json = serde_json::from_str(recorded).unwrap();
    assert_eq!(recorded["kubernetes"], "v1.36.3");
    recorded["situations"].as_array().unwrap().clone()
}

fn list<'a>(object: &'a Json, key: &str) -> &'a [Json] {
    object[key].as_array().map_or(&[], Vec::as_slice)
}

fn text<'a>(object: &'a Json, key: &str) -> &'a str {
    object[key].as_str().unwrap_or_else(|| panic!("no `{key}` in {object}"))
}

fn index(object: &Json, key: &str) -> Option<usize> {
    object[key].as_u64().map(|index| usize::try_from(index).unwrap())
}

fn read_node(written: &Json) -> Node {
    let whole = |key: &str| quantity::whole(text(written, key)).unwrap();
    let cpu = quantity::thousandths(text(written, "cpu")).unwrap();
    let mut read = node(text(written, "name"), text(written, "zone"), 0, 0);
    read.allocatable = Resources { cpu, memory: whole("memory"), pods: whole("pods") };
    read.labels.insert("kubernetes.io/os".to_owned(), "linux".to_owned());
    for (key, value) in written["labels"].as_object().into_iter().flatten() {
        read.labels.insert(key.clone(), value.as_str().unwrap().to_owned());
    }
    for taint in list(written, "taints") {
        read.taints.push(Taint {
            key: text(taint, "key").to_owned(),
            value: taint["value"].as_str().unwrap_or_default().to_owned(),
            effect: effect(text(taint, "effect")).unwrap(),
        });
    }
    if written["cordoned"] == true {
        let closed = Taint { key: UNSCHEDULABLE.to_owned(), value: String::new(), effect: Effect::NoSchedule };
        read.taints.push(closed);
    }
    read
}

fn read_template(written: &Json, workload: &str) -> Arc<Template> {
    let owner = Owner {
        workload: workload.to_owned(),
        namespace: "default".to_owned(),
        priority: written["priority"].as_i64().unwrap_or(0),
        never_preempts: written["never"] == true,
        ..Owner::default()
    };
    let spec: PodTemplateSpec = serde_json::from_value(written.clone()).unwrap();
    Arc::new(Template::read(&spec, &owner).unwrap_or_else(|unread| panic!("{unread}")))
}

/// A situation, played in the twin beside the recording.
struct Play<'a> {
    situation: &'a Json,
    world: World,
    names: BTreeMap<String, PodId>,
    count: Count,
}

impl<'a> Play<'a> {
    fn new(situation: &'a Json) -> Self {
        let mut world = World::new(list(situation, "nodes").iter().map(read_node).collect());
        for (id, node) in list(situation, "nodes").iter().enumerate() {
            if let Some(bytes) = node["image"].as_i64() {
                // All pods of a situation have one image.
                world.scheduler.pulled("", NodeId(id), bytes);
            }
        }
        let mut names = BTreeMap::new();
        let templates = list(situation, "templates");
        let bare: Vec<_> = templates.iter().map(|template| read_template(template, "")).collect();
        for standing in list(situation, "pods") {
            let node = world.nodes.iter().position(|node| node.name == text(standing, "node")).unwrap();
            let since = standing["since"].as_i64().unwrap_or(3600);
            let id = world.running(&bare[index(standing, "template").unwrap()], node, -since, 1)[0];
            names.insert(text(standing, "name").to_owned(), id);
            if standing["leaving"] == true {
                world.leaves(id);
            }
        }
        for budget in list(situation, "budgets") {
            let labels = budget["selector"]["matchLabels"].as_object().unwrap();
            world.budgets.push(Budget {
                namespace: "default".to_owned(),
                selector: labels.iter().map(|(key, value)| label(key, value.as_str().unwrap())).collect(),
                allowed: budget["allowed"].as_i64().unwrap(),
            });
        }
        Self { situation, world, names, count: Count::default() }
    }

    fn about(&self, step: usize, attempt: &Attempt) -> String {
        let name = |node: NodeId| self.world.nodes[node.0].name.clone();
        let scores: Vec<_> = attempt
            .scores
            .iter()
            .map(|score| format!("{}: {} {:?}", name(score.node), score.total, score.parts))
            .collect();
        let (situation, recorded) = (text(self.situation, "name"), &list(self.situation, "steps")[step]);
        format!("{situation}, step {step}: recorded {recorded}\n{}\n{:?}", scores.join("\n"), attempt.preemption)
    }

    fn play(mut self) -> Count {
        let templates = list(self.situation, "templates");
        for (number, step) in list(self.situation, "steps").iter().enumerate() {
            let id = if step["release"] == true {
                for id in 0..self.world.pods.len() {
                    let pod = &mut self.world.pods[id];
                    pod.gone = pod.deleting;
                    self.world.scheduler.note(&self.world.pods, PodId(id));
                }
                self.names[text(step, "pod")]
            } else {
                let owned = index(step, "replica_of");
                let workload = owned.map_or(String::new(), |set| format!("set-{set}"));
                let template = &templates[owned.or(index(step, "template")).unwrap()];
                self.world.waiting(&read_template(template, &workload))
            };
            self.names.insert(text(step, "pod").to_owned(), id);
            let attempt = self.world.tried(id);
            let about = self.about(number, &attempt);
            match step["node"].as_str() {
                Some(node) => self.bound(id, &attempt, node, &about),
                None => self.refused(id, &attempt, step, &about),
            }
        }
        self.count
    }

    fn bound(&mut self, id: PodId, attempt: &Attempt, node: &str, about: &str) {
        let real = NodeId(self.world.nodes.iter().position(|known| known.name == node).unwrap());
        assert!(attempt.best.contains(&real), "{about}");
        self.count.decided += 1;
        self.count.chance += usize::from(attempt.best.len() > 1);
        self.count.scored += usize::from(attempt.best.len() == 1 && attempt.scores.len() > 1);
        self.world.pods[id.0].node = Some((real, Time::ZERO));
        self.world.scheduler.note(&self.world.pods, id);
    }

    fn refused(&mut self, id: PodId, attempt: &Attempt, step: &Json, about: &str) {
        assert_eq!(attempt.message().as_deref(), step["message"].as_str(), "{about}");
        self.count.decided += 1;
        self.count.refused += 1;
        let Some(nominated) = step["nominated"].as_str() else {
            assert!(!matches!(attempt.preemption, Preemption::Chosen(_)), "{about}");
            return;
        };
        let Preemption::Chosen(chosen) = &attempt.preemption else { panic!("nobody gives way: {about}") };
        self.count.chance += usize::from(chosen.equals > 1);
        self.count.preempted += 1;
        if chosen.equals == 1 {
            assert_eq!(self.world.nodes[chosen.node.0].name, nominated, "{about}");
            // One that was leaving already gives way without a trace.
            let told = chosen.pods.iter().filter(|pod| self.world.pods[pod.0].deleting.is_none());
            let mut victims: Vec<_> = told.map(|pod| self.name(*pod)).collect();
            victims.sort();
            assert_eq!(
                victims,
                list(step, "victims").iter().map(|name| name.as_str().unwrap()).collect::<Vec<_>>(),
                "{about}"
            );
        }
        let node = NodeId(self.world.nodes.iter().position(|node| node.name == nominated).unwrap());
        self.world.pods[id.0].nominated = Some(node);
        self.world.scheduler.note(&self.world.pods, id);
        for victim in list(step, "victims") {
            let victim = self.names[victim.as_str().unwrap()];
            self.world.leaves(victim);
        }
    }

    fn name(&self, id: PodId) -> String {
        self.names.iter().find(|(_, known)| **known == id).map(|(name, _)| name.clone()).unwrap()
    }
}

fn scheduled(recorded: &str) -> Count {
    let mut all = Count::default();
    for situation in situations(recorded) {
        let count = Play::new(&situation).play();
        all.decided += count.decided;
        all.chance += count.chance;
        all.scored += count.scored;
        all.refused += count.refused;
        all.preempted += count.preempted;
    }
    all
}

#[test]
fn the_scheduler_decides_each_rule_as_the_real_one_did() {
    let count = scheduled(SCHEDULER);
    println!("{count:?}");
    assert!(count.scored >= 75 && count.refused >= 30 && count.preempted >= 12 && count.chance <= 25, "{count:?}");
}

#[test]
fn the_scheduler_decides_mixtures_as_the_real_one_did() {
    let count = scheduled(GENERATED);
    println!("{count:?}");
    assert!(count.scored >= 200 && count.refused >= 80 && count.preempted >= 12 && count.chance <= 40, "{count:?}");
}

/// A pod of a `ReplicaSet`; moments are those of 1970, as recorded.
fn replica(written: &Json) -> Pod {
    let second = |key: &str| written[key].as_i64().map(|second| Time(second * 1000));
    let template = Template { deletion_cost: written["cost"].as_i64().unwrap_or(0), ..asking("a", 0, 0) };
    let node = written["node"].as_str().map(|node| (NodeId(node[1..].parse().unwrap()), Time::ZERO));
    let runs = node.is_some() && written["pending"] != true;
    Pod {
        created: second("created").unwrap(),
        node,
        started: runs.then_some(Time::ZERO),
        ready: second("ready"),
        restarts: u32::try_from(written["restarts"].as_u64().unwrap_or(0)).unwrap(),
        deleting: (written["leaving"] == true).then_some(Time::ZERO),
        ..pod(&Arc::new(template))
    }
}

#[test]
fn replica_sets_delete_the_pods_that_the_real_controller_did() {
    let mut count = Count::default();
    for situation in situations(REPLICA_SETS) {
        let written = list(&situation, "pods");
        let mut pods: Vec<_> = written.iter().map(replica).collect();
        let of = |name: &str| PodId(written.iter().position(|pod| pod["name"] == name).unwrap());
        let uid = |id: PodId| {
            let hex: String = text(&written[id.0], "uid").chars().filter(|letter| *letter != '-').collect();
            u128::from_str_radix(&hex, 16).unwrap()
        };
        let related: Vec<_> = (0..pods.len()).map(PodId).collect();
        for deleted in list(&situation, "deleted") {
            let mut own: Vec<_> = related.iter().copied().filter(|id| written[id.0]["set"] == 0).collect();
            own.retain(|id| is_active(&pods[id.0]));
            let real = of(text(deleted, "pod"));
            // The controller looked between these moments, and it sorts pods that are equal by no rule.
            let mut firsts: Vec<_> = ["from", "until"]
                .into_iter()
                .flat_map(|moment| {
                    let now = Time(deleted[moment].as_i64().unwrap());
                    let backward: Vec<_> = own.iter().rev().copied().collect();
                    [&own, &backward].map(|own| first_to_go(&pods, own, &related, now, uid)[0])
                })
                .collect();
            firsts.sort();
            firsts.dedup();
            assert!(firsts.contains(&real), "{}: {deleted}, not {firsts:?} of {own:?}", situation["name"]);
            count.decided += usize::from(own.len() > 1);
            count.chance += usize::from(own.len() > 1 && firsts.len() > 1);
            pods[real.0].deleting = Some(Time::ZERO);
        }
    }
    println!("{count:?}");
    assert!(count.decided >= 80 && count.chance <= 15, "{count:?}");
}
