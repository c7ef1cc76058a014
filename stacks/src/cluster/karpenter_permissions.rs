//! The permissions of Karpenter's controller, statement by statement as its project publishes them for 1.14.
//!
//! One document would pass IAM's limit of 6,144 characters, so each concern is a policy of its own.
//! Source: <https://karpenter.sh/docs/reference/cloudformation/>

use synth_bindings::{aws_iam_role, aws_sqs_queue, data::aws_iam_policy_document::statement};

use crate::{
    iam::{allow, condition},
    settings::Settings,
};

const CREATED: [&str; 6] =
    ["fleet", "instance", "volume", "network-interface", "launch-template", "spot-instances-request"];

/// The statements by the name of the policy that holds them, in the order of the published ones.
pub(super) fn documents(
    settings: &Settings,
    node_role: &aws_iam_role::Handle,
    queue: &aws_sqs_queue::Handle,
) -> Vec<(&'static str, Vec<statement::Block>)> {
    let scope = Scope::new(settings);
    vec![
        ("karpenter-node-lifecycle", scope.node_lifecycle()),
        ("karpenter-iam-integration", scope.iam_integration(node_role)),
        ("karpenter-eks-integration", scope.eks_integration()),
        ("karpenter-interruption", Scope::interruption(queue)),
        ("karpenter-zonal-shift", scope.zonal_shift()),
        ("karpenter-resource-discovery", scope.resource_discovery()),
    ]
}

struct Scope<'a> {
    settings: &'a Settings,
    /// `kubernetes.io/cluster/<name>`, which marks what belongs to this cluster.
    cluster_tag: String,
}

impl<'a> Scope<'a> {
    fn new(settings: &'a Settings) -> Self {
        Self { settings, cluster_tag: settings.cluster_tag().0 }
    }

    fn arn(&self, service: &str, region: &str, account: &str, resource: &str) -> String {
        format!("arn:{}:{service}:{region}:{account}:{resource}", self.settings.aws.partition())
    }

    /// EC2 resources of any account: images and what is shared with this one.
    fn ec2<const N: usize>(&self, types: [&str; N]) -> [String; N] {
        types.map(|type_| self.arn("ec2", self.settings.aws.region.name, "*", &format!("{type_}/*")))
    }

    fn instance_profiles(&self) -> [String; 1] {
        [self.arn("iam", "", self.settings.aws.account_id.as_str(), "instance-profile/*")]
    }

    /// Holds for what carries this cluster's tag: `ResourceTag` for what exists, `RequestTag` for what is made.
    fn owned(&self, kind: &str, statement: statement::Block) -> statement::Block {
        let key = format!("aws:{kind}/{}", self.cluster_tag);
        statement.condition(condition("StringEquals", key, ["owned"]))
    }

    fn named(&self, statement: statement::Block) -> statement::Block {
        statement.condition(condition("StringEquals", "aws:RequestTag/eks:eks-cluster-name", [&self.settings.name]))
    }

    fn in_region(&self, kind: &str, statement: statement::Block) -> statement::Block {
        let key = format!("aws:{kind}/topology.kubernetes.io/region");
        statement.condition(condition("StringEquals", key, [&self.settings.aws.region]))
    }

    fn any(kind: &str, tag: &str, statement: statement::Block) -> statement::Block {
        statement.condition(condition("StringLike", format!("aws:{kind}/{tag}"), ["*"]))
    }

    fn of_pool(kind: &str, statement: statement::Block) -> statement::Block {
        Self::any(kind, "karpenter.sh/nodepool", statement)
    }

    fn of_class(kind: &str, statement: statement::Block) -> statement::Block {
        Self::any(kind, "karpenter.k8s.aws/ec2nodeclass", statement)
    }

