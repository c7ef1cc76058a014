//! Facts of `aws_cloudwatch_log_group`.

use super::{
    Facts,
    Rule::{In, Most},
};

/// CloudWatch's retention periods, in days; 0 keeps events for ever.
const RETENTION: &[&str] = &[
    "0", "1", "3", "5", "7", "14", "30", "60", "90", "120", "150", "180", "365", "400", "545", "731", "1096", "1827",
    "2192", "2557", "2922", "3288", "3653",
];

pub(super) const RESOURCE: Facts = Facts {
    identity: &["name"],
    rules: &[In("retention_in_days", RETENTION), Most(&["name", "name_prefix"])],
    replaces: Some(&["log_group_class", "name", "name_prefix"]),
    defaults: &[("retention_in_days", "0"), ("skip_destroy", "false")],
    templates: &[
        ("arn", "arn:{partition}:logs:{region}:{account}:log-group:{name}"),
        ("id", "{name}"),
        ("log_group_class", "STANDARD"),
    ],
    ..Facts::new("aws_cloudwatch_log_group")
};
