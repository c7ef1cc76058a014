//! What one metric proposes: pods and their samples to a number of replicas.
//!
//! Source: Kubernetes 1.36.2, `pkg/controller/podautoscaler/replica_calculator.go`. Ratios are 64-bit floats and percentages whole
//! numbers cut off, as there: at a tolerance's edge the last digit decides.

use std::fmt;

use crate::{
    hpa::{
        pod::{Phase, PodState, Sample, Status, Usage},
        settings::{Flags, Tolerances},
    },
    time::Time,
};

/// What a metric proposes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// So many replicas, before any limit.
    pub replicas: i32,
    /// How much of their requests pods use, in percent, cut off: what `kubectl get hpa` shows.
    pub utilization: Option<i32>,
    /// The mean of pods, or what falls to each, in thousandths; of a target in all the whole value.
    pub value: i64,
    /// How its pods were counted, where it is one of pods.
    pub pods: Counted,
}

/// How many pods the controller counts as what. Those that are deleted or have failed are none of these.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// With a sample that counts.
    pub ready: i64,
    /// Without a sample that counts: they use nothing when there are too few.
    pub unready: i64,
    /// Without a sample: they use nothing when there are too few, and all they ask for when there are too many.
    pub missing: i64,
}

/// Why a metric proposes nothing. It is displayed in the controller's words.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the words are in the display")]
pub enum Invalid {
    /// The API that the metric comes from has nothing, or refuses.
    Unavailable(String),
    NoPods,
    /// There are no pods that a value in all could be held by.
    NoneReady,
    /// What there is belongs to pods that go, have failed or are not ready.
    NoReady,
    /// The pod at this place asks for nothing of the resource.
    NoRequest(usize),
    /// Pods ask for 0 of it.
    NothingRequested,
}

impl fmt::Display for Invalid {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unavailable(why) => out.write_str(why),
            Self::NoPods => out.write_str("no pods returned by selector while calculating replica count"),
            Self::NoneReady => write!(out, "unable to calculate ready pods: {}", Self::NoPods),
            Self::NoReady => out.write_str("did not receive metrics for targeted pods (pods might be unready)"),
            Self::NoRequest(pod) => write!(out, "missing request in pod {pod}"),
            Self::NothingRequested => out.write_str("no metrics returned matched known pods"),
        }
    }
}

impl std::error::Error for Invalid {}

/// What is asked of a metric of pods.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    /// Now.
    pub now: Time,
    /// `spec.replicas` of the scaled object.
    pub current: i32,
    /// How far from the target nothing is done.
    pub tolerances: Tolerances,
    /// It is processor time.
    pub cpu: bool,
    /// The controller's flags.
    pub flags: &'a Flags,
}

/// What each pod should use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Each {
    /// A percentage of what it asks for.
    Utilization(i32),
    /// So many thousandths.
    AverageValue(i64),
}

/// Where the controller counts a pod.
enum Place {
    Ignored,
    Unready,
    Missing,
    Ready(i64),
}

/// Pods that are counted together.
#[derive(Clone, Copy, Default)]
struct Tally {
    pods: i64,
    usage: i64,
    requests: i64,
}

impl Tally {
    fn add(&mut self, usage: i64, request: i64) {
        self.pods += 1;
        self.usage = self.usage.saturating_add(usage);
        self.requests = self.requests.saturating_add(request);
    }

    fn and(self, other: Self) -> Self {
        let usage = self.usage.saturating_add(other.usage);
        Self { pods: self.pods + other.pods, usage, requests: self.requests.saturating_add(other.requests) }
    }

    fn idle(self) -> Self {
        Self { usage: 0, ..self }
    }
}

