//! Syncs of real autoscalers, one by one: `NAME.syncs.jsonl` with what the controller was given, and `curves.json` with its settings.
//!
//! Each sync is decided from what was recorded before it, never from what the twin decided, so that one that differs leaves the rest
//! comparable.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::{
    hpa::{
        Autoscaler, Decision, Reading, Replicas,
        pod::{PodState, Readiness, Sample, Usage},
    },
    replay::{
        Difference, File, Malformed, Report,
        curves::{self, Recorded},
        table::{self, Row},
    },
    time::{Span, Time},
};

const SYNCS: &str = ".syncs.jsonl";
const TABLE: &str = ".sync.csv";
const CURVES: &str = "curves.json";
/// A table's times have two decimals.
const NEAR: Span = Span(20);

/// A sync: times are seconds from the recording's zero.
#[derive(Deserialize)]
struct Sync {
    time_s: f64,
    #[serde(rename = "specBefore")]
    before: i32,
    #[serde(rename = "specAfter")]
    after: i32,
    pods: Vec<PodGiven>,
}

/// A pod, with what the metrics API said of it: thousandths of a vCPU over `window` seconds until `ts`.
#[derive(Deserialize)]
struct PodGiven {
    phase: String,
    start: Option<f64>,
    ready: Option<String>,
    ready_since: Option<f64>,
    #[serde(default)]
    deleting: bool,
    cpu_m: Option<f64>,
    ts: Option<f64>,
    window: Option<f64>,
    /// Where its request is not that of the others, as in the midst of a rollout.
    request_m: Option<i64>,
}

/// A sync that was decided again.
#[derive(Clone, Debug, PartialEq)]
pub struct Decided {
    /// When, from the recording's zero.
    pub at: Time,
    /// `spec.replicas` before it.
    pub before: i32,
    /// `spec.replicas` after it, as recorded.
    pub recorded: i32,
    /// What the twin decides.
    pub decision: Decision,
    /// The line of its file, from 1.
    pub line: usize,
    /// Pods that were given.
    pub pods: usize,
}

/// Decides every recorded sync again, and reports for each recording how many agree, in the order of their paths.
///
/// `files` are those of a folder, or of several, each with its own `curves.json`; what is no part of the form is passed over. A
/// recording is named by its path without the ending.
pub fn replay(files: &[File]) -> Result<Vec<Report>, Malformed> {
    let mut reports = Vec::new();
    for (name, syncs) in decide(files)? {
        let mut report = Report::new(&name);
        for sync in &syncs {
            report.count((sync.decision.desired != sync.recorded).then(|| difference(&name, sync)));
        }
        reports.push(report);
    }
    Ok(reports)
}

/// Decides every recorded sync again.
pub fn decide(files: &[File]) -> Result<BTreeMap<String, Vec<Decided>>, Malformed> {
    let mut settings = BTreeMap::new();
    for file in files.iter().filter(|file| split(file.path).1 == CURVES) {
        settings.insert(split(file.path).0, curves::read(*file)?);
    }
    let mut all = BTreeMap::new();
    for file in files {
        let Some(name) = file.path.strip_suffix(SYNCS) else { continue };
        let (folder, own) = split(name);
        let Some(curves) = settings.get(folder) else {
            return Err(Malformed::file(file.path, format!("there is no `{CURVES}` beside it")));
        };
        let Some(recorded) = curves.get(own) else {
            return Err(Malformed::file(file.path, format!("`{CURVES}` has no curve `{own}`")));
        };
        let decided = either(*file, recorded)?;
        let table = format!("{name}{TABLE}");
        if let Some(table) = files.iter().find(|file| file.path == table) {
            for row in table::rows(*table)? {
                compare(*table, &row, &decided)?;
            }
        }
        all.insert(name.to_owned(), decided);
    }
    if all.is_empty() {
        return Err(Malformed::file(files.first().map_or("", |file| file.path), format!("no file ends in `{SYNCS}`")));
    }
    Ok(all)
}

/// A path's folder and its last part.
fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// Where it is not told whether the autoscaler is older than its recording, it is taken for that if more syncs agree so.
fn either(file: File, recorded: &Recorded) -> Result<Vec<Decided>, Malformed> {
    let known = syncs(file, recorded, recorded.older.unwrap_or(false))?;
    let agreeing = |syncs: &[Decided]| syncs.iter().filter(|sync| sync.decision.desired == sync.recorded).count();
    if recorded.older.is_some() || agreeing(&known) == known.len() {
        return Ok(known);
    }
    let older = syncs(file, recorded, true)?;
    Ok(if agreeing(&older) > agreeing(&known) { older } else { known })
}

