//! Facts of `aws_route_table_association`.

use super::{Facts, Rule::One};

pub(super) const RESOURCE: Facts = Facts {
    imported_by: Some("{subnet_id}/{route_table_id}"),
    rules: &[One(&["gateway_id", "subnet_id"])],
    replaces: Some(&["gateway_id", "subnet_id"]),
    templates: &[("id", "rtbassoc-0{hex:16}")],
    ..Facts::new("aws_route_table_association")
};
