use synth_twin::{karpenter::Version, simulation::seed::*};

#[test]
fn explore() {
    for version in [Version::V1_5, Version::V1_14] {
        let run = printed(version, Unknowns::default()).unwrap();
        for point in points(&run) {
            println!("{} | {} | {} | {}", if point.agrees { "ok " } else { "NO " }, point.what, point.expected, point.simulated);
        }
        for of in run.decided() { println!("{} {}->{}", written(of.at), of.from, of.to); }
        for (n, node) in run.nodes.iter().enumerate() { println!("node {} {} bought {} ready {:?} told {:?} gone {:?}", n+1, node.zone, written(node.bought), node.ready.map(written), node.told.map(written), node.gone.map(written)); }
        for pod in &run.pods { println!("{} made {} on {:?} ready {:?} told {:?}", pod.service, written(pod.created), pod.bound.map(|(n, at)| (run.number(n), written(at))), pod.ready.map(written), pod.told.map(|(w, at)| (w, written(at)))); }
        for c in &run.commands { println!("{} {:?} {:?} {}", written(c.at), c.reason, c.nodes, c.pods); }
    }
}