fn syncs(file: File, recorded: &Recorded, older: bool) -> Result<Vec<Decided>, Malformed> {
    let mut autoscaler = recorded.autoscaler.clone();
    if older {
        autoscaler.forgets_its_start();
    }
    let mut decided: Vec<Decided> = Vec::new();
    for (index, text) in file.text.lines().enumerate().filter(|(_, text)| !text.trim().is_empty()) {
        let malformed = |problem: String| Malformed::line(file.path, index + 1, problem);
        let sync: Sync = serde_json::from_str(text).map_err(|error| malformed(error.to_string()))?;
        let at = Time::seconds(sync.time_s);
        if let Some(before) = decided.last()
            && at <= before.at
        {
            return Err(malformed(format!("the sync at {at} is not after the one before it, at {}", before.at)));
        }
        if sync.before < 0 || sync.after < 0 {
            return Err(malformed("less than no replicas".to_owned()));
        }
        let pods: Vec<_> = sync
            .pods
            .iter()
            .enumerate()
            .map(|(place, said)| {
                pod(said, recorded.request).map_err(|problem| malformed(format!("pod {place}: {problem}")))
            })
            .collect::<Result<_, _>>()?;
        let decision = decide_one(&mut autoscaler, at, &sync, pods);
        let (line, pods) = (index + 1, sync.pods.len());
        decided.push(Decided { at, before: sync.before, recorded: sync.after, decision, line, pods });
    }
    if decided.is_empty() {
        return Err(Malformed::file(file.path, "holds no sync"));
    }
    Ok(decided)
}

fn decide_one(autoscaler: &mut Autoscaler, now: Time, sync: &Sync, pods: Vec<(PodState, Sample)>) -> Decision {
    let (pods, samples): (Vec<_>, Vec<_>) = pods.into_iter().unzip();
    let there = pods.iter().filter(|pod| !pod.deleting).count();
    let replicas = Replicas { asked: sync.before, there: i32::try_from(there).unwrap_or(i32::MAX) };
    let mut decision = autoscaler.decide(now, replicas, &pods, &[Reading::Pods(&samples)]);
    if sync.after != sync.before {
        decision.conditions = autoscaler.rescaled(now, sync.before, sync.after);
    }
    decision
}

fn pod(said: &PodGiven, request: i64) -> Result<(PodState, Sample), String> {
    let status = said.ready.as_deref().map(str::parse).transpose()?;
    let ready = match (status, said.ready_since) {
        (Some(status), Some(since)) => Some(Readiness { status, since: Time::seconds(since) }),
        (None, _) => None,
        (Some(_), None) => return Err("`ready` without `ready_since`".to_owned()),
    };
    let usage = match (said.cpu_m, said.ts, said.window) {
        (None, ..) => None,
        (Some(used), Some(at), Some(window)) if (0.0..1e12).contains(&used) && window > 0.0 => {
            // The controller rounds up to whole thousandths.
            #[expect(clippy::cast_possible_truncation, reason = "it is within its range")]
            let value = used.ceil() as i64;
            Some(Usage { value, at: Time::seconds(at), window: Span::seconds(window) })
        }
        (Some(used), Some(_), Some(window)) => return Err(format!("a use of {used} in {window} s is none")),
        (Some(_), ..) => return Err("`cpu_m` without `ts` and `window`".to_owned()),
    };
    let request = said.request_m.unwrap_or(request);
    if request < 1 {
        return Err(format!("a request of {request} is none"));
    }
    let started = said.start.map(Time::seconds);
    let state = PodState { phase: said.phase.parse()?, deleting: said.deleting, started, ready };
    Ok((state, Sample { request: Some(request), usage }))
}

/// Both were written of one run: where a table contradicts the sync of its time, the recording is not whole.
fn compare(table: File, row: &Row, decided: &[Decided]) -> Result<(), Malformed> {
    let sync = decided.iter().find(|sync| (sync.at - row.at).0.abs() < NEAR.0);
    let said = format!("{} replicas before and {} after", row.before, row.after);
    match sync {
        Some(sync) if (sync.before, sync.recorded) != (row.before, row.after) => {
            let problem =
                format!("{said}, where line {} of the syncs has {} and {}", sync.line, sync.before, sync.recorded);
            Err(Malformed::line(table.path, row.line, problem))
        }
        _ => Ok(()),
    }
}

fn difference(name: &str, sync: &Decided) -> Difference {
    let mut given = format!("{} replicas and {} pods at {}", sync.before, sync.pods, sync.at);
    match sync.decision.proposals.first() {
        Some(Ok(proposal)) => {
            let counted = proposal.pods;
            let of = proposal.utilization.map_or(format!("{}m each", proposal.value), |percent| format!("{percent} %"));
            given = format!(
                "{given} ({} ready, {} unready, {} without a metric), {of}: {} proposed",
                counted.ready, counted.unready, counted.missing, proposal.replicas
            );
        }
        Some(Err(invalid)) => given = format!("{given}: {invalid}"),
        None => {}
    }
    Difference {
        file: format!("{name}{SYNCS}"),
        line: sync.line,
        given,
        recorded: sync.recorded.to_string(),
        decided: sync.decision.desired.to_string(),
    }
}
