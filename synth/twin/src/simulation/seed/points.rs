//! What was published, point by point, and what the twin comes to.

use super::{
    objects::{MOCK, PROXY},
    story::{Command, Decided, PodStory, Printed},
};
use crate::{
    engine::Departure,
    karpenter::{Reason, Version},
    replay::seed::Step,
    time::{Span, Time},
};

/// A claim about the experiment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// What it is about.
    pub what: &'static str,
    /// What was published; of a newer Karpenter, what its documentation and code have it do.
    pub expected: &'static str,
    /// What the twin comes to.
    pub simulated: String,
    /// Is it the same?
    pub agrees: bool,
}

/// The age of the proxy's autoscaler.
pub fn age(minutes: i64, seconds: i64) -> Time {
    Time::ZERO + Span::whole_seconds((7 * 60 + minutes) * 60 + seconds)
}

/// As `kubectl` would write it, with the seconds that it leaves out.
pub fn written(at: Time) -> String {
    let seconds = at.0.div_euclid(1000);
    format!("{}h{:02}m{:02}s", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// All points of a run.
pub fn points(run: &Printed) -> Vec<Point> {
    let newer = run.version != Version::V1_5;
    vec![
        second_pod(run),
        four(run),
        four_stay(run),
        nodes(run),
        down(run),
        last(run, newer),
        deleted(run),
        consolidated(run, newer),
        unknown(run, newer),
    ]
}

fn uncounted(step: &Step) -> i64 {
    step.decision.proposals.first().and_then(|of| of.as_ref().ok()).map_or(0, |of| of.pods.missing + of.pods.unready)
}

fn told(step: Option<&Step>) -> String {
    step.map_or_else(
        || "no sync".to_owned(),
        |step| format!("{} to {} pods, {} without figures", step.replicas, step.decision.desired, uncounted(step)),
    )
}

fn second_pod(run: &Printed) -> Point {
    let step = run.step(age(32, 15));
    Point {
        what: "101 % with 2 pods",
        expected: "2 stay: the second has no figures, so it is 50 %",
        simulated: told(step),
        agrees: step.is_some_and(|step| (step.replicas, step.decision.desired, uncounted(step)) == (2, 2, 1)),
    }
}

fn four(run: &Printed) -> Point {
    let step = run.step(age(32, 30));
    Point {
        what: "83 % with 2 pods",
        expected: "4",
        simulated: told(step),
        agrees: step.is_some_and(|step| (step.replicas, step.decision.desired) == (2, 4)),
    }
}

fn four_stay(run: &Printed) -> Point {
    let steps = [run.step(age(32, 45)), run.step(age(33, 30))];
    let stays = |step: Option<&Step>| {
        step.is_some_and(|step| (step.replicas, step.decision.desired, uncounted(step)) == (4, 4, 2))
    };
    Point {
        what: "72 % and 75 % with 4 pods",
        expected: "4 stay: two do not count yet",
        simulated: steps.map(told).join("; "),
        agrees: steps.into_iter().all(stays),
    }
}

/// The pods of the proxy that were made on the way up, and what was bought for them.
fn nodes(run: &Printed) -> Point {
    let pods: Vec<&PodStory> = run.pods_of(PROXY).take(4).collect();
    let node = |place: usize| pods.get(place).and_then(|pod| pod.bound).map(|(node, _)| node);
    let [first, second, third, fourth] = [0, 1, 2, 3].map(node);
    let zones: Vec<&str> = run.nodes.iter().map(|node| node.zone.as_str()).collect();
    let apart = zones.iter().all(|zone| zones.iter().filter(|other| *other == zone).count() == 1);
    let bought: Vec<Time> = run.nodes.iter().skip(1).map(|node| node.bought).collect();
    let near = bought.len() == 2 && bought[1] - bought[0] <= Span::whole_seconds(1);
    let waited = pods.iter().skip(2).filter_map(|pod| Some(pod.ready? - pod.created)).max();
    let running = waited.is_some_and(|waited| waited <= Span::whole_seconds(41));
    let placed = first.is_some() && first == second && third.is_some() && fourth.is_some();
    let alone = third != first && fourth != first && third != fourth;
    Point {
        what: "where they go",
        expected: "the second beside the first; two nodes within a second, one in each other zone, pods running after at most 41 s",
        simulated: format!(
            "{} nodes in {} zones, running after {:.0} s",
            run.nodes.len(),
            zones
                .iter()
                .enumerate()
                .filter(|(place, zone)| zones.iter().position(|of| of == *zone) == Some(*place))
                .count(),
            waited.unwrap_or_default().in_seconds()
        ),
        agrees: placed && alone && apart && near && running && run.nodes.len() == 3,
    }
}

/// Was a change found in the minute in which it was printed, or at most a sync beside it?
fn printed_in(found: Time, minute: i64) -> bool {
    let sync = Span::whole_seconds(15);
    found + sync >= age(minute, 0) && found < age(minute + 1, 0) + sync
}

fn down(run: &Printed) -> Point {
    let decided = run.decided();
    let text = |of: &Decided| format!("{} to {}, found at {}", of.from, of.to, written(of.found));
    let found =
        |from, to, minute| decided.iter().any(|of| (of.from, of.to) == (from, to) && printed_in(of.found, minute));
    Point {
        what: "down to 2",
        expected: "4 to 3 in 7h39m, 3 to 2 in 7h40m: 5 minutes after the 75 % and the 34 % row",
        simulated: decided.iter().filter(|of| of.to < of.from && of.to >= 2).map(text).collect::<Vec<_>>().join("; "),
        agrees: found(4, 3, 39) && found(3, 2, 40),
    }
}

fn last(run: &Printed, newer: bool) -> Point {
    let decided = run.decided();
    let last = decided.iter().find(|of| of.to == 1);
    Point {
        what: "down to 1",
        expected: if newer {
            "in 7h41m: no pod has moved"
        } else {
            "in 7h45m: a pod that moved in 7h40m has no figures, counts as 100 %, and that holds for 5 minutes"
        },
        simulated: last.map_or_else(|| "never".to_owned(), |of| format!("found at {}", written(of.found))),
        agrees: last.is_some_and(|of| printed_in(of.found, if newer { 41 } else { 45 })),
    }
}

/// Pods of the proxy that its `ReplicaSet` deleted, in order.
fn surplus(run: &Printed) -> Vec<&PodStory> {
    let mut gone: Vec<&PodStory> =
        run.pods_of(PROXY).filter(|pod| pod.told.is_some_and(|(why, _)| why == Departure::ScaledDown)).collect();
    gone.sort_by_key(|pod| pod.told.map(|(_, at)| at));
    gone
}

fn deleted(run: &Printed) -> Point {
    let proxies: Vec<&PodStory> = run.pods_of(PROXY).collect();
    let gone = surplus(run);
    let place = |pod: &PodStory| proxies.iter().position(|of| of.id == pod.id).unwrap_or_default();
    let places: Vec<usize> = gone.iter().map(|pod| place(pod)).collect();
    let newest = gone.last().is_some_and(|pod| {
        let at = pod.told.map_or(Time::ZERO, |(_, at)| at);
        let there = proxies.iter().filter(|of| of.created < at && of.told.is_none_or(|(_, told)| told >= at));
        there.map(|of| of.created).max() == Some(pod.created)
    });
    let name =
        |place: &usize| format!("the {}", ["first", "second", "third", "fourth", "fifth", "sixth"][(*place).min(5)]);
    Point {
        what: "which pods go",
        expected: "the doubled-up one on the old node, one of the two younger, the newest",
        simulated: places.iter().map(name).collect::<Vec<_>>().join(", ") + " that were made",
        agrees: places.len() == 3 && places[0] == 1 && [2, 3].contains(&places[1]) && newest,
    }
}

fn consolidated(run: &Printed, newer: bool) -> Point {
    let number = |node| run.number(node).unwrap_or_default();
    let text = |command: &Command| {
        let nodes = command.nodes.iter().map(|node| number(*node).to_string()).collect::<Vec<_>>().join(" and ");
        let moved = run.moved(command);
        let to = moved.iter().map(|(_, node)| number(*node).to_string()).collect::<Vec<_>>();
        let where_to = to.first().map(|to| format!(", to node {to}")).unwrap_or_default();
        format!("at {} node {nodes} with {} pods{where_to}", written(command.at), command.pods)
    };
    let simulated = run.commands.iter().map(text).collect::<Vec<_>>().join("; ");
    Point {
        what: "what Karpenter takes",
        expected: if newer {
            "each emptied node, 75 to 85 s after its last pod; none moves, since the emptied node is no destination"
        } else {
            "a node with a running pod, which moves to the one that has just become empty; later the old node with proxy and mock, likewise"
        },
        simulated,
        agrees: if newer { only_empty(run) } else { twice_to_the_emptied(run) },
    }
}

fn twice_to_the_emptied(run: &Printed) -> bool {
    let [one, two] = &run.commands[..] else { return false };
    let gone = surplus(run);
    // The node that its last pod had left within the minute before.
    let emptied = |command: &Command| {
        gone.iter().rev().find_map(|pod| {
            let ((node, _), (_, at)) = pod.bound.zip(pod.told)?;
            let just = at <= command.at && command.at - at <= Span::whole_seconds(60);
            (just && run.on(node, command.at).next().is_none()).then_some(node)
        })
    };
    let moves = |command: &Command, services: &[&str]| {
        let moved = run.moved(command);
        let kept = emptied(command);
        command.reason == Reason::Underutilized
            && command.nodes.len() == 1
            && moved.len() == services.len()
            && services.iter().all(|service| moved.iter().any(|(pod, _)| pod.service == *service))
            && kept.is_some()
            && moved.iter().all(|(_, node)| Some(*node) == kept)
    };
    let old = |command: &Command| command.nodes.first().and_then(|node| run.number(*node)) == Some(1);
    moves(one, &[PROXY]) && !old(one) && moves(two, &[PROXY, MOCK]) && old(two) && emptied(one) == emptied(two)
}

fn only_empty(run: &Printed) -> bool {
    let waited = |command: &Command| {
        let left = run.pods.iter().filter(|pod| pod.bound.is_some_and(|(node, _)| command.nodes.contains(&node)));
        left.filter_map(|pod| pod.told).map(|(_, at)| command.at - at).min()
    };
    let in_time = |waited: Span| (Span::whole_seconds(75)..=Span::whole_seconds(86)).contains(&waited);
    run.commands.len() == 2
        && run
            .commands
            .iter()
            .all(|command| command.reason == Reason::Empty && command.pods == 0 && waited(command).is_some_and(in_time))
        && run.pods.iter().all(|pod| pod.told.is_none_or(|(why, _)| why == Departure::ScaledDown))
}

fn unknown(run: &Printed, newer: bool) -> Point {
    let without: Vec<Time> = run
        .steps
        .iter()
        .filter(|step| step.decision.proposals.first().is_some_and(Result::is_err))
        .map(|step| step.at)
        .collect();
    Point {
        what: "CPU <unknown>",
        expected: if newer { "never: no pod is new" } else { "at 7h46m: all pods are new" },
        simulated: without.first().map_or_else(|| "never".to_owned(), |at| format!("at {}", written(*at))),
        agrees: if newer { without.is_empty() } else { without.first().is_some_and(|at| printed_in(*at, 46)) },
    }
}
