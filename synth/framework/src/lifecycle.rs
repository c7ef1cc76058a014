//! `lifecycle`: how Terraform replaces and guards a resource, and the conditions around it.

use std::{marker::PhantomData, panic};

use crate::{
    expression::{Expression, Root, Traversal},
    problem::Location,
    value::IntoValue,
    view::{Reference, View},
};

/// The `lifecycle` block of the resource whose handle is `H`.
///
/// ```
/// # mod fixture { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixture/mod.rs")); }
/// # use fixture::{harbor_pier, harbor_pier::berth};
/// # let stack = &synth_framework::Stack::new("example");
/// harbor_pier("north")
///     .name("north")
///     .berth(berth().width(12))
///     .lifecycle(|lifecycle| {
///         lifecycle
///             .prevent_destroy(true)
///             .ignore_changes(|pier| pier.tags().key("inspected"))
///             .postcondition(|pier| pier.name().equals("north"), "the harbor master renamed the pier")
///     })
///     .add_to(stack);
/// ```
#[derive(Debug)]
#[must_use = "the closure returns the changed lifecycle"]
pub struct Lifecycle<H> {
    pub(crate) data: LifecycleData,
    handle: PhantomData<fn() -> H>,
}

/// The data of a [`Lifecycle`].
#[derive(Clone, Debug, Default)]
pub struct LifecycleData {
    /// Is the replacement made before the old one goes?
    pub create_before_destroy: Option<bool>,
    /// Is a plan that would destroy it refused?
    pub prevent_destroy: Option<bool>,
    /// The changes that Terraform ignores.
    pub ignore_changes: IgnoreChanges,
    /// References whose change replaces it, too.
    pub replace_triggered_by: Vec<Traversal>,
    /// The conditions that must hold before it is made.
    pub preconditions: Vec<Condition>,
    /// The conditions that must hold after it was made.
    pub postconditions: Vec<Condition>,
}

/// The changes that Terraform ignores.
#[derive(Clone, Debug)]
pub enum IgnoreChanges {
    /// Those to these attributes.
    Some(Vec<Traversal>),
    /// All.
    All,
}

impl Default for IgnoreChanges {
    fn default() -> Self {
        Self::Some(Vec::new())
    }
}

/// A condition and what Terraform says when it does not hold.
#[derive(Clone, Debug)]
pub struct Condition {
    /// The condition.
    pub condition: Expression,
    /// The message, which may hold references.
    pub error_message: Expression,
    /// Where it was written.
    pub location: Location,
}

impl Condition {
    #[track_caller]
    pub(crate) fn new(condition: impl IntoValue<bool>, error_message: impl IntoValue<String>) -> Self {
        Self {
            condition: condition.into_value().into_expression(),
            error_message: error_message.into_value().into_expression(),
            location: panic::Location::caller(),
        }
    }
}

impl<H: View> Lifecycle<H> {
    pub(crate) fn new(data: LifecycleData) -> Self {
        Self { data, handle: PhantomData }
    }

    fn itself() -> H {
        H::view(Traversal::new(Root::Itself))
    }

    /// Makes the replacement before the old one goes.
    pub fn create_before_destroy(mut self, yes: bool) -> Self {
        self.data.create_before_destroy = Some(yes);
        self
    }

    /// Refuses a plan that would destroy the resource.
    pub fn prevent_destroy(mut self, yes: bool) -> Self {
        self.data.prevent_destroy = Some(yes);
        self
    }

    /// Leaves one attribute as it is found; call it once for each attribute.
    pub fn ignore_changes<R: Reference>(mut self, attribute: impl FnOnce(&H) -> R) -> Self {
        if let IgnoreChanges::Some(ignored) = &mut self.data.ignore_changes {
            ignored.push(attribute(&Self::itself()).to_traversal());
        }
        self
    }

    /// Leaves every attribute as it is found.
    pub fn ignore_all_changes(mut self) -> Self {
        self.data.ignore_changes = IgnoreChanges::All;
        self
    }

    /// Replaces the resource when what is referred to changes.
    pub fn replace_triggered_by(mut self, reference: &impl Reference) -> Self {
        self.data.replace_triggered_by.push(reference.to_traversal());
        self
    }

    /// Fails before the resource is made unless `condition` holds.
    #[track_caller]
    pub fn precondition(mut self, condition: impl IntoValue<bool>, error_message: impl IntoValue<String>) -> Self {
        self.data.preconditions.push(Condition::new(condition, error_message));
        self
    }

    /// Fails after the resource was made unless the condition on it holds.
    #[track_caller]
    pub fn postcondition<C: IntoValue<bool>>(
        mut self,
        condition: impl FnOnce(&H) -> C,
        error_message: impl IntoValue<String>,
    ) -> Self {
        self.data.postconditions.push(Condition::new(condition(&Self::itself()), error_message));
        self
    }
}
