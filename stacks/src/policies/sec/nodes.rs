//! The nodes, the control plane and the buckets.

use k8s_openapi::api::storage::v1::StorageClass;
use synth_bindings::{
    aws_eks_cluster, aws_eks_node_group, aws_launch_template, aws_s3_bucket, aws_s3_bucket_public_access_block,
    aws_s3_bucket_server_side_encryption_configuration, aws_vpc_security_group_ingress_rule,
};
use synth_framework::{Expression, ResourceType};
use synth_review::{Findings, Policy, Severity};

use crate::{
    Platform,
    view::{Declared, NodeClass},
};

const METADATA_MEND: &str = "require tokens, and set the hop limit to 1";

pub(super) const INSTANCE_METADATA: Policy<Platform> = Policy {
    code: "SEC001",
    name: "instance-metadata",
    severity: Severity::Error,
    explanation: "A pod that reaches its node's metadata can take the node's role: version 2 of the metadata service, \
                  with a hop limit of 1, keeps it out.",
    check: instance_metadata,
};

fn instance_metadata(platform: &Platform, findings: &mut Findings) {
    for template in platform.resources::<aws_launch_template::Handle>() {
        let tokens = template.text(|of| of.metadata_options().http_tokens()).unwrap_or_default();
        let hops = template.text(|of| of.metadata_options().http_put_response_hop_limit()).unwrap_or_default();
        if tokens != "required" || hops != "1" {
            findings.report(template.place(), lax(&tokens, &hops), METADATA_MEND);
        }
    }
    for group in platform
        .resources::<aws_eks_node_group::Handle>()
        .filter(|group| group.leads(|of| of.launch_template().id()).is_none())
    {
        findings.report(
            group.place(),
            "has no launch template, so its pods reach instance metadata",
            "give it a launch template",
        );
    }
    for class in platform.every::<NodeClass>() {
        let options = &class.spec.metadata_options;
        // Karpenter's own defaults are the strict ones.
        let tokens = options.http_tokens.as_deref().unwrap_or("required");
        let hops = options.http_put_response_hop_limit.unwrap_or(1).to_string();
        if tokens != "required" || hops != "1" {
            findings.report(class.place(), lax(tokens, &hops), METADATA_MEND);
        }
    }
}

fn lax(tokens: &str, hops: &str) -> String {
    format!("serves instance metadata with tokens `{tokens}` and a hop limit of `{hops}`")
}

/// The second volume of Bottlerocket; the first holds the system alone.
const BOTTLEROCKET_DATA: &str = "/dev/xvdb";

fn is_bottlerocket(group: &Declared<'_, aws_eks_node_group::Handle>) -> bool {
    group.text(|of| of.ami_type()).is_some_and(|image| image.starts_with("BOTTLEROCKET"))
}

const VOLUME_MEND: &str = "set `encrypted`";

pub(super) const ENCRYPTED_VOLUMES: Policy<Platform> = Policy {
    code: "SEC002",
    name: "encrypted-volumes",
    severity: Severity::Error,
    explanation: "Volumes and their snapshots hold the logs, caches and metrics of every service.",
    check: encrypted_volumes,
};

fn encrypted_volumes(platform: &Platform, findings: &mut Findings) {
    for template in platform.resources::<aws_launch_template::Handle>() {
        let mut mappings = template.blocks(|of| of.block_device_mappings()).peekable();
        if mappings.peek().is_none() || !mappings.all(|mapping| mapping.is_true(|of| of.ebs().encrypted())) {
            findings.report(template.place(), "makes nodes with a volume that is not encrypted", VOLUME_MEND);
        }
    }
    for group in platform.resources::<aws_eks_node_group::Handle>().filter(is_bottlerocket) {
        let template = group.leads(|of| of.launch_template().id());
        let template = template.and_then(|template| template.of_type::<aws_launch_template::Handle>());
        let mapped = template.is_some_and(|template| {
            let mut mappings = template.blocks(|of| of.block_device_mappings());
            mappings.any(|of| of.text(|of| of.device_name()).as_deref() == Some(BOTTLEROCKET_DATA))
        });
        if !mapped {
            findings.report(
                group.place(),
                format!(
                    "leaves `{BOTTLEROCKET_DATA}`, where Bottlerocket keeps images and what pods write, as its image \
                     defines it"
                ),
                "map it in the launch template, too, and set `encrypted`",
            );
        }
    }
    for class in platform.every::<NodeClass>() {
        let mappings = &class.spec.block_device_mappings;
        if mappings.is_empty() || mappings.iter().any(|mapping| mapping.ebs.encrypted != Some(true)) {
            findings.report(class.place(), "makes nodes with a volume that is not encrypted", VOLUME_MEND);
        }
    }
    for class in platform.every::<StorageClass>() {
        let encrypted = class.parameters.as_ref().and_then(|parameters| parameters.get("encrypted"));
        if encrypted.is_none_or(|encrypted| encrypted != "true") {
            findings.report(class.place(), "makes volumes that are not encrypted", VOLUME_MEND);
        }
    }
}

