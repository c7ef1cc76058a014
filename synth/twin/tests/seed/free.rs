use synth_twin::{karpenter::Version, simulation::{Options, seed::*}};

#[test]
fn explore() {
    let trace = free(Version::V1_5, &Options::default()).unwrap();
    for (second, of) in trace.seconds.iter().enumerate().take(500).step_by(10) {
        let pods: Vec<_> = trace.pods.iter().skip(second * 2).take(2).collect();
        println!("{second} {:.0} {:.1} {:.1} {:.1} p50 {} p99 {} | {}/{} {:.0}% {:.0} | {}/{} {:.0}%", of.offered, of.answered, of.refused, of.failed, of.p50, of.p99, pods[0].ready, pods[0].desired, pods[0].cpu, pods[0].in_flight, pods[1].ready, pods[1].desired, pods[1].cpu);
    }
    for event in &trace.events { println!("{} {:?} {}", event.at, event.of, event.text); }
    println!("{:?}", trace.totals());
}
