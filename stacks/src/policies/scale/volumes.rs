//! Volumes: how many a node takes, and that no pod with one is put there before its node knows.

use synth_bindings::{aws_eks_node_group, aws_launch_template};
use synth_review::{Findings, Place, Policy, Severity};

use crate::{
    Platform,
    instances::{self, InstanceType},
    names::{BASE_NODE_LABEL, EBS_CSI_ADD_ON, EBS_CSI_TAINT},
    view::{NodeClass, NodePool, Workload, addon, addon_configuration, types},
};

const LIMIT: &str = "cluster.volume_attach_limit";

/// Nodes of some types, and how many volumes of their own they have.
struct Nodes {
    place: Place,
    types: Vec<&'static InstanceType>,
    own: u64,
    /// Do pods there reach instance metadata, and the driver of volumes with them?
    seen: bool,
}

fn nodes(platform: &Platform) -> Vec<Nodes> {
    let pools = platform.every::<NodePool>().map(|pool| {
        let class = platform.one::<NodeClass>("", &pool.spec.template.spec.node_class_ref.name);
        let own = class.map_or(0, |class| class.spec.block_device_mappings.len()).max(1) as u64;
        let hops = class.and_then(|class| class.spec.metadata_options.http_put_response_hop_limit);
        Nodes { place: pool.place(), types: types(platform, &pool), own, seen: hops.is_some_and(|hops| hops > 1) }
    });
    let groups = platform.resources::<aws_eks_node_group::Handle>().map(|group| {
        let names = group.list(|of| of.instance_types());
        let template = group.leads(|of| of.launch_template().id());
        let template = template.and_then(|template| template.of_type::<aws_launch_template::Handle>());
        let own = template.map_or(1, |of| of.blocks(|of| of.block_device_mappings()).count().max(1));
        let hops = template.and_then(|of| of.text(|of| of.metadata_options().http_put_response_hop_limit()));
        let types = names.iter().filter_map(|name| instances::named(name.as_str()?)).collect();
        let seen = hops.is_some_and(|hops| hops != "1");
        Nodes { place: group.place(), types, own: own as u64, seen }
    });
    pools.chain(groups).collect()
}

pub(super) const VOLUMES_FIT_NODES: Policy<Platform> = Policy {
    code: "SCALE013",
    name: "volumes-fit-nodes",
    severity: Severity::Error,
    explanation: "Kubernetes places pods on a node up to the volume limit that its driver reports: a limit above what \
                  the instance can attach leaves pods waiting for a volume for ever.",
    check: volumes_fit_nodes,
};

fn volumes_fit_nodes(platform: &Platform, findings: &mut Findings) {
    let Some(driver) = addon(platform, EBS_CSI_ADD_ON) else { return };
    let configuration = addon_configuration(platform, EBS_CSI_ADD_ON).unwrap_or_default();
    let nodes = nodes(platform);
    let Some(limit) = configuration.node.volume_attach_limit else {
        if nodes.iter().any(|nodes| !nodes.seen) {
            findings
                .report(
                    driver.place(),
                    "assumes that every node has one network interface and one volume of its own, because it does not \
                     reach the instance metadata",
                    format!("set `node.volumeAttachLimit` in its configuration to `{LIMIT}`"),
                )
                .set_by([LIMIT]);
        }
        return;
    };
    let fit = |nodes: &Nodes| nodes.types.iter().map(|of| of.volumes_beside(nodes.own)).min();
    let least_of_all = nodes.iter().filter_map(fit).min().unwrap_or(limit).max(1);
    for Nodes { place, types, own, .. } in nodes {
        let Some(least) = types.into_iter().min_by_key(|of| of.volumes_beside(own)) else { continue };
        let fit = least.volumes_beside(own);
        if fit < limit {
            findings
                .report(
                    place,
                    format!(
                        "may be a {}, which can attach {fit} volumes of pods beside {own} of its own and all \
                         interfaces, but its limit is {limit}",
                        least.name
                    ),
                    format!("lower `{LIMIT}` to {least_of_all}"),
                )
                .set_by([LIMIT]);
        }
    }
}

pub(super) const VOLUMES_WAIT_FOR_THEIR_DRIVER: Policy<Platform> = Policy {
    code: "SCALE014",
    name: "volumes-wait-for-their-driver",
    severity: Severity::Error,
    explanation: "A node whose volume limit is not known yet takes any number of pods with volumes, unless a startup \
                  taint keeps them off; pods without volumes, and nodes without the driver, would wait for that taint \
                  in vain.",
    check: volumes_wait_for_their_driver,
};

fn volumes_wait_for_their_driver(platform: &Platform, findings: &mut Findings) {
    let driver = addon(platform, EBS_CSI_ADD_ON).is_some();
    for pool in platform.every::<NodePool>() {
        let waits = pool.spec.template.spec.startup_taints.iter().any(|taint| taint.key == EBS_CSI_TAINT);
        if driver && !waits {
            findings.report(
                pool.place(),
                "lets any number of pods with volumes onto a new node before its volume limit is known",
                format!("add the startup taint `{EBS_CSI_TAINT}`"),
            );
        } else if !driver && waits {
            findings.report(
                pool.place(),
                "waits on each new node for a volume driver that nothing installs",
                format!("install the add-on `{EBS_CSI_ADD_ON}`, or remove the startup taint `{EBS_CSI_TAINT}`"),
            );
        }
    }
    for workload in platform.autoscaled() {
        let (claims, waits) = (has_volumes(&workload), !tolerates(&workload));
        if claims != waits {
            let (message, mend) = if claims {
                ("has volumes but does not wait for the volume driver on a new node", "remove its toleration of")
            } else {
                (
                    "waits for the volume driver on a new node, although its pods have no volumes",
                    "let its pods tolerate",
                )
            };
            findings.report(workload.deployment.place(), message, format!("{mend} `{EBS_CSI_TAINT}`"));
        }
    }
    let (label, value) = BASE_NODE_LABEL;
    for known in platform.all_charts() {
        for pods in known.chart.pods() {
            if pods.volumes_on.is_some_and(|selector| selector.get(label).is_some_and(|of| of == value)) {
                findings.report(
                    known.place.clone(),
                    format!(
                        "lets pods of {} with volumes onto base nodes, which do not wait for the volume driver",
                        pods.name
                    ),
                    "let Karpenter's nodes host them, or remove their volumes",
                );
            }
        }
    }
}

fn has_volumes(workload: &Workload<'_>) -> bool {
    let volumes = workload.pod().volumes.as_deref().unwrap_or_default();
    volumes.iter().any(|volume| volume.persistent_volume_claim.is_some() || volume.ephemeral.is_some())
}

fn tolerates(workload: &Workload<'_>) -> bool {
    let tolerations = workload.pod().tolerations.as_deref().unwrap_or_default();
    tolerations.iter().any(|of| of.key.as_deref() == Some(EBS_CSI_TAINT))
}
