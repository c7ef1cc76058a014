//! From one Kubernetes version to a later one: where an environment stands, what does not fit, and the steps, one minor version at a time.
//!
//! All of it follows from the settings and a day. What AWS or the cluster alone knows is asked for by a command that says so.

mod asks;
mod back;
mod nodes;
mod standing;
mod steps;

use std::fmt;

use jiff::civil::Date;
use synth_project::{PartProblems, Project as _};
use synth_review::Severity;
pub use synth_review::{Finding, SettingPlace, Waiver};

pub use self::{
    asks::Ask,
    standing::{Standing, Support},
};
pub use crate::versions::Source;
use crate::{
    Platform,
    settings::{KubernetesVersion, Settings},
    versions::Release,
};

/// The way from a version to another.
#[derive(Debug)]
pub struct Upgrade {
    /// Where the environment stands.
    pub standing: Standing,
    /// The version that it comes to.
    pub target: KubernetesVersion,
    /// What does not fit already.
    pub findings: Vec<Finding>,
    /// What is to be done, in this order.
    pub steps: Vec<Step>,
    /// What does not fit after the last step.
    pub left: Vec<Finding>,
    /// What is to be asked of AWS and of the cluster before the first step.
    pub asks: Vec<Ask>,
}

/// Something that is merged at once, and waited for.
#[derive(Debug)]
pub struct Step {
    /// What it does.
    pub title: String,
    /// The version under which it is done, and the one that follows.
    pub versions: [KubernetesVersion; 2],
    /// The settings to change.
    pub changes: Vec<Change>,
    /// Waivers that waive nothing from then on, so that `synth check` fails until they are removed.
    pub waivers: Vec<Waiver>,
    /// What to do, command by command.
    pub run: Vec<String>,
    /// What goes, and comes anew.
    pub replaces: Vec<Replaced>,
    /// How to go back.
    pub back: Vec<String>,
    /// What does not fit after it, and did before.
    pub findings: Vec<Finding>,
}

/// A setting to change.
#[derive(Debug)]
pub struct Change {
    /// Its dotted key.
    pub key: String,
    /// Where it stands now.
    pub place: Option<SettingPlace>,
    /// Its value until then.
    pub from: String,
    /// Its value from then on.
    pub to: Value,
}

impl Change {
    fn new(key: &str, from: impl fmt::Display, to: Value) -> Self {
        Self { key: key.to_owned(), place: None, from: from.to_string(), to }
    }
}

/// What to write into a setting.
#[derive(Debug, PartialEq, Eq)]
pub enum Value {
    /// This.
    Known(String),
    /// What somebody else publishes: how to choose, and the command or address that answers.
    Published(String, String),
}

/// What a step replaces.
#[derive(Debug, PartialEq, Eq)]
pub enum Replaced {
    /// The API servers, by EKS, one after the other.
    ControlPlane,
    /// Pods, which their controllers roll.
    Pods(String),
    /// The base nodes: how many, and at most how many percent of them at once.
    BaseNodes(u32, u8),
    /// Every node of Karpenter's, by drift, within the pools' disruption budgets.
    KarpenterNodes,
}

/// Why there is no plan.
#[derive(Debug)]
pub enum Unplanned {
    /// What was asked for makes no sense: every reason.
    Asked(Vec<String>),
    /// The platform cannot be built.
    Unbuilt(PartProblems),
}

impl fmt::Display for Unplanned {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Asked(reasons) => out.write_str(&reasons.join("\n")),
            Self::Unbuilt(problems) => problems.fmt(out),
        }
    }
}

impl std::error::Error for Unplanned {}

impl Upgrade {
    /// Does everything fit, on the way and at its end?
    pub fn fits(&self) -> bool {
        self.left.is_empty() && self.steps.iter().all(|step| step.findings.is_empty())
    }
}

