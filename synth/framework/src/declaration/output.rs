//! Output values.

use std::panic;

use crate::{
    expression::{Address, Expression},
    lifecycle::Condition,
    problem::Location,
    stack::Stack,
    types::Any,
    value::IntoValue,
    view::IntoDependencies,
};

/// An output value: what was declared, before it is written.
#[derive(Clone, Debug)]
pub struct OutputData {
    /// The name.
    pub name: String,
    /// The value.
    pub value: Expression,
    /// Its description.
    pub description: Option<String>,
    /// Is it left out of what Terraform prints?
    pub sensitive: bool,
    /// The conditions that must hold before Terraform stores it.
    pub preconditions: Vec<Condition>,
    /// Its dependencies beyond its references.
    pub depends_on: Vec<Address>,
    /// Where it was declared.
    pub location: Location,
}

/// An output value on its way into a stack.
#[derive(Debug)]
#[must_use = "an output is declared by `add_to`"]
pub struct Output(OutputData);

/// Starts an output: `output("cluster_name", cluster.name())`.
#[track_caller]
pub fn output(name: impl Into<String>, value: impl IntoValue<Any>) -> Output {
    let value = value.into_value().into_expression();
    let location = panic::Location::caller();
    Output(OutputData {
        name: name.into(),
        value,
        description: None,
        sensitive: false,
        preconditions: Vec::new(),
        depends_on: Vec::new(),
        location,
    })
}

impl Output {
    /// Says what it is.
    pub fn description(mut self, text: impl Into<String>) -> Self {
        self.0.description = Some(text.into());
        self
    }

    /// Leaves it out of what Terraform prints.
    pub fn sensitive(mut self, yes: bool) -> Self {
        self.0.sensitive = yes;
        self
    }

    /// Fails before the output is stored unless `condition` holds.
    #[track_caller]
    pub fn precondition(mut self, condition: impl IntoValue<bool>, error_message: impl IntoValue<String>) -> Self {
        self.0.preconditions.push(Condition::new(condition, error_message));
        self
    }

    /// Declares what must exist before the output means anything, where no reference says so.
    pub fn depends_on(mut self, dependencies: impl IntoDependencies) -> Self {
        self.0.depends_on.extend(dependencies.into_dependencies());
        self
    }

    /// Declares it in `stack`.
    pub fn add_to(self, stack: &Stack) {
        stack.declare(self.0);
    }
}
