//! Facts of `aws_flow_log`.

use super::{
    Facts,
    Rule::{Arn, In, One},
};

pub(super) const RESOURCE: Facts = Facts {
    rules: &[
        Arn("iam_role_arn"),
        Arn("log_destination"),
        In("max_aggregation_interval", &["60", "600"]),
        In("traffic_type", &["ACCEPT", "ALL", "REJECT"]),
        One(&["eni_id", "subnet_id", "transit_gateway_attachment_id", "transit_gateway_id", "vpc_id"]),
    ],
    replaces: Some(&[
        "deliver_cross_account_role",
        "destination_options",
        "eni_id",
        "iam_role_arn",
        "log_destination",
        "log_destination_type",
        "log_format",
        "log_group_name",
        "max_aggregation_interval",
        "subnet_id",
        "traffic_type",
        "transit_gateway_attachment_id",
        "transit_gateway_id",
        "vpc_id",
    ]),
    defaults: &[
        ("destination_options.hive_compatible_partitions", "false"),
        ("destination_options.per_hour_partition", "false"),
        ("log_destination_type", r#""cloud-watch-logs""#),
        ("max_aggregation_interval", "600"),
    ],
    keeps: &["destination_options"],
    templates: &[
        ("arn", "arn:{partition}:ec2:{region}:{account}:vpc-flow-log/{id}"),
        ("id", "fl-0{hex:16}"),
        ("log_format", "{flow_log_format}"),
    ],
    ..Facts::new("aws_flow_log")
};
