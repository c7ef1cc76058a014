//! What is said of an error: one line, or a list below what it is about.

use std::error::Error;

use stacks::settings::SettingsError;
use synth_framework::Problems;
use synth_project::PartProblems;

use crate::{
    directory::Obstacles,
    report::{REMOVED, say},
};

/// Says what went wrong.
pub(crate) fn complain(error: &anyhow::Error) {
    say(format_args!("{REMOVED}error{REMOVED:#}: {}", message(error)));
}

/// An error in one line, or below its contexts when it is a list.
fn message(error: &anyhow::Error) -> String {
    if is_list(error.root_cause()) {
        let contexts: Vec<_> = error.chain().map(ToString::to_string).collect();
        contexts.join(":\n")
    } else {
        format!("{error:#}")
    }
}

fn is_list(cause: &(dyn Error + 'static)) -> bool {
    cause.is::<SettingsError>() || cause.is::<Problems>() || cause.is::<PartProblems>() || cause.is::<Obstacles>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::anyhow;
    use synth_framework::{Stack, local};

    #[test]
    fn an_error_is_one_line() {
        assert_eq!(message(&anyhow!("disk full").context("writing `a`")), "writing `a`: disk full");
    }

    #[test]
    fn problems_of_a_stack_are_listed_one_a_line() {
        let stack = Stack::new("sample");
        for label in ["not a label", "nor this"] {
            local::<String>(label, "a").add_to(&stack);
        }
        let message = message(&stack.build().unwrap_err().into());
        let lines: Vec<_> = message.lines().collect();
        assert_eq!(lines[0], "stack `sample` has 2 problems");
        assert!(
            lines[1].starts_with("  synth/cli/src/complaint.rs:") && lines[2].starts_with("  synth/cli/"),
            "{message}"
        );
    }
}