impl Question<'_> {
    /// What pods' samples propose; the sample at a pod's place is that pod's.
    pub fn of_pods(self, target: Each, pods: &[PodState], samples: &[Sample]) -> Result<Proposal, Invalid> {
        if pods.is_empty() {
            return Err(Invalid::NoPods);
        }
        let (mut ready, mut unready, mut missing) = (Tally::default(), Tally::default(), Tally::default());
        let mut unasked = None;
        for (index, pod) in pods.iter().enumerate() {
            let sample = samples.get(index).copied().unwrap_or_default();
            if sample.request.is_none() {
                unasked = unasked.or(Some(index));
            }
            let request = sample.request.unwrap_or_default();
            match self.place(pod, sample.usage) {
                Place::Ignored => {}
                Place::Unready => unready.add(0, request),
                Place::Missing => missing.add(target.presumed(request), request),
                Place::Ready(usage) => ready.add(usage, request),
            }
        }
        if ready.pods == 0 {
            return Err(Invalid::NoReady);
        }
        if let (Each::Utilization(_), Some(pod)) = (target, unasked) {
            return Err(Invalid::NoRequest(pod));
        }
        let (ratio, utilization, value) = target.ratio(ready)?;
        let pods = Counted { ready: ready.pods, unready: unready.pods, missing: missing.pods };
        let proposal = |replicas| Proposal { replicas, utilization, value, pods };
        let idle_unready = unready.pods > 0 && ratio > 1.0;
        if !idle_unready && missing.pods == 0 {
            let within = self.tolerances.bear(ratio);
            return Ok(proposal(if within { self.current } else { scaled(ratio, ready.pods) }));
        }
        let mut counted = ready;
        if ratio < 1.0 {
            counted = counted.and(missing);
        } else if ratio > 1.0 {
            counted = counted.and(missing.idle());
        }
        if idle_unready {
            counted = counted.and(unready);
        }
        let (anew, ..) = target.ratio(counted)?;
        let turned = (ratio < 1.0 && anew > 1.0) || (ratio > 1.0 && anew < 1.0);
        if self.tolerances.bear(anew) || turned {
            return Ok(proposal(self.current));
        }
        let replicas = scaled(anew, counted.pods);
        let against = (anew < 1.0 && replicas > self.current) || (anew > 1.0 && replicas < self.current);
        Ok(proposal(if against { self.current } else { replicas }))
    }

    fn place(self, pod: &PodState, usage: Option<Usage>) -> Place {
        if pod.deleting || pod.phase == Phase::Failed {
            return Place::Ignored;
        }
        if pod.phase == Phase::Pending {
            return Place::Unready;
        }
        let Some(usage) = usage else { return Place::Missing };
        if self.cpu && self.is_doubted(pod, usage) { Place::Unready } else { Place::Ready(usage.value) }
    }

    /// Is what a pod used no sign of what it will use? A young one counts from one whole window after it became ready.
    fn is_doubted(self, pod: &PodState, usage: Usage) -> bool {
        let (Some(started), Some(condition)) = (pod.started, pod.ready) else { return true };
        let unready = condition.status == Status::False;
        if started + self.flags.cpu_initialization > self.now {
            unready || usage.at < condition.since + usage.window
        } else {
            unready && started + self.flags.initial_readiness > condition.since
        }
    }

    /// What a value proposes that all replicas share out: `status.replicas` of them, whoever of them is ready. `value` and `target`
    /// are thousandths.
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "as the controller rounds")]
    pub fn of_average(self, target: i64, value: i64, status: i32) -> Proposal {
        let (value, target, status_replicas) = (value as f64, target as f64, f64::from(status));
        let within = self.tolerances.bear(value / (target * status_replicas));
        let replicas = if within { status } else { (value / target).ceil() as i32 };
        let value = (value / status_replicas).ceil() as i64;
        Proposal { replicas, utilization: None, value, pods: Counted::default() }
    }

    /// What a value proposes that should be so much in all, by the pods that run and are ready, those that are being deleted among
    /// them. `value` and `target` are thousandths.
    #[expect(clippy::cast_precision_loss, reason = "as the controller rounds")]
    pub fn of_total(self, target: i64, value: i64, pods: &[PodState]) -> Result<Proposal, Invalid> {
        let ratio = value as f64 / target as f64;
        let proposal = |replicas| Ok(Proposal { replicas, utilization: None, value, pods: Counted::default() });
        if self.tolerances.bear(ratio) {
            return proposal(self.current);
        }
        if pods.is_empty() {
            return Err(Invalid::NoneReady);
        }
        let serves = |pod: &&PodState| {
            pod.phase == Phase::Running && pod.ready.is_some_and(|condition| condition.status == Status::True)
        };
        proposal(scaled(ratio, i64::try_from(pods.iter().filter(serves).count()).unwrap_or(i64::MAX)))
    }
}

impl Each {
    /// What a pod without a sample is taken to use when there are too many.
    fn presumed(self, request: i64) -> i64 {
        match self {
            Self::Utilization(percent) => request.saturating_mul(i64::from(percent.max(100))) / 100,
            Self::AverageValue(value) => value,
        }
    }

    /// Use to target, with the percentage of requests and the mean.
    #[expect(clippy::cast_precision_loss, reason = "as the controller rounds")]
    fn ratio(self, tally: Tally) -> Result<(f64, Option<i32>, i64), Invalid> {
        let mean = tally.usage / tally.pods;
        match self {
            Self::Utilization(_) if tally.requests == 0 => Err(Invalid::NothingRequested),
            Self::Utilization(target) => {
                let percent = i128::from(tally.usage) * 100 / i128::from(tally.requests);
                let percent = i32::try_from(percent).unwrap_or(i32::MAX);
                Ok((f64::from(percent) / f64::from(target), Some(percent), mean))
            }
            Self::AverageValue(target) => Ok((mean as f64 / target as f64, None, mean)),
        }
    }
}

#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "as the controller rounds")]
fn scaled(ratio: f64, pods: i64) -> i32 {
    (ratio * pods as f64).ceil() as i32
}
