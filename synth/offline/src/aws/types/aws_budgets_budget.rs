//! Facts of `aws_budgets_budget`.

use super::Facts;

pub(super) const RESOURCE: Facts = Facts {
    replaces: Some(&["account_id", "name", "name_prefix"]),
    defaults: &[
        ("cost_types.include_credit", "true"),
        ("cost_types.include_discount", "true"),
        ("cost_types.include_other_subscription", "true"),
        ("cost_types.include_recurring", "true"),
        ("cost_types.include_refund", "true"),
        ("cost_types.include_subscription", "true"),
        ("cost_types.include_support", "true"),
        ("cost_types.include_tax", "true"),
        ("cost_types.include_upfront", "true"),
        ("cost_types.use_amortized", "false"),
        ("cost_types.use_blended", "false"),
        ("time_period_end", r#""2087-06-15_00:00""#),
    ],
    computed_blocks: &["cost_filter", "cost_types"],
    templates: &[
        ("arn", "arn:{partition}:budgets::{account}:budget/{name}"),
        ("id", "{account}:{name}"),
        ("time_period_start", "2025-01-01_00:00"),
    ],
    ..Facts::new("aws_budgets_budget")
};
