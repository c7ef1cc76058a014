//! Processor time and peak memory of the capacity twin over a day of some 500 pods on 100 nodes, as `synth simulate --load day` runs it:
//! the default platform with room to scale by processor time.
//!
//! Both are Linux's own counts (`schedstat`, and `VmHWM` after the first run, the platform's own objects within), so that what else runs
//! on the machine counts little.

#![expect(clippy::print_stdout, reason = "a measurement that nobody reads may end")]

use stacks::{Platform, settings::Settings, simulated};
use synth_project::{Layer, Project as _};
use synth_twin::{
    load::{Day, Load},
    simulation::{Options, run, trace::Trace},
};

const RUNS: usize = 5;

/// More would be a leak: a day's trace alone is 10 MiB.
const MOST_MEMORY: f64 = 100.0;

/// Requests a second in the evening.
const RATE: f64 = 1_130_000.0;

/// Some five pods share a node of two vCPUs: a service's pods may be half as many on one node as there are at least.
const ROOM: &str = "
[services.cors_proxy_server]
min_replicas = 6
max_replicas = 1000
cpu_request_millicores = 250

[services.mock_target_server]
min_replicas = 6
max_replicas = 1000
cpu_request_millicores = 250

[karpenter.node_pools.spot]
limit_cpu = 260
limit_memory_gib = 2080
";

fn main() {
    let fixture = |name: &str| {
        let path = format!("{}/../../stacks/tests/fixtures/{name}.toml", env!("CARGO_MANIFEST_DIR"));
        std::fs::read_to_string(path).expect("the repository holds the fixtures")
    };
    let layers = [("default", fixture("default")), ("by-use", fixture("by-use")), ("room", ROOM.to_owned())];
    let layers = layers.map(|(name, text)| Layer { path: format!("{name}.toml"), text });
    let settings = Settings::parse("default", &layers).unwrap_or_else(|error| panic!("{error}"));
    let platform = Platform::build(&settings).unwrap_or_else(|problems| panic!("{problems}"));
    let setup = simulated::setup(&platform);
    let load = Load::day(&Day::of(RATE)).expect("a day of numbers");
    let once = || run(&setup, &load, &Options::default()).unwrap_or_else(|unfit| panic!("{unfit}"));
    let (pods, nodes) = most(&once());
    let peak = peak();
    let mut times: Vec<_> = std::iter::repeat_with(|| timed(once)).take(RUNS).flatten().collect();
    times.sort_by(f64::total_cmp);
    let (Some(time), Some(peak)) = (times.get(RUNS / 2), peak) else {
        println!("processor time and peak memory are measured on Linux only");
        return;
    };
    println!("a day of up to {pods} pods on {nodes} nodes  {time:>6.2} s of processor time, median of {RUNS}");
    println!("a day of up to {pods} pods on {nodes} nodes  {peak:>6.1} MiB peak memory");
    assert!(peak <= MOST_MEMORY, "more than {MOST_MEMORY} MiB");
}

/// Pods that are ready, and nodes that are paid for, where there are the most of them.
fn most(trace: &Trace) -> (u32, u32) {
    let pods = trace.pods.chunks(trace.services.len()).map(|second| second.iter().map(|pods| pods.ready).sum());
    let mut now = vec![0; trace.kinds.len()];
    let nodes = trace.nodes.chunk_by(|one, next| one.second == next.second).map(|changes| {
        for change in changes {
            now[change.kind] = change.nodes;
        }
        now.iter().sum()
    });
    (pods.max().unwrap_or(0), nodes.max().unwrap_or(0))
}

/// The seconds of processor time that it takes.
fn timed<T>(once: impl FnOnce() -> T) -> Option<f64> {
    let start = spent()?;
    std::hint::black_box(once());
    Some(spent()? - start)
}

/// Seconds that this process, which has one thread, was on a processor.
fn spent() -> Option<f64> {
    let nanoseconds = std::fs::read_to_string("/proc/self/schedstat").ok()?;
    nanoseconds.split_whitespace().next()?.parse().ok().map(|nanoseconds: f64| nanoseconds / 1e9)
}

/// In MiB.
fn peak() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").parse().ok().map(|kibibytes: f64| kibibytes / 1024.0)
}
