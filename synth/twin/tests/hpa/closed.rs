//! The autoscaler and its metrics in a circle: what it decides makes the pods whose use it then sees.
//!
//! The recordings' own load runs against simulated pods, at the recorded syncs. Theirs was unsteady by some percent, and a ceiling
//! makes a whole replica of that.

use serde_json::Value as Json;
use synth_twin::{
    hpa::{
        Autoscaler, Reading, Replicas,
        pod::{Phase, PodState, Readiness, Sample, Status},
    },
    metrics::server::{Container, Server, Settings},
    time::{Span, Time},
};

use crate::{
    given::{at, cpu, object},
    recordings::files,
};

/// A pod of the recordings: Running 3 s after its start, Ready some seconds after it, gone 5 s after it was told to go.
struct Pod {
    started: Time,
    ready: Time,
    deleting: Option<Time>,
    container: Option<(Container, f64)>,
}

struct Cluster {
    pods: Vec<Pod>,
    server: Server,
    ready_after: Span,
}

impl Cluster {
    fn scale(&mut self, now: Time, replicas: i32) {
        let kept = usize::try_from(replicas).expect("it is not negative");
        let present = self.pods.iter().filter(|pod| pod.deleting.is_none()).count();
        for pod in self.pods.iter_mut().rev().filter(|pod| pod.deleting.is_none()).take(present.saturating_sub(kept)) {
            pod.deleting = Some(now);
        }
        for _ in present..kept {
            let started = now + Span(500);
            self.pods.push(Pod { started, ready: started + self.ready_after, deleting: None, container: None });
        }
    }

    /// One second of a load in thousandths, which ready pods share, each up to 2000.
    fn step(&mut self, now: Time, load: f64) {
        let answers = |pod: &Pod| pod.deleting.is_none() && pod.ready <= now;
        let answering = self.pods.iter().filter(|pod| answers(pod)).count();
        #[expect(clippy::cast_precision_loss, reason = "they are few")]
        let each = (load / answering.max(1) as f64).min(2_000.0);
        for pod in &mut self.pods {
            let used = if pod.deleting.is_none() && pod.ready <= now { each } else { 2.0 } / 1000.0;
            if pod.container.is_none() && pod.started + Span::whole_seconds(3) <= now {
                pod.container = Some((self.server.start(pod.started + Span::whole_seconds(3)), 0.0));
            }
            if let Some((container, total)) = &mut pod.container {
                *total += used;
                self.server.observe(*container, now, *total, 1);
            }
        }
        let server = &mut self.server;
        self.pods.retain(|pod| {
            let gone = pod.deleting.is_some_and(|since| since + Span::whole_seconds(5) <= now);
            if let Some((container, _)) = pod.container.filter(|_| gone) {
                server.remove(container);
            }
            !gone
        });
        if server.next_scrape() <= now {
            server.scrape();
        }
    }

    fn seen(&self, now: Time) -> (Vec<PodState>, Vec<Sample>) {
        let see = |pod: &Pod| {
            let runs = pod.started + Span::whole_seconds(3) <= now;
            let (status, since) =
                if pod.ready <= now { (Status::True, pod.ready) } else { (Status::False, pod.started) };
            let state = PodState {
                phase: if runs { Phase::Running } else { Phase::Pending },
                deleting: pod.deleting.is_some(),
                started: Some(pod.started.whole_second()),
                ready: Some(Readiness { status, since: since.whole_second() }),
            };
            let figures = pod.container.and_then(|(container, _)| self.server.figures(&[container]));
            (state, Sample { request: Some(500), usage: figures.map(|figures| figures.cpu) })
        };
        self.pods.iter().map(see).unzip()
    }
}

fn load(curve: &Json, second: f64) -> f64 {
    let points = curve["points"].as_array().expect("there are points");
    let point = |index: usize| (points[index][0].as_f64().expect("a time"), points[index][1].as_f64().expect("a load"));
    let after = (0..points.len()).find(|index| point(*index).0 > second).unwrap_or(points.len());
    match after {
        0 => point(0).1,
        _ if after == points.len() || curve["interp"] == "step" => point(after - 1).1,
        _ => {
            let ((from, low), (to, high)) = (point(after - 1), point(after));
            low + (high - low) * (second - from) / (to - from)
        }
    }
}

