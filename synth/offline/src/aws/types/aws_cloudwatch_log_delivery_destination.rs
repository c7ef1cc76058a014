//! Facts of `aws_cloudwatch_log_delivery_destination`.

use super::{Cause::AllBut, Facts, Rule::In};

pub(super) const RESOURCE: Facts = Facts {
    newer_sdk: true,
    identity: &["name"],
    rules: &[In("output_format", &["json", "parquet", "plain", "raw", "w3c"])],
    replaces: Some(&["name", "output_format"]),
    recomputes: &[("delivery_destination_type", AllBut(&[]))],
    templates: &[
        ("arn", "arn:{partition}:logs:{region}:{account}:delivery-destination:{name}"),
        ("delivery_destination_type", "S3"),
    ],
    ..Facts::new("aws_cloudwatch_log_delivery_destination")
};
