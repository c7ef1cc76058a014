//! Typed values: what an argument accepts, and what may be given for it.
//!
//! The type parameter is Terraform's type or an identity such as `VpcId`; it exists at compile time only.

mod collections;
mod conversions;
mod identity;
mod json;
mod literals;

use std::{fmt, marker::PhantomData};

pub use collections::{list, map};

use crate::{
    expression::{Expression, Step, Traversal},
    types::{Any, Identity, List, Map, Set},
};

/// A value of Terraform type `T`: a literal, a reference, or an expression over both.
pub struct Value<T> {
    expression: Expression,
    type_: PhantomData<fn() -> T>,
}

/// A reference to an attribute of type `T`, such as `aws_vpc.main.id`.
///
/// It has no `Display`: a reference has no text until Terraform evaluates it, so it cannot leak into `format!`.
/// Use [`text!`](crate::text!) to put it into a longer string.
pub struct Ref<T> {
    traversal: Traversal,
    type_: PhantomData<fn() -> T>,
}

/// Anything that may be given where a [`Value<T>`] is wanted.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a value of type `{T}`",
    label = "expected a value of type `{T}`",
    note = "a reference keeps the type of its attribute; a literal identity is written by name, as `VpcId::literal(\"vpc-0\")`"
)]
pub trait IntoValue<T> {
    /// The value.
    fn into_value(self) -> Value<T>;
}

impl<T> Value<T> {
    /// A value from an expression that is known to have type `T`.
    pub fn new(expression: Expression) -> Self {
        Self { expression, type_: PhantomData }
    }

    /// The expression behind this value.
    pub fn into_expression(self) -> Expression {
        self.expression
    }

    /// The expression behind this value.
    pub fn expression(&self) -> &Expression {
        &self.expression
    }

    fn step(self, step: Step) -> Expression {
        match self.expression {
            Expression::Traversal(traversal) if !traversal.steps.contains(&Step::Splat) => {
                Expression::Traversal(traversal.step(step))
            }
            // A step after a splat would go into each item, and this one goes into the list of them.
            Expression::Index(inner, mut steps) if !steps.contains(&Step::Splat) => {
                steps.push(step);
                Expression::Index(inner, steps)
            }
            other => Expression::Index(Box::new(other), vec![step]),
        }
    }
}

impl<T> Value<List<T>> {
    /// The item at `index`, counted from 0.
    pub fn at(self, index: i64) -> Value<T> {
        Value::new(self.step(Step::Index(index)))
    }
}

impl<T> Value<Map<T>> {
    /// The value under `key`.
    pub fn key(self, key: impl IntoValue<String>) -> Value<T> {
        let key = Box::new(key.into_value().into_expression());
        Value::new(self.step(Step::Key(key)))
    }
}

impl Value<Any> {
    /// The item at `index`, if the value is a list.
    #[must_use]
    pub fn at(self, index: i64) -> Self {
        Self::new(self.step(Step::Index(index)))
    }

    /// The value under `key`, if this one is an object or a map.
    #[must_use]
    pub fn key(self, key: impl IntoValue<String>) -> Self {
        let key = Box::new(key.into_value().into_expression());
        Self::new(self.step(Step::Key(key)))
    }
}

impl<T> Ref<T> {
    /// A reference from a traversal that is known to have type `T`.
    pub fn new(traversal: Traversal) -> Self {
        Self { traversal, type_: PhantomData }
    }

    /// The untyped reference.
    pub fn traversal(&self) -> &Traversal {
        &self.traversal
    }
}

impl<T> Ref<List<T>> {
    /// The item at `index`, counted from 0.
    pub fn at(&self, index: i64) -> Ref<T> {
        Ref::new(self.traversal.index(index))
    }
}

impl<T> Ref<Map<T>> {
    /// The value under `key`.
    pub fn key(&self, key: impl IntoValue<String>) -> Ref<T> {
        let key = Box::new(key.into_value().into_expression());
        Ref::new(self.traversal.step(Step::Key(key)))
    }
}

macro_rules! identities_as_text {
    ($($collection:ident),+) => {$(
        impl<I: Identity> Value<$collection<I>> {
            /// The identities as plain strings, for what takes any strings.
            pub fn strings(self) -> Value<$collection<String>> {
                Value::new(self.expression)
            }
        }

        impl<I: Identity> Ref<$collection<I>> {
            /// The identities as plain strings, for what takes any strings.
            pub fn strings(&self) -> Ref<$collection<String>> {
                Ref::new(self.traversal.clone())
            }
        }
    )+};
}

identities_as_text!(List, Set, Map);

// Derives would ask for `T: Clone`; the type parameter carries no data.
impl<T> Clone for Value<T> {
    fn clone(&self) -> Self {
        Self::new(self.expression.clone())
    }
}

impl<T> Clone for Ref<T> {
    fn clone(&self) -> Self {
        Self::new(self.traversal.clone())
    }
}

impl<T> fmt::Debug for Value<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Value").field(&self.expression).finish()
    }
}

impl<T> fmt::Debug for Ref<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Ref").field(&self.traversal).finish()
    }
}

impl<T> IntoValue<T> for Value<T> {
    fn into_value(self) -> Value<T> {
        self
    }
}

impl<T> IntoValue<T> for &Value<T> {
    fn into_value(self) -> Value<T> {
        self.clone()
    }
}

impl<T> IntoValue<T> for Ref<T> {
    fn into_value(self) -> Value<T> {
        Value::new(Expression::Traversal(self.traversal))
    }
}

impl<T> IntoValue<T> for &Ref<T> {
    fn into_value(self) -> Value<T> {
        self.clone().into_value()
    }
}
