//! The way from the edge to the proxy: it is there, there is no other, and its times fit.

use synth_bindings::{aws_cloudfront_vpc_origin, aws_lb, aws_vpc_security_group_ingress_rule, data};
use synth_review::{Findings, Policy, Severity};

use super::{distributions, given, proxy};
use crate::{Platform, settings::Duration};

/// How long a target may take to answer, where no flag of the proxy says so.
const TARGET_SECONDS: u64 = 30;

/// How long the proxy keeps a connection that nothing goes over, where no flag says so.
const IDLE_SECONDS: u64 = 90;

pub(super) const ORIGIN_IS_THERE: Policy<Platform> = Policy {
    code: "EDGE001",
    name: "origin-is-there",
    severity: Severity::Error,
    explanation: "The edge finds the proxy's load balancer by its name; where the cluster makes none of that name, no plan \
                  of the edge succeeds.",
    check: origin_is_there,
};

fn origin_is_there(platform: &Platform, findings: &mut Findings) {
    let made: Vec<_> = platform.resources::<aws_lb::Handle>().filter_map(|of| of.text(|of| of.name())).collect();
    for found in platform.resources::<data::aws_lb::Handle>() {
        let Some(name) = found.text(|of| of.name()).filter(|name| !made.contains(name)) else { continue };
        findings.report(
            found.place(),
            format!("looks for a load balancer `{name}`, which no stack makes"),
            "let the cluster stack make it, or give it that name",
        );
    }
}

pub(super) const NOBODY_GETS_AROUND: Policy<Platform> = Policy {
    code: "EDGE002",
    name: "nobody-gets-around",
    severity: Severity::Error,
    explanation: "A load balancer that is reached from elsewhere, too, lets everybody around the web ACL and its limits, and \
                  lets them say whom they speak for.",
    check: nobody_gets_around,
};

fn nobody_gets_around(platform: &Platform, findings: &mut Findings) {
    for origin in platform.resources::<aws_cloudfront_vpc_origin::Handle>() {
        let found = origin.leads(|of| of.vpc_origin_endpoint_config().at(0).arn());
        let name = found.and_then(|of| of.of_type::<data::aws_lb::Handle>()?.text(|of| of.name()));
        let balancers = platform.resources::<aws_lb::Handle>().filter(|of| of.text(|of| of.name()) == name);
        for balancer in balancers {
            if !balancer.is_true(|of| of.internal()) {
                let mend = "set `internal` to true: CloudFront reaches it inside the VPC";
                findings.report(balancer.place(), "is behind the edge, and has addresses on the internet", mend);
            }
            let rules = platform.resources::<aws_vpc_security_group_ingress_rule::Handle>();
            for rule in rules.filter(|rule| {
                let group = rule.leads(|of| of.security_group_id());
                group.is_some_and(|group| balancer.lead(|of| of.security_groups()).any(|of| of.is(&group)))
            }) {
                if rule.get(|of| of.prefix_list_id()).is_none() {
                    findings.report(
                        rule.place(),
                        "lets others than CloudFront reach the load balancer behind the edge",
                        "admit the prefix list of CloudFront's servers alone",
                    );
                }
            }
        }
    }
}

pub(super) const TIMES_FIT: Policy<Platform> = Policy {
    code: "EDGE003",
    name: "times-fit",
    severity: Severity::Error,
    explanation: "An edge that waits for less than the proxy waits for its targets answers 504 where the proxy would have \
                  answered; one that keeps connections for longer than the proxy sends requests to a closing one.",
    check: times_fit,
};

fn times_fit(platform: &Platform, findings: &mut Findings) {
    let Some(proxy) = proxy(platform) else { return };
    let seconds = |flag: &str, usual: u64| proxy.flags(flag).next().and_then(Duration::seconds_of).unwrap_or(usual);
    let (patience, idle) = (seconds("--timeout", TARGET_SECONDS), seconds("--idle-timeout", IDLE_SECONDS));
    for distribution in distributions(platform) {
        for origin in distribution.blocks(|of| of.origin()) {
            if origin.blocks(|of| of.vpc_origin_config()).next().is_none() {
                continue;
            }
            let number = |text: Option<String>, usual: u64| text.and_then(|text| text.parse().ok()).unwrap_or(usual);
            let read = number(origin.text(|of| of.vpc_origin_config().origin_read_timeout()), 30);
            let kept = number(origin.text(|of| of.vpc_origin_config().origin_keepalive_timeout()), 5);
            if read <= patience {
                findings
                    .report(
                        distribution.place(),
                        format!("waits {read} s for the proxy, which waits {patience} s for its targets"),
                        "raise `origin_read_timeout` above the proxy's `--timeout`, or lower that",
                    )
                    .set_by(given(platform, &proxy, "--timeout"));
            }
            if kept >= idle {
                findings
                    .report(
                        distribution.place(),
                        format!("keeps connections for {kept} s, the proxy for {idle} s"),
                        "lower `origin_keepalive_timeout` below the proxy's `--idle-timeout`, or raise that",
                    )
                    .set_by(given(platform, &proxy, "--idle-timeout"));
            }
        }
    }
}
