//! The same under Karpenter 1.14, which takes an emptied node for no destination.

use synth_twin::{
    engine::Departure,
    karpenter::{Reason, Version},
    simulation::seed::{Unknowns, points, printed},
    time::Span,
};

#[test]
fn emptied_nodes_go_as_empty_and_no_pod_moves() {
    let run = printed(Version::V1_14, Unknowns::default()).unwrap();
    assert_eq!(run.commands.len(), 2);
    for command in &run.commands {
        assert_eq!((command.reason, command.nodes.len(), command.pods), (Reason::Empty, 1, 0));
        let left =
            run.pods.iter().filter(|pod| pod.bound.unwrap().0 == command.nodes[0]).map(|pod| pod.told.unwrap().1);
        let waited = command.at - left.max().unwrap();
        // A minute to be consolidatable, up to ten seconds to the loop's look, and fifteen to validate.
        assert!((Span::whole_seconds(74)..=Span::whole_seconds(86)).contains(&waited), "{waited:?}");
    }
    assert!(run.pods.iter().all(|pod| pod.told.is_none_or(|(why, _)| why == Departure::ScaledDown)));
    assert!(run.nodes[0].gone.is_none() && run.nodes[1].gone.is_some() && run.nodes[2].gone.is_some());
}

#[test]
fn up_to_2_pods_both_versions_decide_alike_and_then_the_newer_is_at_1_sooner() {
    let of = |version| printed(version, Unknowns::default()).unwrap().decided();
    let (older, newer) = (of(Version::V1_5), of(Version::V1_14));
    assert_eq!(older[..4], newer[..4]);
    assert!(newer[4].at + Span::whole_seconds(240) <= older[4].at);
}

#[test]
fn each_documented_difference_is_found() {
    let run = printed(Version::V1_14, Unknowns::default()).unwrap();
    for point in points(&run) {
        assert!(point.agrees, "{point:?}");
    }
}