/// The way from what is set to a version, or to the newest that EKS has on that day.
///
/// # Errors
/// A version that is not known or not later, a day before there was such a cluster, and a platform that cannot be built.
pub fn plan(settings: &Settings, to: Option<&str>, today: Date) -> Result<Upgrade, Unplanned> {
    let target = target(settings, to, today)?;
    let (mut state, mut judged) = (settings.clone(), Judged::of(settings, today)?);
    let (findings, mut steps) = (judged.findings.clone(), Vec::new());
    while let Some(next) = state.cluster.kubernetes_version.next().filter(|next| *next <= target) {
        for make in [steps::charts, steps::image, steps::control_plane] {
            let Some(mut step) = make(&mut state, next, today) else { continue };
            step.changes.iter_mut().for_each(|change| change.place = settings.place(&change.key));
            let after = Judged::of(&state, today)?;
            step.findings = after.findings.iter().filter(|of| !judged.has(of)).cloned().collect();
            step.waivers = after.unused.iter().filter(|of| !judged.unused.contains(of)).cloned().collect();
            state.waivers.retain(|waiver| !step.waivers.contains(waiver));
            judged = after;
            steps.push(step);
        }
    }
    let asks = if steps.is_empty() { Vec::new() } else { asks::asks(settings, target) };
    let left = judged.findings;
    Ok(Upgrade { standing: Standing::of(settings, today), target, findings, steps, left, asks })
}

fn target(settings: &Settings, to: Option<&str>, today: Date) -> Result<KubernetesVersion, Unplanned> {
    let version = settings.cluster.kubernetes_version;
    let mut reasons = Vec::new();
    let begun = Release::of(version).on_eks;
    if today < begun {
        reasons.push(format!("`--today` is {today}, before EKS had Kubernetes {version}: name a day from {begun} on"));
    }
    let had = |version: &KubernetesVersion| Release::of(*version).on_eks <= today;
    let later: Vec<_> = KubernetesVersion::SUPPORTED.into_iter().filter(|known| *known > version).collect();
    let offered = later.iter().copied().rfind(had).unwrap_or(version);
    let choice = match later.as_slice() {
        [] => "none that is later is known".to_owned(),
        later => format!("choose one of {}", listed(later)),
    };
    let target = match to.map(str::parse::<KubernetesVersion>) {
        None => offered,
        Some(Ok(target)) if target < version => {
            let back = back::command(settings, target);
            let way = if target.next() == Some(version) {
                format!("within 7 days of the upgrade `{back}` goes back, after the nodes; otherwise {choice}")
            } else {
                choice
            };
            reasons.push(format!("`--to` is `{target}`, behind `cluster.kubernetes_version` of `{version}`: {way}"));
            target
        }
        Some(Ok(target)) => {
            if !had(&target) && today >= begun {
                let day = Release::of(target).on_eks;
                reasons.push(format!("`--to` is `{target}`, which EKS has from {day} on only: name an earlier one"));
            }
            target
        }
        Some(Err(_)) => {
            let to = to.unwrap_or_default();
            reasons.push(format!("`--to` is `{to}`, which this platform does not know: {choice}"));
            version
        }
    };
    if reasons.is_empty() { Ok(target) } else { Err(Unplanned::Asked(reasons)) }
}

fn listed(versions: &[KubernetesVersion]) -> String {
    versions.iter().map(|version| format!("`{version}`")).collect::<Vec<_>>().join(", ")
}

/// What policies find that concerns an upgrade: versions that do not fit, and whatever would keep it from being written.
struct Judged {
    findings: Vec<Finding>,
    unused: Vec<Waiver>,
}

impl Judged {
    fn of(settings: &Settings, today: Date) -> Result<Self, Unplanned> {
        let review = Platform::build(settings).map_err(Unplanned::Unbuilt)?.review(today);
        let concerns = |finding: &Finding| finding.severity == Severity::Error || finding.code.starts_with("VER");
        let findings = review.findings.into_iter().filter(concerns).collect();
        Ok(Self { findings, unused: review.unused })
    }

    fn has(&self, finding: &Finding) -> bool {
        self.findings.iter().any(|of| of.code == finding.code && of.message == finding.message)
    }
}
