//! The account's service-linked role for Spot instances, which exists once per account.

use synth_bindings::aws_iam_service_linked_role;
use synth_framework::Stack;

use crate::settings::{OncePerAccount, Settings};

/// Declares the role, unless the account has it already.
pub(super) fn service_linked_role(settings: &Settings, stack: &Stack) {
    if settings.karpenter.spot_service_linked_role == OncePerAccount::Create {
        aws_iam_service_linked_role("spot").aws_service_name("spot.amazonaws.com").add_to(stack);
    }
}
