//! What KEDA asks queues for: whether it may.

use synth_bindings::{aws_eks_pod_identity_association, aws_iam_role_policy_attachment};
use synth_kubernetes::keda::{AWS, SQS, Trigger};
use synth_review::{Findings, Policy, Severity};

use crate::{
    Platform,
    charts::keda::{OPERATOR, Values},
    view::{Document, TriggerAuthentication, granted_documents},
};

/// The one right that it takes to count messages.
const COUNTS: &str = "sqs:GetQueueAttributes";

pub(super) const QUEUES_ARE_COUNTED: Policy<Platform> = Policy {
    code: "SCALE026",
    name: "queues-are-counted",
    severity: Severity::Error,
    explanation: "KEDA counts the messages of a queue with its operator's own role: without the right for this queue, or \
                  without saying that it asks as itself, a worker falls back on a fixed number of pods however many \
                  messages wait.",
    check: queues_are_counted,
};

fn queues_are_counted(platform: &Platform, findings: &mut Findings) {
    let documents = documents_of_operator(platform);
    for workload in platform.autoscaled() {
        for trigger in workload.asked().filter(|trigger| trigger.type_ == SQS) {
            let name = trigger.name.as_deref().unwrap_or_default();
            let mut report = |message: String, mend: String| {
                findings.report(workload.scaler.place(), format!("asks by its trigger `{name}` {message}"), mend);
            };
            let url = trigger.metadata("queueURL");
            let Some(arn) = arn(platform, trigger) else {
                report(
                    format!("for `{url}`, which is no queue of this account and region"),
                    "name a queue of the platform's own account and region".to_owned(),
                );
                continue;
            };
            if trigger.metadata("scaleOnInFlight") == "false" {
                report(
                    "for messages that nobody has taken yet: pods go while they still work on the last ones".to_owned(),
                    "set `scaleOnInFlight` to `true`".to_owned(),
                );
            }
            let asks = trigger.authentication_ref.as_ref().map(|of| of.name.as_str()).unwrap_or_default();
            let asks = platform.one::<TriggerAuthentication>(workload.namespace(), asks);
            if asks.and_then(|of| of.typed().spec.pod_identity.as_ref()).is_none_or(|of| of.provider != AWS) {
                report(
                    "without a TriggerAuthentication that lets it ask with its role".to_owned(),
                    format!("name one with `podIdentity.provider: {AWS}` in `authenticationRef`"),
                );
            }
            if !documents.iter().any(|document| counts(document, &arn)) {
                report(
                    format!("for `{url}`, which the role of KEDA's operator may not read"),
                    format!("allow `{COUNTS}` on `{arn}` to the role of its service account `{OPERATOR}`"),
                );
            }
        }
    }
}

/// The ARN of a trigger's queue, if it is one of this account and region.
fn arn(platform: &Platform, trigger: &Trigger) -> Option<String> {
    let aws = &platform.settings.aws;
    let region = trigger.metadata("awsRegion");
    let beginning = format!("https://sqs.{region}.amazonaws.com/{}/", aws.account_id);
    let name = trigger.metadata("queueURL").strip_prefix(&beginning)?;
    let ours = region == aws.region.name && !name.is_empty() && !name.contains('/');
    ours.then(|| format!("arn:{}:sqs:{region}:{}:{name}", aws.partition(), aws.account_id))
}

fn counts(document: &Document<'_>, arn: &str) -> bool {
    let mut statements = document.statements().filter(|of| of.allows() && of.actions().iter().any(|of| of == COUNTS));
    statements.any(|of| of.is_about(arn))
}

/// The documents that are granted to the role of the operator's service account.
fn documents_of_operator(platform: &Platform) -> Vec<Document<'_>> {
    let Some(namespace) = platform.chart::<Values>().map(|chart| chart.namespace.to_owned()) else { return Vec::new() };
    let associations = platform.resources::<aws_eks_pod_identity_association::Handle>().filter(|of| {
        of.text(|of| of.namespace()).as_deref() == Some(namespace.as_str())
            && of.text(|of| of.service_account()).as_deref() == Some(OPERATOR)
    });
    let roles: Vec<_> = associations.filter_map(|of| of.leads(|of| of.role_arn())).collect();
    let attached = platform.resources::<aws_iam_role_policy_attachment::Handle>();
    let attached =
        attached.filter(|of| of.leads(|of| of.role()).is_some_and(|of| roles.iter().any(|role| role.is(&of))));
    let policies: Vec<_> = attached.filter_map(|of| of.leads(|of| of.policy_arn())).collect();
    granted_documents(platform).filter(|of| policies.iter().any(|policy| policy.is(&of.carrier))).collect()
}
