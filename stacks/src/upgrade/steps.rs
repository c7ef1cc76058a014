//! The steps from one minor version to the next. Each changes the settings that the one after it begins with.
//!
//! What somebody else publishes stands in them as a value that fits, so that policies find what is left.

use jiff::civil::Date;

use super::{Change, Replaced, Step, Value, back, nodes};
use crate::{
    charts::{Values as _, argocd, cert_manager, external_secrets, karpenter, keda},
    names::{
        COREDNS_ADD_ON, EBS_CSI_ADD_ON, KUBE_PROXY_ADD_ON, NODE_MONITORING_ADD_ON, POD_IDENTITY_ADD_ON, VPC_CNI_ADD_ON,
    },
    settings::{AddonVersion, KubernetesVersion, Settings, Version},
    versions::{KARPENTER_DRIFTS_ONCE, Release, Tested, known_build, seen_with},
};

/// Charts that must know the next version before the cluster is of it, and know the present one too.
pub(super) fn charts(state: &mut Settings, to: KubernetesVersion, _: Date) -> Option<Step> {
    let from = state.cluster.kubernetes_version;
    let mut run = judged(to);
    run.push("make charts-keys CHARTS_DIR=target/charts".to_owned());
    let (mut changes, mut replaces) = (Vec::new(), Vec::new());
    let argocd = ("argocd.chart_version", argocd::Values::CHART, "https://github.com/argoproj/argo-helm/releases");
    if let Some((change, _)) = chart(argocd, &mut state.argocd.chart_version, [from, to]) {
        changes.push(change);
        run.push(applied(state, ""));
        replaces.push(Replaced::Pods("Argo CD".to_owned()));
    }
    let releases = "https://github.com/aws/karpenter-provider-aws/releases";
    let karpenter = ("karpenter.chart_version", karpenter::Values::CHART, releases);
    if let Some((change, drifts)) = chart(karpenter, &mut state.karpenter.chart_version, [from, to]) {
        changes.push(change);
        run.push("merge: Argo CD syncs `karpenter-crd`, then `karpenter`".to_owned());
        replaces.push(Replaced::Pods("Karpenter".to_owned()));
        replaces.extend(drifts.then_some(Replaced::KarpenterNodes));
    }
    let keda = ("keda.chart_version", keda::Values::CHART, "https://github.com/kedacore/charts/releases");
    if state.services.scale_by_keda()
        && let Some((change, _)) = chart(keda, &mut state.keda.chart_version, [from, to])
    {
        changes.push(change);
        run.push("merge: Argo CD syncs `keda`".to_owned());
        replaces.push(Replaced::Pods("KEDA".to_owned()));
    }
    let releases = "https://github.com/external-secrets/external-secrets/releases";
    let secrets = ("external_secrets.chart_version", external_secrets::Values::CHART, releases);
    if state.services.ask_for_secrets()
        && let Some((change, _)) = chart(secrets, &mut state.external_secrets.chart_version, [from, to])
    {
        changes.push(change);
        run.push("merge: Argo CD syncs `external-secrets`".to_owned());
        replaces.push(Replaced::Pods("External Secrets".to_owned()));
    }
    let releases = "https://github.com/cert-manager/cert-manager/releases";
    let signing = ("cert_manager.chart_version", cert_manager::Values::CHART, releases);
    if state.cert_manager.enabled
        && let Some((change, _)) = chart(signing, &mut state.cert_manager.chart_version, [from, to])
    {
        changes.push(change);
        run.push("merge: Argo CD syncs `cert-manager`".to_owned());
        replaces.push(Replaced::Pods("cert-manager".to_owned()));
    }
    let back = back::settings(&changes, "definitions of kinds stay as they are, and the former release takes them");
    let title = format!("charts that know Kubernetes {to}, while the cluster is of {from}");
    (!changes.is_empty()).then(|| step(title, [from, to], changes, run, replaces, back))
}

/// The change of one chart, and whether all of Karpenter's nodes drift by it.
fn chart(
    (key, chart, releases): (&str, &str, &str),
    version: &mut Version,
    [from, to]: [KubernetesVersion; 2],
) -> Option<(Change, bool)> {
    let goes = |row: &Tested| row.kubernetes.contains(&to.minor());
    if Tested::of(chart, &version.to_string()).is_some_and(goes) {
        return None;
    }
    let before = (version.major, version.minor);
    let row = Tested::going_with(chart, [from.minor(), to.minor()]).filter(|row| row.from > before)?;
    let ((major, minor), (below, below_minor)) = (row.from, row.until);
    let how = format!(
        "{major}.{minor}.0 or later, below {below}.{below_minor}.0: {} goes with Kubernetes {} ({}, {})",
        row.app,
        row.minors(),
        row.source.url,
        row.source.read
    );
    let drifts =
        chart == karpenter::Values::CHART && before < KARPENTER_DRIFTS_ONCE && KARPENTER_DRIFTS_ONCE <= row.from;
    let change = Change::new(key, *version, Value::Published(how, releases.to_owned()));
    *version = Version { major, minor, patch: 0 };
    Some((change, drifts))
}

/// An image of a day on which there was one for the next version: Karpenter makes no node of a day before.
pub(super) fn image(state: &mut Settings, to: KubernetesVersion, today: Date) -> Option<Step> {
    let from = state.cluster.kubernetes_version;
    if state.karpenter.ami_alias.day >= Release::of(to).on_eks {
        return None;
    }
    let (value, alias) = nodes::alias(state, to, today);
    let change = Change::new("karpenter.ami_alias", state.karpenter.ami_alias, value);
    state.karpenter.ami_alias = alias;
    let changes = vec![change];
    let run = vec!["make synth".to_owned(), "merge while little is going on: Argo CD syncs `node-pools`".to_owned()];
    let back = back::settings(&changes, "the nodes drift back as they came");
    let title = format!("an image of Karpenter's nodes that there is for Kubernetes {to}, too");
    Some(step(title, [from, to], changes, run, vec![Replaced::KarpenterNodes], back))
}