    fn node_lifecycle(&self) -> Vec<statement::Block> {
        let region = self.settings.aws.region.name;
        let public = ["image/*", "snapshot/*"].map(|resource| self.arn("ec2", region, "", resource));
        let shared = self.ec2(["security-group", "subnet", "capacity-reservation", "placement-group"]);
        let run = ["ec2:RunInstances", "ec2:CreateFleet"];
        let create = ["ec2:RunInstances", "ec2:CreateFleet", "ec2:CreateLaunchTemplate"];
        vec![
            allow("AllowScopedEC2InstanceAccessActions", run).resources(public.into_iter().chain(shared)),
            Self::of_pool(
                "ResourceTag",
                self.owned(
                    "ResourceTag",
                    allow("AllowScopedEC2LaunchTemplateAccessActions", run).resources(self.ec2(["launch-template"])),
                ),
            ),
            self.creating(allow("AllowScopedEC2InstanceActionsWithTags", create).resources(self.ec2(CREATED))),
            self.creating(allow("AllowScopedResourceCreationTagging", ["ec2:CreateTags"]).resources(self.ec2(CREATED)))
                .condition(condition(
                    "StringEquals",
                    "ec2:CreateAction",
                    ["RunInstances", "CreateFleet", "CreateLaunchTemplate"],
                )),
            Self::of_pool(
                "ResourceTag",
                self.owned(
                    "ResourceTag",
                    allow("AllowScopedResourceTagging", ["ec2:CreateTags"]).resources(self.ec2(["instance"])),
                ),
            )
            .condition(condition("StringEqualsIfExists", "aws:RequestTag/eks:eks-cluster-name", [&self.settings.name]))
            .condition(condition(
                "ForAllValues:StringEquals",
                "aws:TagKeys",
                ["eks:eks-cluster-name", "karpenter.sh/nodeclaim", "Name"],
            )),
            Self::of_pool(
                "ResourceTag",
                self.owned(
                    "ResourceTag",
                    allow("AllowScopedDeletion", ["ec2:TerminateInstances", "ec2:DeleteLaunchTemplate"])
                        .resources(self.ec2(["instance", "launch-template"])),
                ),
            ),
        ]
    }

    fn creating(&self, statement: statement::Block) -> statement::Block {
        Self::of_pool("RequestTag", self.named(self.owned("RequestTag", statement)))
    }

    fn iam_integration(&self, node_role: &aws_iam_role::Handle) -> Vec<statement::Block> {
        let create = allow("AllowScopedInstanceProfileCreationActions", ["iam:CreateInstanceProfile"]);
        let tag = allow("AllowScopedInstanceProfileTagActions", ["iam:TagInstanceProfile"]);
        let change = allow(
            "AllowScopedInstanceProfileActions",
            ["iam:AddRoleToInstanceProfile", "iam:RemoveRoleFromInstanceProfile", "iam:DeleteInstanceProfile"],
        );
        let owned_profile = |statement| {
            Self::of_class("ResourceTag", self.in_region("ResourceTag", self.owned("ResourceTag", statement)))
        };
        let requested_profile = |statement| {
            let statement = self.named(self.owned("RequestTag", statement));
            Self::of_class("RequestTag", self.in_region("RequestTag", statement))
        };
        vec![
            allow("AllowPassingInstanceRole", ["iam:PassRole"]).resources([node_role.arn()]).condition(condition(
                "StringEquals",
                "iam:PassedToService",
                ["ec2.amazonaws.com", "ec2.amazonaws.com.cn"],
            )),
            requested_profile(create.resources(self.instance_profiles())),
            requested_profile(owned_profile(tag.resources(self.instance_profiles()))),
            owned_profile(change.resources(self.instance_profiles())),
        ]
    }

    fn eks_integration(&self) -> Vec<statement::Block> {
        vec![allow("AllowAPIServerEndpointDiscovery", ["eks:DescribeCluster"]).resources([self.settings.cluster_arn()])]
    }

    fn interruption(queue: &aws_sqs_queue::Handle) -> Vec<statement::Block> {
        let actions = ["sqs:DeleteMessage", "sqs:GetQueueUrl", "sqs:ReceiveMessage"];
        vec![allow("AllowInterruptionQueueActions", actions).resources([queue.arn()])]
    }

    fn zonal_shift(&self) -> Vec<statement::Block> {
        let read = allow("AllowZonalShiftStatusReadOnly", ["arc-zonal-shift:GetManagedResource"]).resources(["*"]);
        let this = condition("StringEquals", "arc-zonal-shift:ResourceIdentifier", [self.settings.cluster_arn()]);
        vec![read.condition(this)]
    }

    fn resource_discovery(&self) -> Vec<statement::Block> {
        let describe = [
            "CapacityReservations",
            "Images",
            "Instances",
            "InstanceStatus",
            "InstanceTypeOfferings",
            "InstanceTypes",
            "LaunchTemplates",
            "PlacementGroups",
            "SecurityGroups",
            "SpotPriceHistory",
            "Subnets",
        ]
        .map(|what| format!("ec2:Describe{what}"));
        let region = self.settings.aws.region.name;
        let parameters = self.arn("ssm", region, "", "parameter/aws/service/*");
        vec![
            allow("AllowRegionalReadActions", describe).resources(["*"]).condition(condition(
                "StringEquals",
                "aws:RequestedRegion",
                [region],
            )),
            allow("AllowSSMReadActions", ["ssm:GetParameter"]).resources([parameters]),
            allow("AllowPricingReadActions", ["pricing:GetProducts"]).resources(["*"]),
            allow("AllowUnscopedInstanceProfileListAction", ["iam:ListInstanceProfiles"]).resources(["*"]),
            allow("AllowInstanceProfileReadActions", ["iam:GetInstanceProfile"]).resources(self.instance_profiles()),
        ]
    }
}
