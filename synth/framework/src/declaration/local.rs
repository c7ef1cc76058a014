//! Local values.

use std::{marker::PhantomData, panic};

use crate::{
    expression::{Expression, Mode, Root, Traversal},
    problem::Location,
    stack::Stack,
    value::{IntoValue, Ref},
};

/// A local value: what was declared, before it is written.
#[derive(Clone, Debug)]
pub struct LocalData {
    /// The name.
    pub name: String,
    /// The value.
    pub value: Expression,
    /// Where it was declared.
    pub location: Location,
}

/// A local value on its way into a stack.
#[derive(Debug)]
#[must_use = "a local is declared by `add_to`"]
pub struct Local<T>(LocalData, PhantomData<fn() -> T>);

/// Starts a local value: a name for an expression that is used more than once.
///
/// ```
/// use synth_framework::{Stack, local, text, variable};
///
/// let stack = &Stack::new("example");
/// let name = variable::<String>("name").add_to(stack);
/// let prefix = local::<String>("prefix", text!("{}-eks", name)).add_to(stack);
/// let queue = text!("{}-interruptions", prefix);
/// # let _ = queue;
/// ```
#[track_caller]
pub fn local<T>(name: impl Into<String>, value: impl IntoValue<T>) -> Local<T> {
    let value = value.into_value().into_expression();
    Local(LocalData { name: name.into(), value, location: panic::Location::caller() }, PhantomData)
}

impl<T> Local<T> {
    /// Declares it in `stack`, and returns the reference to it.
    pub fn add_to(self, stack: &Stack) -> Ref<T> {
        let address = stack.address(Mode::Local, "", &self.0.name);
        stack.declare(self.0);
        Ref::new(Traversal::new(Root::Declared(address)))
    }
}
