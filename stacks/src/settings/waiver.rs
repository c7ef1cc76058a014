//! Findings of policies that an environment accepts.

use super::declare::section;
use super::rules::shaped;
use crate::policies;

section! {
    /// A finding that is accepted.
    pub struct Waiver {
        /// Code of the policy.
        pub code: String where shaped("the code of a policy (`synth policies` lists them)", policies::is_code),
        /// What the finding is about, as `synth check` names it.
        pub subject: String where shaped("what the finding is about, as `synth check` names it", is_said),
        /// Why it is accepted.
        pub reason: String where shaped("the reason why it is accepted", is_said),
    }
}

fn is_said(text: &str) -> bool {
    !text.trim().is_empty()
}
