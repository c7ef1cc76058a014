//! Mocked providers: the values that a provider computes in a test run.

use std::{marker::PhantomData, panic};

use crate::{
    expression::Expression,
    problem::Location,
    provider::{Provider, ProviderInfo},
    resource::Resource,
    stack::Stack,
    types::Any,
    value::IntoValue,
};

/// The data of a [`MockProvider`].
#[derive(Clone, Debug)]
pub struct MockProviderData {
    /// The provider.
    pub provider: &'static ProviderInfo,
    /// The values, in order: the last one for an attribute counts.
    pub defaults: Vec<MockDefault>,
    /// Where it was declared.
    pub location: Location,
}

/// The value of a computed attribute in a test run.
#[derive(Clone, Debug)]
pub struct MockDefault {
    /// The attribute.
    pub attribute: &'static str,
    /// Whose attribute, and its value.
    pub value: MockValue,
    /// Where it was declared.
    pub location: Location,
}

/// Whose attribute a [`MockDefault`] is, and its value.
#[derive(Clone, Debug)]
pub enum MockValue {
    /// That of every type, made from the type's name.
    Every(fn(&str) -> String),
    /// That of one type.
    Of(&'static str, Expression),
}

/// A mocked provider on its way into a stack.
#[derive(Debug)]
#[must_use = "a mocked provider is declared by `add_to`"]
pub struct MockProvider<P>(MockProviderData, PhantomData<fn() -> P>);

/// Says what a provider computes in test runs, where random text would be refused.
///
/// ```
/// use synth_framework::{Provider, ProviderInfo, Stack, mock_provider};
///
/// enum Harbor {}
///
/// impl Provider for Harbor {
///     const INFO: &'static ProviderInfo = &ProviderInfo { name: "harbor", source: "example/harbor" };
/// }
///
/// let stack = &Stack::new("example");
/// mock_provider::<Harbor>()
///     .default("arn", |type_name| format!("arn:harbor:{type_name}"))
///     .default_of("harbor_pier", "id", "pier-0")
///     .add_to(stack);
/// ```
#[track_caller]
pub fn mock_provider<P: Provider>() -> MockProvider<P> {
    let location = panic::Location::caller();
    MockProvider(MockProviderData { provider: P::INFO, defaults: Vec::new(), location }, PhantomData)
}

impl<P> MockProvider<P> {
    /// The text of an attribute, for every type of the stack that computes it.
    #[track_caller]
    pub fn default(self, attribute: &'static str, value: fn(&str) -> String) -> Self {
        self.push(attribute, MockValue::Every(value), panic::Location::caller())
    }

    /// The value of an attribute of one type, which the stack may do without.
    #[track_caller]
    pub fn default_of(self, type_name: &'static str, attribute: &'static str, value: impl IntoValue<Any>) -> Self {
        let value = MockValue::Of(type_name, value.into_value().into_expression());
        self.push(attribute, value, panic::Location::caller())
    }

    fn push(mut self, attribute: &'static str, value: MockValue, location: Location) -> Self {
        self.0.defaults.push(MockDefault { attribute, value, location });
        self
    }

    /// Declares it in `stack`.
    pub fn add_to(self, stack: &Stack) {
        stack.declare(self.0);
    }
}

impl MockDefault {
    /// The value that it gives the attribute of a resource's type, if that computes such a one.
    pub(crate) fn value_for(&self, resource: &Resource) -> Option<Expression> {
        let schema = resource.body.schema().attribute(self.attribute)?;
        match &self.value {
            MockValue::Every(value) => schema.computed.then(|| Expression::String(value(resource.type_name).into())),
            MockValue::Of(type_name, value) => (*type_name == resource.type_name).then(|| value.clone()),
        }
    }
}
