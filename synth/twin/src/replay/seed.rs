//! The published run of the seed's experiment: what `kubectl get hpa --watch` printed, decided again.
//!
//! A row was printed when the status changed, with the autoscaler's age in minutes. Within its minute a row is taken for one of the
//! syncs, which are 15 s apart, in order from the minute's start; between rows the last one holds. What is given is the CPU that was
//! printed, and when pods began to count; replicas are decided, and never read from the rows.

use std::collections::BTreeMap;

use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscaler;

use crate::{
    hpa::{
        Autoscaler, Decision, Reading, Replicas,
        pod::{Phase, PodState, Readiness, Sample, Status, Usage},
    },
    replay::{File, Malformed},
    time::{Span, Time},
};

const COLUMNS: &str = "hpa,hpa_age,cpu_percent_of_request,replicas";
const MINUTE: Span = Span::whole_seconds(60);
const SYNC: Span = Span::whole_seconds(15);
/// What a pod of the experiment asks for, in thousandths of a vCPU.
const REQUEST: i64 = 500;

/// A printed row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// The sync that it is taken for: the autoscaler's age.
    pub at: Time,
    /// CPU in percent of what pods ask for; none is `<unknown>`.
    pub cpu: Option<i32>,
    /// `REPLICAS`: what there was before that sync.
    pub replicas: i32,
}

/// When pods began to count, which the rows do not tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pods {
    /// So many pods fit onto the nodes that are there.
    pub fitting: usize,
    /// From a pod's creation to its start, where it fits.
    pub near: Span,
    /// From a pod's creation to its start, where a node is bought first.
    pub far: Span,
    /// From a pod's start to its first metric.
    pub metric: Span,
    /// When the oldest pod was moved to another node: a new one starts in its place.
    pub moves: Vec<Time>,
}

impl Pods {
    /// As published: two pods fit, and others were running 41 s after they were made. Karpenter moved one within 7h40m, and the last
    /// one before the `<unknown>` of 7h46m; the seconds of those are not told. The rest is what metrics-server allows: a first metric
    /// 10 to 30 s after the start.
    pub fn published() -> Self {
        let at = |minutes: i64, seconds: i64| Time::ZERO + Span::whole_seconds((7 * 60 + minutes) * 60 + seconds);
        Self {
            fitting: 2,
            near: Span::whole_seconds(3),
            far: Span::whole_seconds(41),
            metric: Span::whole_seconds(25),
            moves: vec![at(40, 10), at(46, 5)],
        }
    }
}

/// A sync, beside what was published.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The autoscaler's age.
    pub at: Time,
    /// The row that holds.
    pub row: Row,
    /// Replicas before this sync, as the twin decided them so far.
    pub replicas: i32,
    /// What the twin decides.
    pub decision: Decision,
}

/// A change of replicas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// The first sync that found it done.
    pub at: Time,
    /// Replicas before.
    pub from: i32,
    /// Replicas after.
    pub to: i32,
}

/// Reads rows, by the name of their autoscaler: `hpa,hpa_age,cpu_percent_of_request,replicas`, as in `proxy,7h32m,74,1`.
pub fn rows(file: File) -> Result<BTreeMap<String, Vec<Row>>, Malformed> {
    let mut lines = file.text.lines().enumerate();
    match lines.next() {
        Some((_, COLUMNS)) => {}
        _ => return Err(Malformed::line(file.path, 1, format!("the columns are not `{COLUMNS}`"))),
    }
    let mut all: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for (index, text) in lines.filter(|(_, text)| !text.trim().is_empty()) {
        let malformed = |problem: String| Malformed::line(file.path, index + 1, problem);
        let [name, age, cpu, replicas] = text.split(',').map(str::trim).collect::<Vec<_>>()[..] else {
            return Err(malformed("has not the four values of its columns".to_owned()));
        };
        let minute =
            minute(age).ok_or_else(|| malformed(format!("an age of `{age}` is not hours and minutes: `7h32m`")))?;
        let percent = cpu.parse().ok().filter(|percent| (0..=1_000_000).contains(percent));
        if percent.is_none() && cpu != "unknown" {
            return Err(malformed(format!("a CPU of `{cpu}` is no percentage, nor `unknown`")));
        }
        let replicas = replicas.parse().ok().filter(|replicas| *replicas >= 0);
        let replicas = replicas.ok_or_else(|| malformed("has no number of replicas".to_owned()))?;
        let rows = all.entry(name.to_owned()).or_default();
        let at = match rows.last() {
            Some(last) if last.at >= minute => last.at + SYNC,
            _ => minute,
        };
        if at >= minute + MINUTE {
            return Err(malformed(format!(
                "`{age}` is before the row above it, or has more rows than a minute has syncs"
            )));
        }
        rows.push(Row { at, cpu: percent, replicas });
    }
    Ok(all)
}

