//! The base node group: a few tainted nodes, one in each zone, for what must run before Karpenter does.

use synth_bindings::{
    aws_eks_addon, aws_eks_cluster, aws_eks_node_group, aws_launch_template, aws_launch_template::block_device_mappings,
};
use synth_framework::{IntoBlocks, Stack, functions::tostring, run};

use super::{network::Network, routing::PrivateRouting, security_groups::SecurityGroups};
use crate::{
    iam::{grant_aws_policy, service_role},
    names::{BASE_NODE_LABEL, BASE_NODE_TAINT},
    settings::{BaseNodes, Settings, ZONES},
    terraform,
};

/// The policies of any node. The CNI's is not among them: its pods have their own role.
pub(super) const NODE_POLICIES: [(&str, &str); 3] = [
    ("worker", "AmazonEKSWorkerNodePolicy"),
    ("images", "AmazonEC2ContainerRegistryPullOnly"),
    ("sessions", "AmazonSSMManagedInstanceCore"),
];

/// Declares the base node group, which waits for all that lets a node join and turn ready: rules, routes and add-ons.
pub(super) fn base_nodes(
    settings: &Settings,
    cluster: &aws_eks_cluster::Handle,
    network: &Network,
    groups: &SecurityGroups,
    (routing, addons): &(PrivateRouting, Vec<aws_eks_addon::Handle>),
    stack: &Stack,
) -> aws_eks_node_group::Handle {
    let nodes = &settings.base_nodes;
    let role = service_role(stack, settings, "base-node", "ec2.amazonaws.com");
    let policies = NODE_POLICIES
        .map(|(label, path)| grant_aws_policy(stack, settings, &role, &format!("base_node_{label}"), path));
    let template = launch_template(settings, groups, stack);
    let (label, value) = BASE_NODE_LABEL;
    let (taint, taint_value) = BASE_NODE_TAINT;

    let group = aws_eks_node_group("base")
        .cluster_name(cluster.name())
        // A prefix, so that a replacement can stand beside what it replaces.
        .node_group_name_prefix("base-")
        .node_role_arn(role.arn())
        .subnet_ids(network.private.iter().map(|subnet| subnet.id()))
        .version(settings.cluster.kubernetes_version)
        // EKS never moves a group to a newer image by itself.
        .release_version(nodes.release_version.as_ref())
        .ami_type(nodes.ami_type)
        .capacity_type("ON_DEMAND")
        .instance_types(&nodes.instance_types)
        .launch_template(
            aws_eks_node_group::launch_template().id(template.id()).version(tostring(template.latest_version())),
        )
        .scaling_config(
            aws_eks_node_group::scaling_config()
                .min_size(nodes.min_size)
                .desired_size(nodes.desired_size)
                .max_size(nodes.max_size),
        )
        .update_config(
            aws_eks_node_group::update_config().max_unavailable_percentage(nodes.max_unavailable_percentage.get()),
        )
        .node_repair_config(aws_eks_node_group::node_repair_config().enabled(true))
        .labels([(label, value)])
        .taint(aws_eks_node_group::taint().key(taint).value(taint_value).effect("NO_SCHEDULE"))
        // Nothing but the settings scales the group, so that `desired_size` is not ignored: EKS refuses a `min_size` above it.
        .lifecycle(|lifecycle| lifecycle.create_before_destroy(true))
        // Without these a node would start and never join; and on the way down they must outlive it.
        .depends_on((
            policies.as_slice(),
            addons,
            network.reservations.as_slice(),
            &routing.associations,
            &routing.routes,
            &groups.ingress,
            &groups.egress,
        ))
        .add_to(stack);
    test(&group, &template, stack);
    group
}

fn test(group: &aws_eks_node_group::Handle, template: &aws_launch_template::Handle, stack: &Stack) {
    let metadata = template.metadata_options();
    run("pods_do_not_reach_the_metadata_of_their_node")
        .assert(metadata.http_tokens().equals("required"), "IMDSv1 answers without a token")
        .assert(metadata.http_put_response_hop_limit().equals(1), "a token travels on to pods")
        .assert(group.launch_template().id().equals(template.id()), "nodes start from another template")
        .add_to(stack);
    run("disks_are_encrypted")
        .assert(
            template.block_device_mappings().every("disk", |disk| disk.ebs().encrypted().equals("true")),
            "a node writes to a disk that is not encrypted",
        )
        .add_to(stack);
    let scaling = group.scaling_config();
    run("the_loss_of_a_zone_leaves_base_nodes")
        .assert(scaling.min_size().at_least(ZONES), "there may be fewer nodes than zones")
        .add_to(stack);
    let (key, _) = BASE_NODE_TAINT;
    run("only_system_pods_run_on_base_nodes")
        .assert(
            group.taint().any("taint", |taint| taint.key().equals(key).and(taint.effect().equals("NO_SCHEDULE"))),
            "any pod takes the room of what must run before Karpenter does",
        )
        .add_to(stack);
}

fn launch_template(settings: &Settings, groups: &SecurityGroups, stack: &Stack) -> aws_launch_template::Handle {
    let name = settings.named("base-node");
    let tagged = |resource_type: &str| {
        let tags = [("Name", name.as_str())].into_iter().chain(terraform::tags(settings, stack));
        aws_launch_template::tag_specifications().resource_type(resource_type).tags(tags)
    };
    aws_launch_template("base_node")
        .name_prefix(format!("{name}-"))
        .update_default_version(true)
        .vpc_security_group_ids([groups.nodes.id()])
        // One hop: only the node itself reaches its instance metadata, pods do not.
        .metadata_options(
            aws_launch_template::metadata_options()
                .http_endpoint("enabled")
                .http_tokens("required")
                .http_put_response_hop_limit(1),
        )
        .block_device_mappings(volumes(&settings.base_nodes))
        .tag_specifications(["instance", "volume", "network-interface"].map(tagged))
        .lifecycle(|lifecycle| lifecycle.create_before_destroy(true))
        .add_to(stack)
}

/// The volumes of a node. Bottlerocket has a second one, for images and what pods write; the first keeps its image's size.
fn volumes(nodes: &BaseNodes) -> Vec<impl IntoBlocks<block_device_mappings::Shape>> {
    let size = Some(nodes.volume_size_gib);
    let bottlerocket = nodes.ami_type.is_bottlerocket();
    let volumes = if bottlerocket { vec![("/dev/xvda", None), ("/dev/xvdb", size)] } else { vec![("/dev/xvda", size)] };
    let volume = |(device, size): (&str, Option<u32>)| {
        aws_launch_template::block_device_mappings().device_name(device).ebs(
            block_device_mappings::ebs()
                .volume_type("gp3")
                .volume_size(size)
                .encrypted("true")
                .delete_on_termination("true"),
        )
    };
    volumes.into_iter().map(volume).collect()
}