/// The control plane, then the add-ons, then the base nodes, by one apply; and Karpenter's nodes, which follow by themselves.
#[expect(clippy::unnecessary_wraps, reason = "a step as the others, which need not be")]
pub(super) fn control_plane(state: &mut Settings, to: KubernetesVersion, today: Date) -> Option<Step> {
    let from = state.cluster.kubernetes_version;
    let released = state.base_nodes.release_version.as_ref().map(ToString::to_string);
    let back = back::control_plane(state, [from, to], released);
    state.cluster.kubernetes_version = to;
    let mut changes = vec![Change::new("cluster.kubernetes_version", from, Value::Known(to.to_string()))];
    changes.extend(builds(state, to));
    if let Some(now) = state.base_nodes.release_version.clone() {
        let (value, release) = nodes::release(state, to, today, &now);
        changes.push(Change::new("base_nodes.release_version", now, value));
        state.base_nodes.release_version = Some(release);
    }
    let mut run = judged(to);
    run.push(applied(state, " while little is going on"));
    run.push("kubectl get nodes, until each is of it; then wait a week if you can: so long EKS goes back".to_owned());
    let base = &state.base_nodes;
    let replaces = vec![
        Replaced::ControlPlane,
        Replaced::Pods("the add-ons".to_owned()),
        Replaced::BaseNodes(base.desired_size, base.max_unavailable_percentage.get()),
        Replaced::KarpenterNodes,
    ];
    Some(step(format!("Kubernetes {to}"), [from, to], changes, run, replaces, back))
}

/// The builds of add-ons that are named and were not seen with a version.
fn builds(state: &mut Settings, to: KubernetesVersion) -> Vec<Change> {
    let region = state.aws.region.name;
    let named = &mut state.cluster.addon_versions;
    let named = [
        (VPC_CNI_ADD_ON, &mut named.vpc_cni),
        (KUBE_PROXY_ADD_ON, &mut named.kube_proxy),
        (COREDNS_ADD_ON, &mut named.coredns),
        (POD_IDENTITY_ADD_ON, &mut named.eks_pod_identity_agent),
        (EBS_CSI_ADD_ON, &mut named.aws_ebs_csi_driver),
        (NODE_MONITORING_ADD_ON, &mut named.eks_node_monitoring_agent),
    ];
    let change = |(addon, named): (&str, &mut Option<AddonVersion>)| {
        let now = (*named)?;
        if seen_with(addon, &now.to_string()) == Some(to.minor()) {
            return None;
        }
        let (value, build) = match known_build(addon, to.minor()).filter(|build| build.version >= now.version) {
            Some(build) => (Value::Known(build.to_string()), build),
            None => (published(addon, now, to, region), some_build(addon, now, to)),
        };
        *named = Some(build);
        Some(Change::new(&format!("cluster.addon_versions.{}", addon.replace('-', "_")), now, value))
    };
    named.into_iter().filter_map(change).collect()
}

/// How to choose a build, and what lists them.
fn published(addon: &str, now: AddonVersion, to: KubernetesVersion, region: &str) -> Value {
    let how = match addon {
        KUBE_PROXY_ADD_ON => format!("the newest of v{to}"),
        // <https://docs.aws.amazon.com/eks/latest/userguide/vpc-add-on-update.html>, 2026-11-29.
        VPC_CNI_ADD_ON => {
            let Version { major, minor, .. } = now.version;
            format!("the newest of v{major}.{}, or of v{major}.{minor}: one minor version at a time", minor + 1)
        }
        _ => format!("the newest that there is for Kubernetes {to}"),
    };
    let list = format!(
        "aws eks describe-addon-versions --region {region} --addon-name {addon} --kubernetes-version {to} --query \
         'addons[].addonVersions[].addonVersion'"
    );
    Value::Published(how, list)
}

/// A build to reckon with, in the place of one that only AWS knows.
fn some_build(addon: &str, now: AddonVersion, to: KubernetesVersion) -> AddonVersion {
    let version = if addon == KUBE_PROXY_ADD_ON { format!("{to}.0") } else { now.version.to_string() };
    format!("v{version}-eksbuild.0").parse().unwrap_or(now)
}

/// What is written, and what charts make of it, before a control plane of a version on this machine.
fn judged(by: KubernetesVersion) -> Vec<String> {
    vec![
        "make synth charts-pull CHARTS_DIR=target/charts".to_owned(),
        format!("make charts CHARTS_DIR=target/charts KUBERNETES={by}"),
    ]
}

/// The apply of the stack that has the cluster.
fn applied(settings: &Settings, when: &str) -> String {
    let stack = settings.directory("cluster");
    format!(
        "merge; at its gate `terraform.yml` applies the stack `{stack}`{when} (by hand: terraform -chdir=out/{stack} apply)"
    )
}

fn step(
    title: String,
    versions: [KubernetesVersion; 2],
    changes: Vec<Change>,
    run: Vec<String>,
    replaces: Vec<Replaced>,
    back: Vec<String>,
) -> Step {
    Step { title, versions, changes, waivers: Vec::new(), run, replaces, back, findings: Vec::new() }
}
