//! Input variables.

use std::{borrow::Cow, marker::PhantomData, panic};

use crate::{
    expression::{Address, Expression, Mode, Root, Traversal},
    lifecycle::Condition,
    problem::Location,
    stack::Stack,
    types::TypeConstraint,
    value::{IntoValue, Ref},
};

/// An input variable: what was declared, before it is written.
#[derive(Clone, Debug)]
pub struct VariableData {
    /// The name.
    pub name: String,
    /// Terraform's spelling of the type.
    pub type_: Cow<'static, str>,
    /// Its description.
    pub description: Option<String>,
    /// The value when none is given.
    pub default: Option<Expression>,
    /// Is it left out of what Terraform prints?
    pub sensitive: bool,
    /// Is it never stored in plan or state?
    pub ephemeral: bool,
    /// May it be null?
    pub nullable: Option<bool>,
    /// The conditions that a given value must meet.
    pub validations: Vec<Condition>,
    /// Where it was declared.
    pub location: Location,
}

/// An input variable of type `T` on its way into a stack.
#[derive(Debug)]
#[must_use = "a variable is declared by `add_to`"]
pub struct Variable<T>(VariableData, PhantomData<fn() -> T>);

/// Starts an input variable: `variable::<String>("repository_token")`.
///
/// Terraform normalises every string to Unicode's form NFC, here and everywhere.
#[track_caller]
pub fn variable<T: TypeConstraint>(name: impl Into<String>) -> Variable<T> {
    let data = VariableData {
        name: name.into(),
        type_: T::constraint(),
        description: None,
        default: None,
        sensitive: false,
        ephemeral: false,
        nullable: None,
        validations: Vec::new(),
        location: panic::Location::caller(),
    };
    Variable(data, PhantomData)
}

impl<T> Variable<T> {
    /// Says what it is for.
    pub fn description(mut self, text: impl Into<String>) -> Self {
        self.0.description = Some(text.into());
        self
    }

    /// The value when none is given; it must be literal.
    pub fn default(mut self, value: impl IntoValue<T>) -> Self {
        self.0.default = Some(value.into_value().into_expression());
        self
    }

    /// Makes `null` the value when none is given.
    pub fn default_null(mut self) -> Self {
        self.0.default = Some(Expression::Null);
        self
    }

    /// Leaves it out of what Terraform prints.
    pub fn sensitive(mut self, yes: bool) -> Self {
        self.0.sensitive = yes;
        self
    }

    /// Never stores it in plan or state.
    pub fn ephemeral(mut self, yes: bool) -> Self {
        self.0.ephemeral = yes;
        self
    }

    /// Says whether it may be null.
    pub fn nullable(mut self, yes: bool) -> Self {
        self.0.nullable = Some(yes);
        self
    }

    /// Refuses a value for which the condition does not hold.
    ///
    /// ```
    /// use synth_framework::{Stack, functions::length, variable};
    ///
    /// let stack = &Stack::new("example");
    /// let token = variable::<String>("repository_token")
    ///     .ephemeral(true)
    ///     .validation(|token| length(token).greater_than(20), "the token is too short")
    ///     .add_to(stack);
    /// # let _ = token;
    /// ```
    #[track_caller]
    pub fn validation<C: IntoValue<bool>>(
        mut self,
        condition: impl FnOnce(&Ref<T>) -> C,
        error_message: impl IntoValue<String>,
    ) -> Self {
        // The stack is not known yet: an address without one means the variable itself.
        let address =
            Address { mode: Mode::Variable, type_name: "", label: self.0.name.as_str().into(), stack: "".into() };
        let itself = Ref::new(Traversal::new(Root::Declared(address)));
        self.0.validations.push(Condition::new(condition(&itself), error_message));
        self
    }

    /// Declares it in `stack`, and returns the reference to its value.
    pub fn add_to(self, stack: &Stack) -> Ref<T> {
        let address = stack.address(Mode::Variable, "", &self.0.name);
        stack.declare(self.0);
        Ref::new(Traversal::new(Root::Declared(address)))
    }
}
