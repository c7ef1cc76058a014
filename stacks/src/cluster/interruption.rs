//! The queue on which AWS announces that instances will go, and the rules that fill it.

use synth_bindings::{aws_cloudwatch_event_rule, aws_cloudwatch_event_target, aws_sqs_queue, aws_sqs_queue_policy};
use synth_framework::{Stack, functions::jsonencode, object, run};

use crate::{
    iam::{allow, condition, denies_plain_http, deny, document, principals, services},
    settings::Settings,
};

/// Label, source and detail type of the events that Karpenter acts on.
const EVENTS: [(&str, &str, &str); 5] = [
    ("health", "aws.health", "AWS Health Event"),
    ("spot_interruption", "aws.ec2", "EC2 Spot Instance Interruption Warning"),
    ("rebalance", "aws.ec2", "EC2 Instance Rebalance Recommendation"),
    ("state_change", "aws.ec2", "EC2 Instance State-change Notification"),
    ("capacity_reservation", "aws.ec2", "EC2 Capacity Reservation Instance Interruption Warning"),
];

/// Declares the queue, its policy and the five rules.
pub(super) fn queue(settings: &Settings, stack: &Stack) -> aws_sqs_queue::Handle {
    let queue = aws_sqs_queue("interruption")
        .name(settings.interruption_queue())
        .message_retention_seconds(300)
        // A key of our own would need EventBridge in its policy; SQS's own key needs nothing.
        .sqs_managed_sse_enabled(true)
        .add_to(stack);
    let policy = document(
        stack,
        "interruption_queue",
        [
            allow("Send", ["sqs:SendMessage"])
                .principals(services(["events.amazonaws.com", "sqs.amazonaws.com"]))
                .resources([queue.arn()]),
            deny("DenyHTTP", ["sqs:*"]).principals(principals(["*"])).resources([queue.arn()]).condition(condition(
                "Bool",
                "aws:SecureTransport",
                ["false"],
            )),
        ],
    );
    let attached = aws_sqs_queue_policy("interruption").queue_url(queue.url()).policy(policy.json()).add_to(stack);
    run("the_queue_is_encrypted_and_takes_no_plain_http")
        .assert(queue.sqs_managed_sse_enabled(), "messages lie in the queue as they are")
        .assert(denies_plain_http(&policy, "sqs:*"), "the queue answers over plain HTTP")
        .assert(attached.queue_url().equals(queue.url()), "the queue's policy is of another queue")
        .add_to(stack);
    for (label, source, detail_type) in EVENTS {
        let rule = aws_cloudwatch_event_rule(label)
            .name(settings.named(&label.replace('_', "-")))
            .description(format!("{detail_type}, for Karpenter."))
            .event_pattern(jsonencode(object! {
                "source" => serde_json::json!([source]),
                "detail-type" => serde_json::json!([detail_type]),
            }))
            .add_to(stack);
        aws_cloudwatch_event_target(label)
            .rule(rule.name())
            .target_id("KarpenterInterruptionQueueTarget")
            .arn(queue.arn())
            .add_to(stack);
    }
    queue
}
