//! Checks: what Terraform looks at after every plan and apply.

use std::panic;

use crate::{lifecycle::Condition, problem::Location, stack::Stack, value::IntoValue};

/// The data of a [`Check`]: conditions that are evaluated after every plan and apply, and never stop one.
#[derive(Clone, Debug)]
pub struct CheckData {
    /// The name.
    pub name: String,
    /// The conditions that it asserts.
    pub asserts: Vec<Condition>,
    /// Where it was declared.
    pub location: Location,
}

/// A check on its way into a stack.
#[derive(Debug)]
#[must_use = "a check is declared by `add_to`"]
pub struct Check(CheckData);

/// Starts a check.
///
/// ```
/// use synth_framework::{Stack, check, text, variable};
///
/// let stack = &Stack::new("example");
/// let region = variable::<String>("region").add_to(stack);
/// check("region")
///     .assert(region.equals("eu-central-1"), text!("{} is not where the platform lives", region))
///     .add_to(stack);
/// ```
#[track_caller]
pub fn check(name: impl Into<String>) -> Check {
    Check(CheckData { name: name.into(), asserts: Vec::new(), location: panic::Location::caller() })
}

impl Check {
    /// Warns unless `condition` holds.
    #[track_caller]
    pub fn assert(mut self, condition: impl IntoValue<bool>, error_message: impl IntoValue<String>) -> Self {
        self.0.asserts.push(Condition::new(condition, error_message));
        self
    }

    /// Declares it in `stack`.
    pub fn add_to(self, stack: &Stack) {
        stack.declare(self.0);
    }
}
