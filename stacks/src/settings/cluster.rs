//! The EKS cluster, its managed add-ons and the base nodes.

use super::cidr::{self, Cidr};
use super::declare::{choice, section};
use super::network::LOG_RETENTION_DAYS;
use super::problem::Problems;
use super::rules::{IfSet, between, filled_set, one_of, set, shaped, word_of};
use super::shape;
use super::tree;
use super::version::KubernetesVersion;
use crate::instances;

/// The logs that a control plane can write.
const LOG_TYPES: [&str; 5] = ["api", "audit", "authenticator", "controllerManager", "scheduler"];

/// The node images that the base nodes are built for.
const AMI_TYPES: [&str; 4] =
    ["AL2023_x86_64_STANDARD", "AL2023_ARM_64_STANDARD", "BOTTLEROCKET_x86_64", "BOTTLEROCKET_ARM_64"];

choice! {
    /// What EKS does when standard support of the Kubernetes version ends.
    pub enum SupportType {
        /// It upgrades the control plane.
        Standard = "STANDARD",
        /// It leaves the version and charges for extended support.
        Extended = "EXTENDED",
    }
}

choice! {
    /// Whether traffic can be moved away from an impaired zone. Terraform tells AWS and Argo CD tells Karpenter, at times of
    /// their own, so that the word between the others is a step on the way up and on the way down.
    pub enum ZonalShift {
        /// Nobody is told.
        Off = "off",
        /// AWS and the load balancer are told, Karpenter is not.
        AwsOnly = "aws-only",
        /// All are told.
        On = "on",
    }
}

impl ZonalShift {
    /// Is the cluster registered, and with it the load balancer?
    pub fn in_aws(self) -> bool {
        self != Self::Off
    }

    /// Does Karpenter ask AWS which zones are impaired? It panics where the cluster is not registered.
    pub fn in_karpenter(self) -> bool {
        self == Self::On
    }
}

section! {
    /// The control plane.
    pub struct Cluster {
        /// Minor version of Kubernetes.
        pub kubernetes_version: KubernetesVersion,
        /// Range of the cluster's services, outside the VPC.
        pub service_cidr: Cidr where cidr::service_range,
        /// Who reaches the public endpoint; empty means that there is none.
        pub public_access_cidrs: Vec<Cidr> where set(cidr::public_range),
        /// Private ranges, such as those of a VPN or of peered networks, that reach the private endpoint.
        pub private_access_cidrs: Vec<Cidr> where set(cidr::private_range),
        /// Security groups, such as that of runners, whose members reach the private endpoint.
        pub private_access_security_groups: Vec<String> where set(shaped(
            "the id of a security group such as `sg-0123456789abcdef0`",
            shape::security_group,
        )),
        /// IAM users and roles that administer the cluster, besides the role that applies.
        pub admin_principal_arns: Vec<String> where set(shaped("the ARN of an IAM role or user", shape::principal_arn)),
        /// Control-plane logs that are written.
        pub log_types: Vec<String> where set(word_of(&LOG_TYPES)),
        /// Days for which control-plane logs are kept.
        pub log_retention_days: u32 where one_of(&LOG_RETENTION_DAYS),
        /// Days between the deletion of the cluster's KMS keys and their end.
        pub kms_deletion_window_days: u32 where between(7, 30),
        /// What happens when standard support ends.
        pub support_type: SupportType,
        /// Whether traffic can be moved away from an impaired zone, and who is told.
        pub zonal_shift: ZonalShift,
        /// Most volumes of pods on one node.
        pub volume_attach_limit: u32 where between(1, 100),
        /// Versions of the managed add-ons.
        pub addon_versions: AddonVersions,
    }
    check kube_proxy_fits;
}

section! {
    /// Builds of the managed add-ons; `None` takes the one that is the most recent when the add-on is made, and stays with it.
    pub struct AddonVersions {
        /// Build of `vpc-cni`.
        pub vpc_cni: Option<String> where IfSet(shaped(BUILD, shape::addon_version)),
        /// Build of `kube-proxy`, of the same minor version as the cluster.
        pub kube_proxy: Option<String> where IfSet(shaped(BUILD, shape::addon_version)),
        /// Build of `coredns`.
        pub coredns: Option<String> where IfSet(shaped(BUILD, shape::addon_version)),
        /// Build of `eks-pod-identity-agent`.
        pub eks_pod_identity_agent: Option<String> where IfSet(shaped(BUILD, shape::addon_version)),
        /// Build of `aws-ebs-csi-driver`.
        pub aws_ebs_csi_driver: Option<String> where IfSet(shaped(BUILD, shape::addon_version)),
        /// Build of `eks-node-monitoring-agent`.
        pub eks_node_monitoring_agent: Option<String> where IfSet(shaped(BUILD, shape::addon_version)),
    }
}

