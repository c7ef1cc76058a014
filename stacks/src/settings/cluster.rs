//! The EKS cluster, its managed add-ons and the base nodes.

use super::cidr::{self, Cidr};
use super::declare::{choice, section};
use super::network::LOG_RETENTION_DAYS;
use super::problem::Problems;
use super::rules::{Anything, between, filled_set, one_of, set, shaped};
use super::shape;
use super::tree;
use super::{
    AddonVersion, AmiType, Architecture, ImageRelease, InstanceType, KubernetesVersion, Percent, PrincipalArn,
};

choice! {
    /// A log that a control plane can write.
    pub enum LogType {
        /// Requests and their answers.
        Api = "api",
        /// Who asked for what.
        Audit = "audit",
        /// Who was let in as whom.
        Authenticator = "authenticator",
        /// The controllers' own.
        ControllerManager = "controllerManager",
        /// Where pods were put.
        Scheduler = "scheduler",
    }
}

choice! {
    /// The action of EKS when standard support of the Kubernetes version ends.
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
        pub admin_principal_arns: Vec<PrincipalArn> where set(Anything),
        /// Control-plane logs that are written.
        pub log_types: Vec<LogType> where set(Anything),
        /// Days for which control-plane logs are kept.
        pub log_retention_days: u32 where one_of(&LOG_RETENTION_DAYS),
        /// Days between the deletion of the cluster's KMS keys and their end.
        pub kms_deletion_window_days: u32 where between(7, 30),
        /// The action at the end of standard support.
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
        pub vpc_cni: Option<AddonVersion>,
        /// Build of `kube-proxy`, of the same minor version as the cluster.
        pub kube_proxy: Option<AddonVersion>,
        /// Build of `coredns`.
        pub coredns: Option<AddonVersion>,
        /// Build of `eks-pod-identity-agent`.
        pub eks_pod_identity_agent: Option<AddonVersion>,
        /// Build of `aws-ebs-csi-driver`.
        pub aws_ebs_csi_driver: Option<AddonVersion>,
        /// Build of `eks-node-monitoring-agent`.
        pub eks_node_monitoring_agent: Option<AddonVersion>,
    }
}

fn kube_proxy_fits(cluster: &Cluster, section: &str, problems: &mut Problems<'_>) {
    let version = cluster.kubernetes_version;
    if let Some(build) = cluster.addon_versions.kube_proxy
        && !version.has(build.version)
    {
        let key = tree::child(&tree::child(section, "addon_versions"), "kube_proxy");
        let cluster = problems.other(&key, &tree::child(section, "kubernetes_version"), version);
        let mend = format!("name a build that begins with `v{version}.`, or write `\"\"`");
        problems.report(&key, format!("is `{build}`, which is not for {cluster}: {mend}"));
    }
}

section! {
    /// The managed node group that carries the system pods; everything else runs on Karpenter's nodes.
    pub struct BaseNodes {
        /// Instance types in order of preference.
        pub instance_types: Vec<InstanceType> where filled_set(Anything),
        /// Node image of EKS.
        pub ami_type: AmiType,
        /// Release of that image; `None` leaves it to EKS, which then changes it with the Kubernetes version only.
        pub release_version: Option<ImageRelease>,
        /// Fewest nodes, at least one in each zone.
        pub min_size: u32 where between(1, 100),
        /// Nodes; nothing else changes their number.
        pub desired_size: u32 where between(1, 100),
        /// Most nodes.
        pub max_size: u32 where between(1, 100),
        /// Size of the volume that holds images and what pods write, in GiB; the type is gp3.
        pub volume_size_gib: u32 where between(20, 16_384),
        /// Percentage of the nodes that an update may take away at once.
        pub max_unavailable_percentage: Percent,
    }
    check base_nodes_fit;
}

fn base_nodes_fit(nodes: &BaseNodes, section: &str, problems: &mut Problems<'_>) {
    let mut ordered = |low: (&str, u32), high: (&str, u32)| {
        let key = tree::child(section, low.0);
        let fits = low.1 <= high.1;
        if !fits {
            let bound = problems.other(&key, &tree::child(section, high.0), high.1);
            problems.report(&key, format!("is {}, above {bound}: lower it", low.1));
        }
        fits
    };
    let (min, desired, max) =
        (("min_size", nodes.min_size), ("desired_size", nodes.desired_size), ("max_size", nodes.max_size));
    if ordered(min, max) {
        ordered(min, desired);
        ordered(desired, max);
    }
    let image = nodes.ami_type;
    if let Some(release) = nodes.release_version.as_ref().filter(|release| !release.is_of(image)) {
        let expected = if image.is_bottlerocket() {
            "a version and a commit such as `1.62.1-5d9ac849`"
        } else {
            "a version of Kubernetes and a day such as `1.36.3-20260903`"
        };
        let key = tree::child(section, "release_version");
        let image = problems.other(&key, &tree::child(section, "ami_type"), image);
        problems
            .report(&key, format!("is `{release}`, which is not a release of {image}: write {expected}, or `\"\"`"));
    }
    for (index, instance_type) in nodes.instance_types.iter().enumerate() {
        if instance_type.architecture() != image.architecture() {
            let key = format!("{}[{index}]", tree::child(section, "instance_types"));
            let architecture = match instance_type.architecture() {
                Architecture::Amd64 => "x86_64",
                Architecture::Arm64 => "arm64",
            };
            let image = problems.other(&key, &tree::child(section, "ami_type"), image);
            problems.report(&key, format!("is `{instance_type}`, an {architecture} machine, which cannot run {image}"));
        }
    }
}
