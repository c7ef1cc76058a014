//! Names of AWS that hold in the region's partition alone: ARNs, services as who may do something, services behind endpoints.

use synth_bindings::aws_vpc_endpoint;
use synth_framework::{Body, Content, Expression, TemplatePart};
use synth_review::{Findings, Policy, Severity};

use crate::{Platform, view::trust_documents};

/// Calls `visit` with every literal text of a block and of those inside it.
fn literals<'a>(body: &'a Body, visit: &mut dyn FnMut(&'a str)) {
    for entry in body.entries() {
        match &entry.content {
            Content::Argument(value) => value.visit(&mut |expression| match expression {
                Expression::String(text) => visit(text),
                Expression::Template(parts) => parts.iter().for_each(|part| {
                    if let TemplatePart::Text(text) = part {
                        visit(text);
                    }
                }),
                _ => {}
            }),
            Content::Blocks(blocks) => blocks.iter().for_each(|block| literals(&block.body, visit)),
        }
    }
}

pub(super) const ONE_PARTITION: Policy<Platform> = Policy {
    code: "LINK024",
    name: "one-partition",
    severity: Severity::Error,
    explanation: "Each AWS partition has ARNs, principals and endpoints of its own: a name of another partition passes \
                  the plan, and the apply is refused.",
    check: one_partition,
};

fn one_partition(platform: &Platform, findings: &mut Findings) {
    let aws = &platform.settings.aws;
    let ours = aws.partition();
    for found in platform.declared() {
        literals(&found.resource.body, &mut |text| {
            if let Some((partition, _)) = text.strip_prefix("arn:").and_then(|rest| rest.split_once(':'))
                && partition != ours
            {
                findings.report(
                    found.place(),
                    format!("names `{text}`, but `{}` lies in the partition `{ours}`", aws.region),
                    format!("begin the ARN with `arn:{ours}:`"),
                );
            }
        });
    }
    for document in trust_documents(platform) {
        let services = document.statements().flat_map(|statement| statement.principals("Service")).collect::<Vec<_>>();
        for service in services.iter().filter(|service| !service.ends_with(".amazonaws.com")) {
            findings.report(
                document.carrier.place(),
                format!("trusts `{service}`, which is not a service principal of the partition `{ours}`"),
                "name the service under `amazonaws.com`",
            );
        }
    }
    let beginning = format!("com.amazonaws.{}.", aws.region);
    for endpoint in platform.resources::<aws_vpc_endpoint::Handle>() {
        let name = endpoint.text(|of| of.service_name()).unwrap_or_default();
        if !name.starts_with(&beginning) {
            findings.report(
                endpoint.place(),
                format!("leads to `{name}`, which is not the name of a service in `{}`", aws.region),
                format!("begin the name with `{beginning}`"),
            );
        }
    }
}
