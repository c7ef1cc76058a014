//! Facts of `aws_availability_zones`.

use super::Facts;
use crate::aws::zones;

pub(super) const DATA: Facts = Facts {
    read: Some(|account, state| zones::answer(account.region(), state)),
    ..Facts::new("data.aws_availability_zones")
};
