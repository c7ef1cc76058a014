//! OBS: whether those who look are told what matters, alike, and at the height of the load too.

mod series;
mod stack;
mod told;

use synth_review::Policy;

use crate::Platform;

pub(super) const POLICIES: &[Policy<Platform>] = &[
    stack::ALERTS_ASK_FOR_SOMETHING,
    stack::REPLICAS_ANSWER_ALIKE,
    series::PROMETHEUS_HOLDS_ITS_SERIES,
    told::SOMEBODY_IS_TOLD,
    told::SECRETS_ARE_READ,
];