/// The start of an age's minute.
fn minute(age: &str) -> Option<Time> {
    let (hours, minutes) = age.strip_suffix('m')?.split_once('h')?;
    let (hours, minutes) = (hours.parse::<i64>().ok()?, minutes.parse::<i64>().ok()?);
    let fits = (0..1_000_000).contains(&hours) && (0..60).contains(&minutes);
    fits.then(|| Time::ZERO + Span::whole_seconds((hours * 60 + minutes) * 60))
}

/// Decides every sync from the first row until a minute after the last, each from the replicas that were decided before it.
///
/// `object` has to scale on the utilization of CPU; where it is refused, why is told.
pub fn decide(rows: &[Row], object: &HorizontalPodAutoscaler, pods: &Pods) -> Result<Vec<Step>, String> {
    let mut autoscaler = Autoscaler::new(object).map_err(|refused| refused.to_string())?;
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Ok(Vec::new()) };
    let old = first.at - Span::whole_seconds(3600);
    let mut starts = vec![old; usize::try_from(first.replicas).unwrap_or_default()];
    let mut steps = Vec::new();
    let (mut now, mut row, mut percent) = (first.at, *first, 0);
    while now <= last.at + MINUTE {
        row = rows.iter().rev().find(|row| row.at <= now).copied().unwrap_or(row);
        // What is unknown is to come of the pods, not of the row.
        percent = row.cpu.unwrap_or(percent);
        for moved in pods.moves.iter().filter(|moved| **moved > now - SYNC && **moved <= now) {
            if !starts.is_empty() {
                starts.remove(0);
                starts.push(*moved + pods.near);
            }
        }
        let (states, samples): (Vec<_>, Vec<_>) =
            starts.iter().map(|started| pod(*started, now, percent, pods.metric)).unzip();
        let replicas = i32::try_from(starts.len()).unwrap_or(i32::MAX);
        let asked = Replicas { asked: replicas, there: replicas };
        let decision = autoscaler.sync(now, asked, &states, &[Reading::Pods(&samples)]);
        let desired = usize::try_from(decision.desired).unwrap_or_default();
        starts.truncate(desired);
        while starts.len() < desired {
            let wait = if starts.len() < pods.fitting { pods.near } else { pods.far };
            starts.push(now + wait);
        }
        steps.push(Step { at: now, row, replicas, decision });
        now += SYNC;
    }
    Ok(steps)
}

fn pod(started: Time, now: Time, percent: i32, metric: Span) -> (PodState, Sample) {
    let phase = if started > now { Phase::Pending } else { Phase::Running };
    let ready = (started <= now).then_some(Readiness { status: Status::True, since: started });
    let usage = Usage { value: REQUEST * i64::from(percent) / 100, at: now, window: SYNC };
    let usage = (started + metric <= now).then_some(usage);
    let state = PodState { phase, deleting: false, started: Some(started), ready };
    (state, Sample { request: Some(REQUEST), usage })
}

/// The published changes of replicas, and those that were decided: each at the first sync that found it done.
pub fn changes(steps: &[Step]) -> (Vec<Change>, Vec<Change>) {
    let of = |replicas: fn(&Step) -> i32| {
        let pairs = steps.windows(2).filter(|pair| replicas(&pair[0]) != replicas(&pair[1]));
        pairs.map(|pair| Change { at: pair[1].at, from: replicas(&pair[0]), to: replicas(&pair[1]) }).collect()
    };
    (of(|step| step.row.replicas), of(|step| step.replicas))
}