const BUILD: &str = "`\"\"` or an exact build such as `v1.23.1-eksbuild.1`";

fn kube_proxy_fits(cluster: &Cluster, section: &str, problems: &mut Problems<'_>) {
    let version = cluster.kubernetes_version;
    let prefix = format!("v{version}.");
    if let Some(build) = &cluster.addon_versions.kube_proxy
        && !build.starts_with(&prefix)
    {
        let key = tree::child(&tree::child(section, "addon_versions"), "kube_proxy");
        let cluster = problems.other(&key, &tree::child(section, "kubernetes_version"), version);
        let mend = format!("name a build that begins with `{prefix}`, or write `\"\"`");
        problems.report(&key, format!("is `{build}`, which does not fit {cluster}: {mend}"));
    }
}

section! {
    /// The managed node group that carries the system pods; everything else runs on Karpenter's nodes.
    pub struct BaseNodes {
        /// Instance types in order of preference.
        pub instance_types: Vec<String> where filled_set(known_instance_type),
        /// Node image of EKS.
        pub ami_type: String where word_of(&AMI_TYPES),
        /// Release of that image; `None` leaves it to EKS, which then changes it with the Kubernetes version only.
        pub release_version: Option<String>,
        /// Fewest nodes, at least one in each zone.
        pub min_size: u32 where between(1, 100),
        /// Nodes; nothing else changes their number.
        pub desired_size: u32 where between(1, 100),
        /// Most nodes.
        pub max_size: u32 where between(1, 100),
        /// Size of the volume that holds images and what pods write, in GiB; the type is gp3.
        pub volume_size_gib: u32 where between(20, 16_384),
        /// Percentage of the nodes that an update may take away at once.
        pub max_unavailable_percentage: u32 where between(1, 100),
    }
    check base_nodes_fit;
}

fn base_nodes_fit(nodes: &BaseNodes, section: &str, problems: &mut Problems<'_>) {
    let mut ordered = |low: (&str, u32), high: (&str, u32)| {
        let key = tree::child(section, low.0);
        let fits = low.1 <= high.1;
        if !fits {
            let bound = problems.other(&key, &tree::child(section, high.0), high.1);
            problems.report(&key, format!("is {}, above {bound}", low.1));
        }
        fits
    };
    let (min, desired, max) =
        (("min_size", nodes.min_size), ("desired_size", nodes.desired_size), ("max_size", nodes.max_size));
    if ordered(min, max) {
        ordered(min, desired);
        ordered(desired, max);
    }
    if let Some(release) = &nodes.release_version {
        let (fits, expected) = if nodes.ami_type.starts_with("BOTTLEROCKET") {
            (shape::bottlerocket_release(release), "a version and a commit such as `1.62.1-5d9ac849`")
        } else {
            (shape::amazon_linux_release(release), "a version of Kubernetes and a day such as `1.36.3-20260903`")
        };
        if !fits {
            let key = tree::child(section, "release_version");
            let image = problems.other(&key, &tree::child(section, "ami_type"), &nodes.ami_type);
            problems.report(&key, format!("is `{release}`, no release of {image}: write {expected}, or `\"\"`"));
        }
    }
    let arm_image = nodes.ami_type.contains("ARM_64");
    for (index, instance_type) in nodes.instance_types.iter().enumerate() {
        let Some(known) = instances::named(instance_type) else { continue };
        if (known.architecture == "arm64") != arm_image {
            let key = format!("{}[{index}]", tree::child(section, "instance_types"));
            let architecture = if arm_image { "x86_64" } else { "arm64" };
            let image = problems.other(&key, &tree::child(section, "ami_type"), &nodes.ami_type);
            problems.report(&key, format!("is `{instance_type}`, an {architecture} machine, which cannot run {image}"));
        }
    }
}

/// Whatever is reckoned with nodes needs their size, so that only a type of the table may stand here.
fn known_instance_type(name: &String) -> Result<(), String> {
    if instances::named(name).is_some() {
        return Ok(());
    }
    let meant = instances::meant(name).map(|meant| format!("; is `{meant}` meant?")).unwrap_or_default();
    Err(format!(
        "is `{name}`, which is no known type of the categories c, m, r and t of generation 5 or later (t from 3){meant}"
    ))
}
