//! Findings of policies that an environment accepts.

use synth_review::Waiver;

use super::declare::section;
use super::problem::perhaps;
use super::rules::shaped;
use crate::policies;

section! {
    /// A finding that is accepted.
    of Waiver {
        /// Code of the policy.
        code: String where is_code,
        /// The subject of the finding, as `synth check` names it.
        subject: String where shaped("the subject of the finding, as `synth check` names it,", is_said),
        /// Why it is accepted.
        reason: String where shaped("the reason why it is accepted", is_said),
    }
}

fn is_code(code: &String) -> Result<(), String> {
    if policies::is_code(code) {
        return Ok(());
    }
    let known: Vec<_> = policies::all().map(|policy| policy.code).collect();
    let mend = perhaps(code, &known);
    Err(format!("is `{code}`, the code of a policy (`synth policies` lists them) is expected{mend}"))
}

fn is_said(text: &str) -> bool {
    !text.trim().is_empty()
}
