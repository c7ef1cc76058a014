//! Flow logs: every connection that the VPC accepts or refuses, kept in CloudWatch.

use synth_bindings::{aws_cloudwatch_log_group, aws_flow_log, aws_iam_role_policy};
use synth_framework::{Stack, run, text};

use super::{encryption::Keys, network::Network};
use crate::{
    iam::{allow, condition, document, role_trusting, services},
    settings::Settings,
};

/// Declares the flow log, its group, and the role that writes it.
pub(super) fn flow_logs(settings: &Settings, network: &Network, keys: &Keys, stack: &Stack) {
    let group = aws_cloudwatch_log_group("flow_logs")
        .name(format!("/aws/vpc/{}/flow-logs", settings.name))
        .retention_in_days(settings.network.flow_log_retention_days)
        .kms_key_id(&keys.logs)
        .add_to(stack);
    let trust = allow("FlowLogs", ["sts:AssumeRole"])
        .principals(services(["vpc-flow-logs.amazonaws.com"]))
        .condition(condition("StringEquals", "aws:SourceAccount", [&settings.aws.account_id]));
    let role = role_trusting(stack, settings, "flow-logs", trust);
    let write = allow("Write", ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"])
        .resources([text!("{}:*", group.arn())]);
    let policy = document(stack, "flow_logs", write);
    aws_iam_role_policy("flow_logs").name("write").role(role.name()).policy(policy.json()).add_to(stack);
    let log = aws_flow_log("main")
        .vpc_id(network.vpc.id())
        .traffic_type("ALL")
        .max_aggregation_interval(60)
        .log_destination_type("cloud-watch-logs")
        .log_destination(group.arn())
        .iam_role_arn(role.arn())
        .tags([("Name", settings.named("flow-logs"))])
        .add_to(stack);
    run("every_connection_is_logged_for_a_while")
        .assert(log.traffic_type().equals("ALL"), "the flow log leaves out connections")
        .assert(log.vpc_id().equals(network.vpc.id()), "the flow log is of another network")
        .assert(group.retention_in_days().at_least(1), "flow logs are kept without a limit")
        .add_to(stack);
}
