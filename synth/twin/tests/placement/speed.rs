//! A thousand pods on a hundred nodes.

use std::{sync::Arc, time::Instant};

use synth_twin::pods::{HOSTNAME, Spread, Template};

use crate::world::{World, asking, by_zone, node};

#[test]
fn a_thousand_pods_find_their_nodes_among_a_hundred() {
    let nodes = (0..100).map(|index| node(&format!("n{index:02}"), ["a", "b", "c"][index % 3], 7910, 31_000));
    let mut world = World::new(nodes.collect());
    let soft = Spread { hard: false, key: HOSTNAME.to_owned(), ..by_zone("a") };
    let template = |app: &str| {
        Arc::new(Template {
            workload: app.to_owned(),
            spreads: vec![by_zone(app), Spread { selector: by_zone(app).selector, ..soft.clone() }],
            ..asking(app, 500, 512)
        })
    };
    let templates = [template("a"), template("b"), Arc::new(asking("c", 100, 64))];
    let begin = Instant::now();
    for index in 0..1000 {
        let attempt = world.placed(&templates[index % 3]);
        assert!(attempt.node.is_some(), "{:?}", attempt.message());
    }
    let took = begin.elapsed();
    println!("1,000 pods on 100 nodes: {took:?}");
    // 0.2 s without optimisation; a machine that does much else may take longer.
    assert!(took.as_secs() < 10, "{took:?}");
    let fullest = (0..100).map(|node| world.scheduler.pods_on(synth_twin::pods::NodeId(node)).len()).max();
    assert!(fullest <= Some(15), "{fullest:?} pods on one node");
}
