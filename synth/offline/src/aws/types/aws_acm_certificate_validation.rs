//! Facts of `aws_acm_certificate_validation`.

use super::{Facts, Rule::Arn};

pub(super) const RESOURCE: Facts = Facts {
    rules: &[Arn("certificate_arn")],
    replaces: Some(&["certificate_arn", "validation_record_fqdns"]),
    templates: &[("id", "{created}")],
    ..Facts::new("aws_acm_certificate_validation")
};
