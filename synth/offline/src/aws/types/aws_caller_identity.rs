//! Facts of `aws_caller_identity`.

use super::Facts;

pub(super) const DATA: Facts = Facts {
    templates: &[
        ("arn", "arn:{partition}:sts::{account}:assumed-role/offline/synth"),
        ("id", "{account}"),
        ("user_id", "AROA{upper:17}:synth"),
    ],
    ..Facts::new("data.aws_caller_identity")
};
