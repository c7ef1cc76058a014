//! Facts of `aws_ecr_registry_scanning_configuration`.

use super::Facts;

pub(super) const RESOURCE: Facts =
    Facts { templates: &[("id", "{account}")], ..Facts::new("aws_ecr_registry_scanning_configuration") };
