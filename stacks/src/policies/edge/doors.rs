//! Who is let in: addresses in their measure, readers of buckets, and whose word counts.

use synth_bindings::{
    aws_s3_bucket, aws_s3_bucket_policy, aws_s3_bucket_public_access_block, aws_wafv2_web_acl,
    data::aws_iam_policy_document,
};
use synth_review::{Findings, Policy, Severity};

use super::{distributions, given, proxy};
use crate::{Platform, view::Declared};

pub(super) const ADDRESSES_ARE_LIMITED: Policy<Platform> = Policy {
    code: "EDGE005",
    name: "addresses-are-limited",
    severity: Severity::Error,
    explanation: "Without a web ACL that refuses an address which asks too often, one client takes what is there for all; a \
                  limit by what a request says of itself is none.",
    check: addresses_are_limited,
};

fn addresses_are_limited(platform: &Platform, findings: &mut Findings) {
    for distribution in distributions(platform) {
        let acl = distribution.leads(|of| of.web_acl_id());
        let Some(acl) = acl.and_then(|acl| acl.of_type::<aws_wafv2_web_acl::Handle>()) else {
            findings.report(distribution.place(), "has no web ACL", "give it one in `web_acl_id`");
            continue;
        };
        let limited = acl.blocks(|of| of.rule()).any(|rule| {
            let by = rule.text(|of| of.statement().rate_based_statement().aggregate_key_type());
            by.as_deref() == Some("IP") && rule.blocks(|of| of.action().block()).next().is_some()
        });
        if !limited {
            let mend = "add a rule that blocks by `rate_based_statement` with `aggregate_key_type` IP";
            findings.report(acl.place(), "refuses no address that asks too often", mend);
        }
    }
}

pub(super) const BUCKETS_ARE_CLOSED: Policy<Platform> = Policy {
    code: "EDGE006",
    name: "buckets-are-closed",
    severity: Severity::Error,
    explanation: "Logs tell who asked for what, and static content that is read around the edge costs without its limits: \
                  nothing may open these buckets, and one that CloudFront reads is read for this distribution alone.",
    check: buckets_are_closed,
};

fn buckets_are_closed(platform: &Platform, findings: &mut Findings) {
    let in_stack = |bucket: &Declared<'_, aws_s3_bucket::Handle>| bucket.stack.name() == "edge";
    for bucket in platform.resources::<aws_s3_bucket::Handle>().filter(in_stack) {
        let closed = platform.resources::<aws_s3_bucket_public_access_block::Handle>().any(|block| {
            block.leads(|of| of.bucket()).is_some_and(|of| of.is(&bucket))
                && block.is_true(|of| of.block_public_acls())
                && block.is_true(|of| of.block_public_policy())
                && block.is_true(|of| of.ignore_public_acls())
                && block.is_true(|of| of.restrict_public_buckets())
        });
        if !closed {
            let mend = "set all four of its public access block";
            findings.report(bucket.place(), "may be opened to everybody", mend);
        }
        let policies = platform.resources::<aws_s3_bucket_policy::Handle>();
        for policy in policies.filter(|of| of.leads(|of| of.bucket()).is_some_and(|of| of.is(&bucket))) {
            let document = policy.leads(|of| of.policy());
            let Some(document) = document.and_then(|of| of.of_type::<aws_iam_policy_document::Handle>()) else {
                continue;
            };
            for statement in document.blocks(|of| of.statement()) {
                let allows = statement.text(|of| of.effect()).as_deref() == Some("Allow");
                let bound = statement.blocks(|of| of.condition()).any(|condition| {
                    condition.text(|of| of.variable()).is_some_and(|key| key.eq_ignore_ascii_case("aws:SourceArn"))
                });
                if allows && !bound {
                    let mend = "bind the statement to one source by `aws:SourceArn`";
                    findings.report(document.place(), "lets a service in for whoever asks it to", mend);
                }
            }
        }
    }
}

pub(super) const EDGE_ALONE_IS_BELIEVED: Policy<Platform> = Policy {
    code: "EDGE007",
    name: "edge-alone-is-believed",
    severity: Severity::Error,
    explanation: "A proxy that believes `X-Forwarded-For` without an edge counts whom its clients invent; one that does not \
                  believe its edge counts the edge's servers, and refuses everybody for one.",
    check: edge_alone_is_believed,
};

fn edge_alone_is_believed(platform: &Platform, findings: &mut Findings) {
    let Some(proxy) = proxy(platform) else { return };
    let edge = distributions(platform).next().is_some();
    let place = || proxy.deployment.place();
    match (edge, proxy.has_flag("--behind-edge")) {
        (false, true) => {
            findings.report(
                place(),
                "believes forwarded addresses, and no edge is before it",
                "remove `--behind-edge`",
            );
        }
        (true, false) => {
            let mend = "give it `--behind-edge`";
            findings.report(place(), "does not believe the edge, and takes its servers for the clients", mend);
        }
        _ => {}
    }
    for range in proxy.flags("--trust-forwarded-from") {
        let message = format!("believes the forwarded addresses of everybody in {range}");
        findings
            .report(place(), message, "remove `--trust-forwarded-from`: an edge is believed by `--behind-edge`")
            .set_by(given(platform, &proxy, "--trust-forwarded-from"));
    }
}
