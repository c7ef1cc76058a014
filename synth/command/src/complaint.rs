//! The message of an error: one line, or a list below what it is about.

use std::error::Error;

use synth_framework::Problems;
use synth_project::{PartProblems, Project, Settings};

use crate::{
    directory::Obstacles,
    report::{REMOVED, say},
};

/// Says what went wrong.
pub fn complain<P: Project>(error: &anyhow::Error) {
    let of_settings = |cause: &(dyn Error + 'static)| cause.is::<<P::Settings as Settings>::Error>();
    say(format_args!("{REMOVED}error{REMOVED:#}: {}", message(error, of_settings)));
}

/// An error in one line, or below its contexts when it is a list: one of ours, or of another kind.
fn message(error: &anyhow::Error, is_other_list: impl Fn(&(dyn Error + 'static)) -> bool) -> String {
    let cause = error.root_cause();
    let is_ours = cause.is::<Problems>() || cause.is::<PartProblems>() || cause.is::<Obstacles>();
    if is_ours || is_other_list(cause) {
        let contexts: Vec<_> = error.chain().map(ToString::to_string).collect();
        contexts.join(":\n")
    } else {
        format!("{error:#}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::anyhow;
    use synth_framework::{Stack, local};

    #[test]
    fn an_error_is_one_line() {
        assert_eq!(message(&anyhow!("disk full").context("writing `a`"), |_| false), "writing `a`: disk full");
    }

    #[test]
    fn problems_of_a_stack_are_listed_one_a_line() {
        let stack = Stack::new("sample");
        for label in ["not a label", "nor this"] {
            local::<String>(label, "a").add_to(&stack);
        }
        let message = message(&stack.build().unwrap_err().into(), |_| false);
        let lines: Vec<_> = message.lines().collect();
        assert_eq!(lines[0], "stack `sample` has 2 problems");
        assert!(
            lines[1].starts_with("  synth/command/src/complaint.rs:") && lines[2].starts_with("  synth/command/"),
            "{message}"
        );
    }
}
