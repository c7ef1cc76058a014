//! The rights of the role that plans: the calls of its plans, as `make e2e` records them, and nobody's data.

use synth_bindings::{aws_iam_role, data::aws_iam_policy_document::statement};
use synth_framework::{Stack, text};

use super::{
    plan_names::{of_balancer, of_names},
    state::State,
};
use crate::{
    iam::{allow, grant},
    names::GITHUB_ISSUER,
    settings::{GLOBAL_REGION, OncePerAccount, Settings},
};

/// Grants the role a policy for each concern.
pub(super) fn grant_plans(settings: &Settings, state: &State, role: &aws_iam_role::Handle, stack: &Stack) {
    grant(stack, settings, role, "github-plan-state", of_state(settings, state));
    grant(stack, settings, role, "github-plan-registry", of_registry(settings));
    grant(stack, settings, role, "github-plan-identity", of_identity(settings));
    grant(stack, settings, role, "github-plan-network", of_network());
    grant(stack, settings, role, "github-plan-cluster", of_cluster(settings));
    if settings.terraform_owns_balancer() {
        grant(stack, settings, role, "github-plan-balancer", of_balancer());
    }
    if settings.domain.name.is_some() {
        grant(stack, settings, role, "github-plan-names", of_names(settings));
    }
    if settings.edge.enabled {
        grant(stack, settings, role, "github-plan-edge", of_edge(settings));
    }
    if settings.budget.monthly_usd > 0 {
        grant(stack, settings, role, "github-plan-budget", of_budget(settings));
    }
}

/// How a bucket is made.
const BUCKET: [&str; 16] = [
    "s3:GetAccelerateConfiguration",
    "s3:GetBucketAcl",
    "s3:GetBucketCORS",
    "s3:GetBucketLogging",
    "s3:GetBucketObjectLockConfiguration",
    "s3:GetBucketOwnershipControls",
    "s3:GetBucketPolicy",
    "s3:GetBucketPublicAccessBlock",
    "s3:GetBucketRequestPayment",
    "s3:GetBucketTagging",
    "s3:GetBucketVersioning",
    "s3:GetBucketWebsite",
    "s3:GetEncryptionConfiguration",
    "s3:GetLifecycleConfiguration",
    "s3:GetReplicationConfiguration",
    "s3:ListBucket",
];

/// A plan without a lock only reads: its own state, and how buckets, key and vault are made.
fn of_state(settings: &Settings, state: &State) -> Vec<statement::Block> {
    let objects = text!("{}/{}/*", state.bucket.arn(), &settings.state.key_prefix);
    let backup = ["backup:DescribeBackupVault", "backup:GetBackupPlan", "backup:GetBackupSelection", "backup:ListTags"];
    let vault = arn(settings, "backup", &format!("backup-vault:{}", settings.named("state")));
    vec![
        allow("StateBuckets", BUCKET).resources([state.bucket.arn(), state.log.arn()]),
        allow("ReadState", ["s3:GetObject"]).resources([objects]),
        allow("DecryptState", ["kms:Decrypt"]).resources([state.key.arn()]),
        // AWS gives plans their ids.
        allow("Backup", backup).resources([vault, arn(settings, "backup", "backup-plan:*")]),
    ]
}

fn of_registry(settings: &Settings) -> Vec<statement::Block> {
    let repositories = ["ecr:DescribeRepositories", "ecr:GetLifecyclePolicy", "ecr:ListTagsForResource"];
    let mut statements = vec![allow("Repositories", repositories).resources([arn(
        settings,
        "ecr",
        &format!("repository/{}/*", settings.name),
    )])];
    if settings.registry.scanning == OncePerAccount::Create {
        statements.push(allow("Scanning", ["ecr:GetRegistryScanningConfiguration"]).resources(["*"]));
    }
    statements
}

fn of_identity(settings: &Settings) -> Vec<statement::Block> {
    let roles = ["iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListRolePolicies"];
    let of_account =
        |resource: &str| format!("arn:{}:iam::{}:{resource}", settings.aws.partition(), settings.aws.account_id);
    let mut own = vec![settings.role_arn(&settings.named("*"))];
    if settings.karpenter.spot_service_linked_role == OncePerAccount::Create {
        own.push(settings.role_arn("aws-service-role/spot.amazonaws.com/AWSServiceRoleForEC2Spot"));
    }
    let provider = of_account(&format!("oidc-provider/{GITHUB_ISSUER}"));
    let mut statements = vec![
        allow("Roles", roles).resources(own),
        allow("Policies", ["iam:GetPolicy", "iam:GetPolicyVersion"])
            .resources([of_account(&format!("policy/{}", settings.named("*")))]),
        allow("Provider", ["iam:GetOpenIDConnectProvider"]).resources([provider]),
    ];
    if settings.github.oidc_provider == OncePerAccount::Adopt {
        statements.push(allow("FindProvider", ["iam:ListOpenIDConnectProviders"]).resources(["*"]));
    }
    statements
}

/// IAM knows no resources for what EC2 describes.
fn of_network() -> statement::Block {
    let describe = [
        "ec2:DescribeAddresses",
        "ec2:DescribeAddressesAttribute",
        "ec2:DescribeFlowLogs",
        "ec2:DescribeInternetGateways",
        "ec2:DescribeLaunchTemplateVersions",
        "ec2:DescribeLaunchTemplates",
        "ec2:DescribeNatGateways",
        "ec2:DescribeNetworkAcls",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribePrefixLists",
        "ec2:DescribeRouteTables",
        "ec2:DescribeSecurityGroupRules",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSubnets",
        "ec2:DescribeVpcAttribute",
        "ec2:DescribeVpcEndpoints",
        "ec2:DescribeVpcs",
        "ec2:GetSubnetCidrReservations",
    ];
    allow("Network", describe).resources(["*"])
}

