//! The outputs of the cluster, for people, scripts and the add-ons.

use synth_bindings::{SubnetId, aws_eks_cluster, aws_sqs_queue, helm_release};
use synth_framework::{Any, IntoValue, Stack, list, output};

use super::{names::Names, network::Network, security_groups::SecurityGroups};
use crate::{names::ARGOCD_PASSWORD_SECRET, settings::Settings};

/// Declares the outputs.
pub(super) fn outputs(
    settings: &Settings,
    network: &Network,
    groups: &SecurityGroups,
    cluster: &aws_eks_cluster::Handle,
    queue: &aws_sqs_queue::Handle,
    argocd: &helm_release::Handle,
    stack: &Stack,
) {
    fn out(stack: &Stack, name: &str, value: impl IntoValue<Any>, description: &str) {
        output(name, value).description(description).add_to(stack);
    }

    let region = &settings.aws.region;
    let kubeconfig = settings.kubeconfig_command();
    let private = list::<SubnetId>(network.private.iter().map(|subnet| subnet.id()));
    let public = list::<SubnetId>(network.public.iter().map(|subnet| subnet.id()));

    out(stack, "cluster_name", cluster.name(), "Name of the EKS cluster.");
    out(stack, "cluster_endpoint", cluster.endpoint(), "Address of the Kubernetes API.");
    out(stack, "cluster_version", cluster.version(), "Minor version of Kubernetes.");
    out(stack, "aws_region", region.name, "Region of the cluster.");
    out(stack, "vpc_id", network.vpc.id(), "The VPC.");
    out(stack, "private_subnet_ids", private, "Subnets of nodes and pods, one in each zone.");
    out(stack, "public_subnet_ids", public, "Subnets of load balancers, one in each zone.");
    out(stack, "node_security_group_id", groups.nodes.id(), "Security group of every node.");
    out(stack, "interruption_queue_name", queue.name(), "Queue that tells Karpenter of interruptions.");
    out(stack, "argocd_namespace", argocd.namespace(), "Namespace of Argo CD.");
    out(stack, "argocd_helm_release_name", argocd.name(), "Helm release of Argo CD.");
    let secret = "Secret that holds the first password of Argo CD's `admin`.";
    out(stack, "argocd_initial_password_secret_name", ARGOCD_PASSWORD_SECRET, secret);
    out(stack, "update_kubeconfig_command", kubeconfig, "Command that gives kubectl access to the cluster.");
}

/// Declares what is to be known of the domain: where it is delegated to, by hand, if the zone is made here.
pub(super) fn names(settings: &Settings, names: &Names, stack: &Stack) {
    if let Some(zone) = &names.name_servers {
        output("domain_name_servers", zone.name_servers())
            .description("Name servers of the zone: NS records of the domain, in the zone above it, name them.")
            .add_to(stack);
    }
    if let Some(host) = settings.proxy_host() {
        output("proxy_url", format!("https://{host}")).description("Address of the proxy.").add_to(stack);
    }
}
