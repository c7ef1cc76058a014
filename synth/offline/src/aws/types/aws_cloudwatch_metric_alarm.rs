//! Facts of `aws_cloudwatch_metric_alarm`.

use super::{
    Facts,
    Rule::{In, Length},
};

pub(super) const RESOURCE: Facts = Facts {
    identity: &["alarm_name"],
    rules: &[Length("alarm_name", 255), In("treat_missing_data", &["breaching", "ignore", "missing", "notBreaching"])],
    replaces: Some(&["alarm_name"]),
    defaults: &[("actions_enabled", "true"), ("treat_missing_data", r#""missing""#)],
    templates: &[
        ("arn", "arn:{partition}:cloudwatch:{region}:{account}:alarm:{alarm_name}"),
        ("evaluate_low_sample_count_percentiles", ""),
        ("id", "{alarm_name}"),
    ],
    ..Facts::new("aws_cloudwatch_metric_alarm")
};