fn of_cluster(settings: &Settings) -> Vec<statement::Block> {
    let cluster = [
        "eks:DescribeAccessEntry",
        "eks:DescribeAddon",
        "eks:DescribeCluster",
        "eks:DescribeNodegroup",
        "eks:DescribePodIdentityAssociation",
        "eks:ListAssociatedAccessPolicies",
    ];
    let parts = ["access-entry", "addon", "nodegroup", "podidentityassociation"];
    let parts = parts.map(|part| arn(settings, "eks", &format!("{part}/{}/*", settings.name)));
    let everywhere = ["eks:DescribeAddonVersions", "kms:ListAliases", "logs:DescribeLogGroups"];
    let keys = ["kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListResourceTags"];
    let rules = ["events:DescribeRule", "events:ListTagsForResource", "events:ListTargetsByRule"];
    let logs = ["eks", "vpc"].map(|kind| arn(settings, "logs", &format!("log-group:/aws/{kind}/{}/*", settings.name)));
    let queue = arn(settings, "sqs", &settings.interruption_queue());
    vec![
        allow("Cluster", cluster).resources([settings.cluster_arn()].into_iter().chain(parts)),
        allow("Everywhere", everywhere).resources(["*"]),
        // How keys are made, not what they encrypt; AWS gives them their ids.
        allow("Keys", keys).resources([arn(settings, "kms", "key/*")]),
        allow("LogGroups", ["logs:ListTagsForResource"]).resources(logs),
        allow("Rules", rules).resources([arn(settings, "events", &format!("rule/{}", settings.named("*")))]),
        allow("Queue", ["sqs:GetQueueAttributes", "sqs:ListQueueTags"]).resources([queue]),
    ]
}

/// What `CloudFront` has lies in no region, and what is beside it in one of its own.
fn of_edge(settings: &Settings) -> Vec<statement::Block> {
    let account = &settings.aws.account_id;
    let global = |service: &str, resource: &str| format!("arn:aws:{service}:{GLOBAL_REGION}:{account}:{resource}");
    let bucket = |name: String| format!("arn:aws:s3:::{name}");
    let cloudfront = [
        "cloudfront:GetCachePolicy",
        "cloudfront:GetDistribution",
        "cloudfront:GetMonitoringSubscription",
        "cloudfront:GetOriginAccessControl",
        "cloudfront:GetOriginRequestPolicy",
        "cloudfront:GetResponseHeadersPolicy",
        "cloudfront:GetVpcOrigin",
        "cloudfront:ListTagsForResource",
    ];
    let kept = [
        "cache-policy",
        "distribution",
        "origin-access-control",
        "origin-request-policy",
        "response-headers-policy",
        "vpcorigin",
    ];
    let kept = kept.map(|kind| format!("arn:aws:cloudfront::{account}:{kind}/*"));
    let everywhere = ["cloudwatch:DescribeAlarms", "ec2:DescribeManagedPrefixLists", "logs:DescribeResourcePolicies"];
    let deliveries =
        ["logs:GetDelivery", "logs:GetDeliveryDestination", "logs:GetDeliverySource", "logs:ListTagsForResource"];
    let kinds = ["delivery:*", "delivery-destination:*", "delivery-source:*"].map(|kind| global("logs", kind));
    let group = global("logs", &format!("log-group:aws-waf-logs-{}", settings.name));
    let firewall = ["wafv2:GetLoggingConfiguration", "wafv2:GetWebACL", "wafv2:ListTagsForResource"];
    let pages = bucket(settings.pages_bucket());
    vec![
        // AWS gives them their ids.
        allow("CloudFront", cloudfront).resources(kept),
        allow("PrefixLists", ["ec2:GetManagedPrefixListEntries"])
            .resources([format!("arn:aws:ec2:{}:aws:prefix-list/*", settings.aws.region)]),
        allow("EdgeEverywhere", everywhere).resources(["*"]),
        allow("EdgeLogs", deliveries).resources(kinds.into_iter().chain([group])),
        allow("EdgeAlarms", ["cloudwatch:ListTagsForResource"])
            .resources([global("cloudwatch", &format!("alarm:{}", settings.named("edge-*")))]),
        allow("Firewall", firewall)
            .resources([global("wafv2", &format!("global/webacl/{}/*", settings.named("edge")))]),
        allow("EdgeBuckets", BUCKET).resources([pages.clone(), bucket(settings.edge_log_bucket())]),
        allow("Pages", ["s3:GetObject", "s3:GetObjectTagging"]).resources([format!("{pages}/*")]),
    ]
}

/// Budgets have no region.
fn of_budget(settings: &Settings) -> statement::Block {
    let (partition, account) = (settings.aws.partition(), &settings.aws.account_id);
    let budget = format!("arn:{partition}:budgets::{account}:budget/{}", settings.budget_name());
    allow("Budget", ["budgets:ListTagsForResource", "budgets:ViewBudget"]).resources([budget])
}

/// The ARN of something of the environment's account and region.
fn arn(settings: &Settings, service: &str, resource: &str) -> String {
    let aws = &settings.aws;
    format!("arn:{}:{service}:{}:{}:{resource}", aws.partition(), aws.region, aws.account_id)
}