/// Recorded replicas before each sync, and those that come of the circle.
fn circle(folder: &str, name: &str, ready_after: i64) -> Vec<(f64, i32, i32)> {
    let files = files();
    let curves: Json = serde_json::from_str(&files[&format!("{folder}curves.json")]).expect("it is JSON");
    let curve = &curves["curves"][name];
    let spec =
        serde_json::json!({ "minReplicas": 3, "maxReplicas": 24, "metrics": [cpu(60)], "behavior": curve["behavior"] });
    let mut autoscaler = Autoscaler::new(&object(&spec)).expect("it is accepted");
    let syncs: Vec<Json> = files[&format!("{folder}{name}.syncs.jsonl")]
        .lines()
        .map(|line| serde_json::from_str(line).expect("it is JSON"))
        .collect();
    let begin = -400_i64;
    let phase = (-curves["t0"].as_f64().expect("a time")).rem_euclid(15.0) - 405.0;
    let settings =
        Settings { phase: Span::seconds(phase), housekeeping: Span::ZERO, jitter: 0.0, ..Settings::default() };
    let mut cluster =
        Cluster { pods: Vec::new(), server: Server::new(settings), ready_after: Span::whole_seconds(ready_after) };
    let first = i32::try_from(syncs[0]["specBefore"].as_i64().expect("a number")).expect("it is small");
    let mut replicas = first;
    cluster.scale(Time::ZERO + Span::whole_seconds(begin), replicas);
    let mut compared = Vec::new();
    let mut second = begin;
    for sync in &syncs {
        let time = sync["time_s"].as_f64().expect("a time");
        while Span::whole_seconds(second).in_seconds() <= time {
            let now = Time::ZERO + Span::whole_seconds(second);
            cluster.step(now, load(curve, now.in_seconds()));
            second += 1;
        }
        let (states, samples) = cluster.seen(at(time));
        let asked = Replicas { asked: replicas, there: replicas };
        let decision = autoscaler.sync(at(time), asked, &states, &[Reading::Pods(&samples)]);
        let recorded = i32::try_from(sync["specAfter"].as_i64().expect("a number")).expect("it is small");
        compared.push((time, recorded, decision.desired));
        replicas = decision.desired;
        cluster.scale(at(time), replicas);
    }
    compared
}

#[test]
fn replicas_follow_the_recordings_within_one_sync_and_one_replica() {
    // In the ramp, the recorded use left the tolerance one sync before an even one does, and the next new pods count two syncs later.
    for (folder, name, ready_after, outside) in [
        ("", "step-up", 6, 0),
        ("", "ramp-up", 6, 1),
        ("", "slow-decline", 6, 0),
        ("", "slow-ready", 60, 0),
        ("phases/", "phase-00s-step", 6, 0),
        ("phases/", "phase-06s-step", 6, 0),
        ("phases/", "phase-05s-ramp", 6, 0),
        ("services/", "cors-proxy-server", 6, 0),
        ("services/", "mock-target-server", 6, 0),
    ] {
        let compared = circle(folder, name, ready_after);
        let is_outside = |(index, (_, recorded, _)): (usize, &(f64, i32, i32))| {
            let near = &compared[index.saturating_sub(1)..(index + 2).min(compared.len())];
            !near.iter().any(|(.., decided)| (decided - recorded).abs() <= 1)
        };
        let is_between = |index: usize, recorded: i32| {
            let near = &compared[index.saturating_sub(1)..(index + 2).min(compared.len())];
            near.iter().any(|(.., decided)| *decided <= recorded)
                && near.iter().any(|(.., decided)| *decided >= recorded)
        };
        let away: Vec<_> = compared
            .iter()
            .enumerate()
            .filter(|(index, sync)| is_outside((*index, sync)) && !is_between(*index, sync.1))
            .collect();
        assert!(away.len() <= outside, "{name}: {away:?}");
    }
}

#[test]
fn a_step_is_followed_at_every_sync() {
    let compared = circle("", "step-up", 6);
    assert!(compared.len() == 61 && compared.iter().all(|(_, recorded, decided)| recorded == decided), "{compared:?}");
}