pub(super) const CLOSED_ENDPOINT: Policy<Platform> = Policy {
    code: "SEC003",
    name: "closed-endpoint",
    severity: Severity::Error,
    explanation: "If the whole internet reaches the Kubernetes API, one leaked token opens it to everybody.",
    check: closed_endpoint,
};

fn closed_endpoint(platform: &Platform, findings: &mut Findings) {
    for cluster in platform.resources::<aws_eks_cluster::Handle>() {
        // AWS's default is a public endpoint for everyone.
        let public = cluster.get(|of| of.vpc_config().endpoint_public_access()).and_then(Expression::as_bool);
        let public = public.unwrap_or(true);
        let ranges = cluster.texts(|of| of.vpc_config().public_access_cidrs());
        let anyone = ranges.is_empty() || ranges.into_iter().flatten().any(is_everyone);
        if public && anyone {
            findings
                .report(
                    cluster.place(),
                    "has a public endpoint that every address reaches",
                    "name ranges in `cluster.public_access_cidrs`, or none for a private endpoint",
                )
                .set_by(["cluster.public_access_cidrs"]);
        }
        let groups: Vec<_> = cluster.lead(|of| of.vpc_config().security_group_ids()).collect();
        for rule in platform.resources::<aws_vpc_security_group_ingress_rule::Handle>() {
            let group = rule.leads(|of| of.security_group_id());
            let of_cluster = group.is_some_and(|group| groups.iter().any(|of| of.is(&group)));
            let ranges = [rule.text(|of| of.cidr_ipv4()), rule.text(|of| of.cidr_ipv6())];
            let anyone = ranges.into_iter().flatten().any(is_everyone);
            if of_cluster && anyone {
                findings
                    .report(
                        rule.place(),
                        "lets every address reach the private endpoint",
                        "name the ranges of whoever needs it in `cluster.private_access_cidrs`",
                    )
                    .set_by(["cluster.private_access_cidrs"]);
            }
        }
    }
}

/// More than any one owner has: two halves of all addresses are all of them.
fn is_everyone(range: String) -> bool {
    range.rsplit_once('/').and_then(|(_, prefix)| prefix.parse::<u8>().ok()).is_none_or(|prefix| prefix < 8)
}

pub(super) const ENCRYPTED_SECRETS: Policy<Platform> = Policy {
    code: "SEC004",
    name: "encrypted-secrets",
    severity: Severity::Error,
    explanation: "Secrets that are not encrypted with a key of our own can be read by whoever reads the control \
                  plane's storage.",
    check: encrypted_secrets,
};

fn encrypted_secrets(platform: &Platform, findings: &mut Findings) {
    for cluster in platform.resources::<aws_eks_cluster::Handle>() {
        let secrets = cluster.blocks(|of| of.encryption_config()).any(|config| {
            let resources = config.texts(|of| of.resources());
            resources.iter().flatten().any(|of| of == "secrets") && config.blocks(|of| of.provider()).next().is_some()
        });
        if !secrets {
            findings.report(
                cluster.place(),
                "does not encrypt its secrets with a key of our own",
                "add an `encryption_config` for secrets",
            );
        }
    }
}

pub(super) const PRIVATE_BUCKETS: Policy<Platform> = Policy {
    code: "SEC014",
    name: "private-buckets",
    severity: Severity::Error,
    explanation: "Terraform's state holds names, addresses and sometimes secrets: one wrong grant makes its bucket \
                  public unless public access is blocked.",
    check: private_buckets,
};

fn private_buckets(platform: &Platform, findings: &mut Findings) {
    type Block = aws_s3_bucket_public_access_block::Handle;
    type Encryption = aws_s3_bucket_server_side_encryption_configuration::Handle;
    for bucket in platform.resources::<aws_s3_bucket::Handle>() {
        let mut lacks = |message: &str, type_name: &str| {
            findings.report(bucket.place(), message, format!("declare an `{type_name}` for it"));
        };
        let is_its = |of: Option<Declared<'_>>| of.is_some_and(|of| of.is(&bucket));
        let mut blocks = platform.resources::<Block>().filter(|block| is_its(block.leads(|of| of.bucket())));
        if !blocks.any(|block| blocks_all(&block)) {
            lacks("does not block public access", Block::TYPE_NAME);
        }
        let mut encryptions = platform.resources::<Encryption>();
        if !encryptions.any(|encryption| is_its(encryption.leads(|of| of.bucket()))) {
            lacks("does not say how it is encrypted", Encryption::TYPE_NAME);
        }
    }
}

/// Does a block of public access block all of it?
fn blocks_all(block: &Declared<'_, aws_s3_bucket_public_access_block::Handle>) -> bool {
    block.is_true(|of| of.block_public_acls())
        && block.is_true(|of| of.block_public_policy())
        && block.is_true(|of| of.ignore_public_acls())
        && block.is_true(|of| of.restrict_public_buckets())
}
