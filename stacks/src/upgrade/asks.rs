//! What AWS or the cluster alone knows, and the commands that ask.

use crate::settings::{KubernetesVersion, Settings};

/// A question, and the command that answers it.
#[derive(Debug, PartialEq, Eq)]
pub struct Ask {
    /// What is to be known.
    pub question: &'static str,
    /// The command.
    pub command: String,
}

/// The questions before an upgrade to a version.
pub(super) fn asks(settings: &Settings, target: KubernetesVersion) -> Vec<Ask> {
    let (region, name) = (settings.aws.region.name, &settings.name);
    let (tag, value) = settings.discovery_tag();
    let of_the_cluster = format!("--region {region} --cluster-name {name}");
    let described = format!("aws eks describe-cluster --region {region} --name {name} --output text --query");
    let subnets = "Subnets[].[SubnetId,AvailabilityZone,AvailableIpAddressCount]";
    let quota = |code: &str, service: &str| {
        format!(
            "aws service-quotas get-service-quota --region {region} --service-code {service} --quota-code {code} \
             --query Quota.Value"
        )
    };
    [
        (
            "what EKS itself finds: APIs that clients still call, skew, misconfiguration",
            format!("aws eks list-insights {of_the_cluster}"),
        ),
        ("the cluster's health", format!("{described} cluster.health")),
        (
            "the base nodes' health, and the launch template that they are of",
            format!(
                "aws eks describe-nodegroup {of_the_cluster} --query 'nodegroup.[health,launchTemplate]' --nodegroup-name \
                 \"$(aws eks list-nodegroups {of_the_cluster} --query 'nodegroups[0]' --output text)\""
            ),
        ),
        (
            "each add-on's build and health",
            format!(
                "for addon in $(aws eks list-addons {of_the_cluster} --query 'addons[]' --output text); do aws eks \
                 describe-addon {of_the_cluster} --addon-name \"$addon\" --query \
                 'addon.[addonName,addonVersion,status,health.issues]'; done"
            ),
        ),
        (
            "the newest build of each add-on for the target",
            format!(
                "aws eks describe-addon-versions --region {region} --kubernetes-version {target} --query \
                 'addons[].[addonName,addonVersions[0].addonVersion]' --output text"
            ),
        ),
        (
            "free addresses for the control plane: 5 in each of two zones",
            format!(
                "aws ec2 describe-subnets --region {region} --query '{subnets}' --output text --subnet-ids $({described} \
                 'cluster.resourcesVpcConfig.subnetIds[]')"
            ),
        ),
        (
            "free addresses for nodes and pods",
            format!(
                "aws ec2 describe-subnets --region {region} --query '{subnets}' --output text --filters \
                 Name=tag:{tag},Values={value}"
            ),
        ),
        ("the quota of vCPUs on demand", quota("L-1216C47A", "ec2")),
        ("the quota of Spot vCPUs", quota("L-34B43A08", "ec2")),
        ("the quota of gp3 volumes, in TiB", quota("L-7A658B76", "ebs")),
        (
            "each kubelet's version",
            "kubectl get nodes -o custom-columns=NODE:.metadata.name,KUBELET:.status.nodeInfo.kubeletVersion".to_owned(),
        ),
        (
            "deprecated APIs that anybody called, whoever wrote the objects",
            "kubectl get --raw /metrics | grep apiserver_requested_deprecated_apis".to_owned(),
        ),
    ]
    .map(|(question, command)| Ask { question, command })
    .into()
}
