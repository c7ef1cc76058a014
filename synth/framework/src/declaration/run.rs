//! Test runs: what `terraform test` asserts of a stack without any cloud.

use std::panic;

use crate::{
    expression::{Expression, Traversal},
    lifecycle::Condition,
    problem::Location,
    stack::Stack,
    value::{IntoValue, Ref},
};

/// The data of a [`Run`]: a plan of the whole stack with mocked providers, and the conditions that must hold in it.
#[derive(Clone, Debug)]
pub struct RunData {
    /// The name.
    pub name: String,
    /// The values of variables in this run.
    pub variables: Vec<(Traversal, Expression)>,
    /// The conditions that it asserts.
    pub asserts: Vec<Condition>,
    /// Where it was declared.
    pub location: Location,
}

/// A test run on its way into a stack.
#[derive(Debug)]
#[must_use = "a run is declared by `add_to`"]
pub struct Run(RunData);

/// Starts a test run. It goes to `tests/{file}.tftest.json`, which `terraform test` reads.
///
/// Every provider that the stack requires is mocked, so that all attributes are known: see
/// [`mock_provider`](crate::mock_provider).
///
/// ```
/// # mod fixture { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixture/mod.rs")); }
/// # use fixture::{harbor_pier, harbor_pier::berth};
/// use synth_framework::{Stack, run};
///
/// let stack = &Stack::new("example").file("piers");
/// let north = harbor_pier("north").name("north").berth(berth().width(12)).add_to(stack);
/// let south = harbor_pier("south").name("south").berth(berth().width(12)).add_to(stack);
/// run("piers_are_told_apart")
///     .assert(north.name().differs_from(south.name()), "two piers share a name")
///     .add_to(stack);
/// ```
#[track_caller]
pub fn run(name: impl Into<String>) -> Run {
    let location = panic::Location::caller();
    Run(RunData { name: name.into(), variables: Vec::new(), asserts: Vec::new(), location })
}

impl Run {
    /// Gives a variable its value; one without a default needs it.
    pub fn variable<T>(mut self, variable: &Ref<T>, value: impl IntoValue<T>) -> Self {
        self.0.variables.push((variable.traversal().clone(), value.into_value().into_expression()));
        self
    }

    /// Fails the run unless `condition` holds.
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
