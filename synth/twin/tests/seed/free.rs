//! The experiment with its load alone as input: what is certain of it, and where it must differ from what was published.

use synth_twin::{
    karpenter::Version,
    simulation::{
        self, Options,
        seed::{REPORT, Second, free, load, seconds, setup},
        trace::Trace,
    },
};

fn run(seed: u64) -> Trace {
    free(Version::V1_5, &Options { seed, ..Options::default() }).expect("the objects are sound")
}

/// The second from which on one pod can take no more: 700m at 2.2 ms each.
fn knee() -> usize {
    seconds().iter().position(|second| second.offered > 0.7 / 0.0022).expect("it is reached")
}

#[test]
fn what_was_published_is_read_whole() {
    let seconds = seconds();
    assert_eq!(seconds.len(), 429);
    let sum = |of: fn(&Second) -> Option<f64>| seconds.iter().filter_map(of).sum::<f64>();
    let (succeeded, failed) = (sum(|of| of.succeeded), sum(|of| of.failed));
    assert!((succeeded - 35_447.0).abs() < 0.5 && (failed - 3_057.0).abs() < 0.5, "{succeeded} and {failed}");
    let ended = REPORT.requests * REPORT.failed_percent / 100.0;
    assert!((ended - 3_439.0).abs() < 1.0, "{ended}");
}

#[test]
fn up_to_the_knee_all_that_is_offered_is_answered_as_it_was_published() {
    let (trace, published) = (run(1), seconds());
    let knee = knee();
    assert!((94..=97).contains(&knee), "{knee}");
    let (mut simulated, mut counted) = (0.0, 0.0);
    for (second, (of, published)) in trace.seconds.iter().zip(&published).enumerate().take(knee) {
        assert!((of.answered - of.offered).abs() < 0.01 && of.failed + of.refused < 0.01, "second {second}: {of:?}");
        simulated += of.answered;
        counted += published.succeeded.unwrap_or_default();
    }
    // A marker of the graph is read to 3.1 requests/s, and some are hidden.
    assert!((simulated / counted - 1.0).abs() < 0.03, "{simulated} and {counted}");
}

#[test]
fn one_pod_answers_what_its_limit_of_700m_allows() {
    let mut alone = setup(Version::V1_5);
    alone.services[0].scaler.spec.max_replicas = 1;
    let trace = simulation::run(&alone, &load().unwrap(), &Options::default()).unwrap();
    for second in 150..420 {
        let answered = trace.seconds[second].answered;
        assert!((answered - 0.7 / 0.0022).abs() < 4.0, "second {second}: {answered}");
    }
    // The rest waits for ever, as it did: nobody had a time-out.
    assert!(trace.totals().refused + trace.totals().failed < 1.0);
}

#[test]
fn the_stalls_are_none_of_its_own_and_pods_go_on_beyond_4() {
    let (trace, published) = (run(1), seconds());
    let stalls: Vec<usize> = [98..121, 152..173, 219..277, 289..337].into_iter().flatten().collect();
    let sum = |of: &dyn Fn(usize) -> f64| stalls.iter().map(|second| of(*second)).sum::<f64>();
    let answered = sum(&|second| trace.seconds[second].answered);
    let was = sum(&|second| published[second].succeeded.unwrap_or_default());
    assert!(was < 0.1 * answered, "{was} and {answered}");
    // At 1000/s, 2.2 ms each take 2.2 cores: 440 % of what a pod asks for, at most 55 % of it in each.
    let most = trace.pods_of(0).map(|pods| pods.ready).max().unwrap();
    assert!((8..=10).contains(&most), "{most}");
}

#[test]
fn karpenter_stays_within_20_vcpus_and_all_comes_down_again() {
    for seed in 1..=3 {
        let trace = run(seed);
        let mut counts = vec![0; trace.kinds.len()];
        for change in &trace.nodes {
            counts[change.kind] = change.nodes;
            let bought: u32 =
                counts.iter().zip(&trace.kinds).filter(|(_, kind)| !kind.base).map(|(nodes, _)| *nodes).sum();
            assert!(bought <= 10, "{bought} nodes of 2 vCPUs");
        }
        let last = trace.pods_of(0).last().unwrap();
        assert_eq!((last.ready, last.desired), (1, 1));
        assert!(trace.by_zone.iter().take(3).sum::<u32>() == 2, "one pod of each service at the start");
    }
}

#[test]
fn the_same_seed_gives_the_same_run() {
    assert_eq!(format!("{:?}", run(7)), format!("{:?}", run(7)));
}
