//! Facts of `aws_acm_certificate`.

use std::collections::BTreeSet;

use super::{
    Facts,
    Rule::{Arn, In, Length},
};
use crate::{
    cloud::Change,
    value::{Mapping, Value},
};

pub(super) const RESOURCE: Facts = Facts {
    rules: &[
        Arn("certificate_authority_arn"),
        In("options.certificate_transparency_logging_preference", &["DISABLED", "ENABLED"]),
        In("validation_method", &["DNS", "EMAIL", "NONE"]),
        Length("domain_name", 253),
    ],
    replaces: Some(&[
        "certificate_authority_arn",
        "domain_name",
        "key_algorithm",
        "subject_alternative_names",
        "validation_method",
        "validation_option",
    ]),
    computed_blocks: &["options"],
    templates: &[
        ("arn", "arn:{partition}:acm:{region}:{account}:certificate/{uuid}"),
        ("domain_validation_options.resource_record_name", "_{hex:32}.{domain_name}."),
        ("domain_validation_options.resource_record_type", "CNAME"),
        ("domain_validation_options.resource_record_value", "_{hex:32}.{lower:10}.acm-validations.aws."),
        ("id", "{arn}"),
        ("key_algorithm", "RSA_2048"),
        ("not_after", ""),
        ("not_before", ""),
        ("options.certificate_transparency_logging_preference", "ENABLED"),
        ("pending_renewal", "false"),
        ("renewal_eligibility", "INELIGIBLE"),
        ("status", "PENDING_VALIDATION"),
        ("type", "AMAZON_ISSUED"),
    ],
    plan: Some(names),
    ..Facts::new("aws_acm_certificate")
};

/// The names, of which each has a record to prove it by (`CustomizeDiff`): how many there are is known before ACM answers.
fn names(change: &Change<'_>, planned: &mut Mapping) {
    let Some(domain) = change.config.get("domain_name").and_then(Value::as_text) else { return };
    let given = change.config.get("subject_alternative_names").and_then(Value::as_sequence).unwrap_or_default();
    if given.iter().any(|name| name.as_text().is_none()) {
        return;
    }
    // A set: in which order names are given is no change.
    let names: BTreeSet<&str> = given.iter().filter_map(Value::as_text).chain([domain]).collect();
    let by_dns = change.config.get("validation_method").and_then(Value::as_text) == Some("DNS");
    let all: Vec<Value> = names.iter().map(|name| (*name).into()).collect();
    let option = |name: &&str| {
        let unknown = ["name", "type", "value"].map(|of| (format!("resource_record_{of}"), Value::Unknown));
        let known = [("domain_name".to_owned(), Value::from(*name))];
        Value::Mapping(known.into_iter().chain(unknown).collect())
    };
    let moved = change.prior.is_none_or(|prior| prior.get("domain_name") != planned.get("domain_name"));
    if !given.is_empty() || moved {
        planned.insert("subject_alternative_names".to_owned(), Value::Sequence(all));
    }
    let before = change.prior.and_then(|prior| prior.get("subject_alternative_names")?.as_sequence());
    let before: BTreeSet<&str> = before.unwrap_or_default().iter().filter_map(Value::as_text).collect();
    if by_dns && (moved || !given.is_empty() && before != names) {
        planned.insert("domain_validation_options".to_owned(), Value::Sequence(names.iter().map(option).collect()));
    }
}
