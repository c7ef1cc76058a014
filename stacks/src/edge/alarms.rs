//! Alarms of the edge's health, where `CloudFront`'s metrics are.

use synth_bindings::{
    Aws, aws_cloudfront_distribution, aws_cloudfront_monitoring_subscription as subscription,
    aws_cloudwatch_metric_alarm as alarm, aws_wafv2_web_acl,
};
use synth_framework::{ProviderHandle, Stack, text};

use super::firewall::metric;
use crate::settings::Settings;

/// Seconds of a period; an alarm rings once two of three are bad.
const PERIOD: u32 = 300;

/// Declares the alarms.
pub(super) fn alarms(
    settings: &Settings,
    distribution: &aws_cloudfront_distribution::Handle,
    firewall: &aws_wafv2_web_acl::Handle,
    global: &ProviderHandle<Aws>,
    stack: &Stack,
) {
    let edge = &settings.edge;
    // The origin's latency is one of the metrics that are asked for.
    let asked = subscription("main")
        .distribution_id(distribution.id())
        .monitoring_subscription(
            subscription::monitoring_subscription().realtime_metrics_subscription_config(
                subscription::monitoring_subscription::realtime_metrics_subscription_config()
                    .realtime_metrics_subscription_status("Enabled"),
            ),
        )
        .add_to(stack);
    let told = || edge.alarm_topic_arn.iter().map(ToString::to_string).collect::<Vec<_>>();
    let rings = |label: &str, what: &str, threshold: u32| {
        alarm(label)
            .provider(global)
            .alarm_name(settings.named(&format!("edge-{}", label.replace('_', "-"))))
            .alarm_description(what)
            .comparison_operator("GreaterThanThreshold")
            .threshold(threshold)
            .period(PERIOD)
            .evaluation_periods(3)
            .datapoints_to_alarm(2)
            // Nobody asks at night.
            .treat_missing_data("notBreaching")
            .alarm_actions(told())
            .ok_actions(told())
    };
    let of_distribution = || [("DistributionId", text!("{}", distribution.id())), ("Region", text!("Global"))];
    rings("errors", "Requests that are answered with 5xx, in percent", edge.alarm_error_percent)
        .namespace("AWS/CloudFront")
        .metric_name("5xxErrorRate")
        .statistic("Average")
        .dimensions(of_distribution())
        .add_to(stack);
    rings(
        "origin_latency",
        "Milliseconds until the proxy's first byte, of the slowest tenth",
        edge.alarm_origin_latency_ms,
    )
    .namespace("AWS/CloudFront")
    .metric_name("OriginLatency")
    .extended_statistic("p90")
    .dimensions(of_distribution())
    .depends_on(&asked)
    .add_to(stack);
    rings("blocked_requests", "Requests that WAF refuses in five minutes", edge.alarm_blocked_requests)
        .namespace("AWS/WAFV2")
        .metric_name("BlockedRequests")
        .statistic("Sum")
        .dimensions([("WebACL", metric(settings)), ("Rule", "ALL".to_owned())])
        .depends_on(firewall)
        .add_to(stack);
}
