//! Facts of `aws_subnets`.

use super::Facts;

pub(super) const DATA: Facts = Facts {
    templates: &[("id", "{region}"), ("ids", "subnet-0{hex:16:a},subnet-0{hex:16:b},subnet-0{hex:16:c}")],
    ..Facts::new("data.aws_subnets")
};
