//! Facts of `aws_launch_template`.

use super::{
    Cause::{AllBut, While},
    Facts,
    Rule::{Between, In, Most},
};

pub(super) const RESOURCE: Facts = Facts {
    rules: &[
        Between("metadata_options.http_put_response_hop_limit", 1, 64),
        In("metadata_options.http_tokens", &["optional", "required"]),
        Most(&["name", "name_prefix"]),
        Most(&["security_group_names", "vpc_security_group_ids"]),
    ],
    replaces: Some(&["name", "name_prefix"]),
    recomputes: &[
        ("default_version", While("update_default_version", &["description", "name", "name_prefix"])),
        (
            "latest_version",
            AllBut(&["default_version", "description", "name", "name_prefix", "update_default_version"]),
        ),
    ],
    computed_blocks: &["metadata_options"],
    templates: &[
        ("arn", "arn:{partition}:ec2:{region}:{account}:launch-template/{id}"),
        ("default_version", "{next}"),
        ("id", "lt-0{hex:16}"),
        ("latest_version", "{next}"),
        ("metadata_options.http_endpoint", "enabled"),
        ("metadata_options.http_put_response_hop_limit", "1"),
        ("metadata_options.http_tokens", "optional"),
    ],
    ..Facts::new("aws_launch_template")
};
