//! Facts of `aws_wafv2_web_acl`.

use super::{
    Facts,
    Rule::{In, Most},
};

pub(super) const RESOURCE: Facts = Facts {
    identity: &["name", "scope"],
    imported_by: Some("{id}/{name}/{scope}"),
    rules: &[In("scope", &["CLOUDFRONT", "REGIONAL"]), Most(&["name", "name_prefix"]), Most(&["rule", "rule_json"])],
    replaces: Some(&["name", "name_prefix", "scope"]),
    defaults: &[("rule.statement.rate_based_statement.evaluation_window_sec", "300")],
    templates: &[
        ("application_integration_url", ""),
        ("arn", "arn:{partition}:wafv2:{region}:{account}:global/webacl/{name}/{id}"),
        ("capacity", "1000"),
        ("id", "{uuid}"),
        ("lock_token", "{uuid}"),
        ("name", "{name_prefix|or:terraform-}{hex:26}"),
        ("name_prefix", ""),
    ],
    ..Facts::new("aws_wafv2_web_acl")
};
