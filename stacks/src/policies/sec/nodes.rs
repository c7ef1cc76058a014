//! The nodes, the control plane and the buckets.

use synth_framework::{Body, Expression, Findings};

use crate::{
    Platform,
    policies::view::{Declared, at, items, text},
};

const METADATA_MEND: &str = "require tokens, and set the hop limit to 1";

pub(super) fn instance_metadata(platform: &Platform, findings: &mut Findings) {
    for template in platform.managed("aws_launch_template") {
        let tokens = template.nested("metadata_options", "http_tokens").unwrap_or_default();
        let hops = template.nested("metadata_options", "http_put_response_hop_limit").unwrap_or_default();
        if tokens != "required" || hops != "1" {
            findings.report(template.place(), lax(&tokens, &hops), METADATA_MEND);
        }
    }
    for group in
        platform.managed("aws_eks_node_group").filter(|group| group.nested_leads("launch_template", "id").is_none())
    {
        findings.report(
            group.place(),
            "has no launch template, so its pods reach instance metadata",
            "give it a launch template",
        );
    }
    for class in platform.of_kind("EC2NodeClass") {
        let options = at(&class.object, "/spec/metadataOptions");
        // Karpenter's own defaults are the strict ones.
        let tokens = options.get("httpTokens").map_or("required", |tokens| tokens.as_str().unwrap_or_default());
        let hops = options.get("httpPutResponseHopLimit").map_or("1".to_owned(), ToString::to_string);
        if tokens != "required" || hops != "1" {
            findings.report(platform.place(class), lax(tokens, &hops), METADATA_MEND);
        }
    }
}

fn lax(tokens: &str, hops: &str) -> String {
    format!("gives instance metadata with tokens `{tokens}` and a hop limit of `{hops}`")
}

/// The second volume of Bottlerocket; the first holds the system alone.
const BOTTLEROCKET_DATA: &str = "/dev/xvdb";

fn is_bottlerocket(group: &Declared<'_>) -> bool {
    group.text("ami_type").is_some_and(|image| image.starts_with("BOTTLEROCKET"))
}

const VOLUME_MEND: &str = "set `encrypted`";

pub(super) fn encrypted_volumes(platform: &Platform, findings: &mut Findings) {
    for template in platform.managed("aws_launch_template") {
        let encrypted = |mapping: &Body| {
            let volume = mapping.blocks("ebs").next().and_then(|ebs| template.resolve(ebs.get("encrypted")?));
            volume.as_deref() == Some("true")
        };
        let mut mappings = template.resource.body.blocks("block_device_mappings").peekable();
        if mappings.peek().is_none() || !mappings.all(encrypted) {
            findings.report(template.place(), "makes nodes with a volume that is not encrypted", VOLUME_MEND);
        }
    }
    for group in platform.managed("aws_eks_node_group").filter(is_bottlerocket) {
        let template = group.nested_leads("launch_template", "id");
        let mapped = template.as_ref().is_some_and(|template| {
            let mut mappings = template.resource.body.blocks("block_device_mappings");
            mappings.any(|mapping| mapping.get("device_name").and_then(Expression::as_str) == Some(BOTTLEROCKET_DATA))
        });
        if !mapped {
            findings.report(
                group.place(),
                format!("leaves `{BOTTLEROCKET_DATA}`, where Bottlerocket keeps images and what pods write, as its image has it"),
                "map it in the launch template, too, and set `encrypted`",
            );
        }
    }
    for class in platform.of_kind("EC2NodeClass") {
        let mappings = items(&class.object, "/spec/blockDeviceMappings");
        if mappings.is_empty() || mappings.iter().any(|mapping| *at(mapping, "/ebs/encrypted") != true) {
            findings.report(platform.place(class), "makes nodes with a volume that is not encrypted", VOLUME_MEND);
        }
    }
    for class in platform.of_kind("StorageClass") {
        if text(&class.object, "/parameters/encrypted") != "true" {
            findings.report(platform.place(class), "makes volumes that are not encrypted", VOLUME_MEND);
        }
    }
}

pub(super) fn closed_endpoint(platform: &Platform, findings: &mut Findings) {
    for cluster in platform.managed("aws_eks_cluster") {
        let Some(config) = cluster.resource.body.blocks("vpc_config").next() else { continue };
        // AWS's default is a public endpoint for everyone.
        let public = config.get("endpoint_public_access").and_then(Expression::as_bool).unwrap_or(true);
        let ranges = config.get("public_access_cidrs").and_then(Expression::as_list).unwrap_or_default();
        let anyone = ranges.is_empty() || ranges.iter().any(|range| cluster.resolve(range).is_some_and(is_everyone));
        if public && anyone {
            findings
                .report(
                    cluster.place(),
                    "has a public endpoint that every address reaches",
                    "name ranges in `cluster.public_access_cidrs`, or none for a private endpoint",
                )
                .set_by(["cluster.public_access_cidrs"]);
        }
        let groups = config.get("security_group_ids").and_then(Expression::as_list).unwrap_or_default();
        let groups: Vec<_> = groups.iter().filter_map(|group| Some(cluster.leads_to(group)?.place().subject)).collect();
        for rule in platform.managed("aws_vpc_security_group_ingress_rule") {
            let group = rule.get("security_group_id").and_then(|group| rule.leads_to(group));
            let of_cluster = group.is_some_and(|group| groups.contains(&group.place().subject));
            let anyone = ["cidr_ipv4", "cidr_ipv6"].iter().any(|range| rule.text(range).is_some_and(is_everyone));
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

pub(super) fn encrypted_secrets(platform: &Platform, findings: &mut Findings) {
    for cluster in platform.managed("aws_eks_cluster") {
        let secrets = cluster.resource.body.blocks("encryption_config").any(|config| {
            let resources = config.get("resources").and_then(Expression::as_list).unwrap_or_default();
            resources.iter().any(|of| of.as_str() == Some("secrets")) && config.blocks("provider").next().is_some()
        });
        if !secrets {
            findings.report(
                cluster.place(),
                "encrypts its secrets with no key of ours",
                "add an `encryption_config` of secrets",
            );
        }
    }
}

/// The settings of a bucket that each must have, as resources of their own.
const OF_BUCKETS: [(&str, &str); 2] = [
    ("aws_s3_bucket_public_access_block", "does not block public access"),
    ("aws_s3_bucket_server_side_encryption_configuration", "does not say how it is encrypted"),
];

pub(super) fn private_buckets(platform: &Platform, findings: &mut Findings) {
    for bucket in platform.managed("aws_s3_bucket") {
        let address = bucket.place().subject;
        let about = |of: &Declared<'_>| {
            of.get("bucket")
                .and_then(|bucket| of.leads_to(bucket))
                .is_some_and(|found| found.place().subject == address)
        };
        for (type_name, message) in OF_BUCKETS {
            if !platform.managed(type_name).any(|of| about(&of) && blocks(&of)) {
                findings.report(bucket.place(), message, format!("declare an `{type_name}` for it"));
            }
        }
    }
}

/// Does a block of public access block all of it? What blocks nothing has no switches.
fn blocks(of: &Declared<'_>) -> bool {
    let switches = ["block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"];
    of.resource.type_name != "aws_s3_bucket_public_access_block"
        || switches.iter().all(|switch| of.text(switch).as_deref() == Some("true"))
}
