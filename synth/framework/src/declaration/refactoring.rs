//! `moved`, `import` and `removed`: what Terraform's state says, without a change of what exists.

use std::panic;

use crate::{
    expression::{Expression, Traversal},
    problem::Location,
    stack::Stack,
    value::IntoValue,
    view::View,
};

/// A change of what Terraform's state says, without a change of what exists.
#[derive(Clone, Debug)]
#[must_use = "a refactoring is declared by `add_to`"]
pub struct Refactoring {
    /// The change, by its kind.
    pub change: Change,
    /// Where it was declared.
    pub location: Location,
}

/// The kinds of [`Refactoring`].
#[derive(Clone, Debug)]
pub enum Change {
    /// A resource has a new address.
    Moved {
        /// The address it had.
        from: String,
        /// The resource it is now.
        to: Traversal,
    },
    /// Something that exists comes under Terraform.
    Import {
        /// The resource it becomes.
        to: Traversal,
        /// The provider's id of what exists.
        id: Expression,
    },
    /// A resource leaves Terraform.
    Removed {
        /// The address it had.
        from: String,
        /// Is it destroyed, too?
        destroy: bool,
    },
}

impl Refactoring {
    #[track_caller]
    fn new(change: Change) -> Self {
        Self { change, location: panic::Location::caller() }
    }

    /// Declares it in `stack`.
    pub fn add_to(self, stack: &Stack) {
        stack.declare(self);
    }
}

/// Says that the resource was at another address: `moved("aws_vpc.old", &vpc)`.
#[track_caller]
pub fn moved<V: View>(from: impl Into<String>, to: &V) -> Refactoring {
    Refactoring::new(Change::Moved { from: from.into(), to: to.traversal().clone() })
}

/// Brings something that exists under Terraform.
#[track_caller]
pub fn import<V: View>(to: &V, id: impl IntoValue<String>) -> Refactoring {
    Refactoring::new(Change::Import { to: to.traversal().clone(), id: id.into_value().into_expression() })
}

/// Lets go of a resource that is no longer declared, and destroys it only when told to: `removed("aws_vpc.old", false)`.
///
/// The address is that of the whole resource, without an index or key.
#[track_caller]
pub fn removed(from: impl Into<String>, destroy: bool) -> Refactoring {
    Refactoring::new(Change::Removed { from: from.into(), destroy })
}
