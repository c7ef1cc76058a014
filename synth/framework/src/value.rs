//! Typed values: what an argument accepts, and what may be given for it.
//!
//! The type parameter is Terraform's type or an identity such as `VpcId`; it exists at compile time only.

use std::{borrow::Cow, fmt, marker::PhantomData};

use crate::{
    expression::{Expression, Step, Traversal},
    types::{Any, Concrete, Identity, List, Map, Number, Set},
};

/// A value of Terraform type `T`: a literal, a reference, or an expression over both.
pub struct Value<T> {
    expression: Expression,
    type_: PhantomData<fn() -> T>,
}

/// A reference to an attribute of type `T`, such as `aws_vpc.main.id`.
///
/// It has no `Display`: a reference has no text until Terraform evaluates it, so it cannot leak into `format!`.
/// Use [`text!`](crate::text) to put it into a longer string.
pub struct Ref<T> {
    traversal: Traversal,
    type_: PhantomData<fn() -> T>,
}

/// What may be given where a [`Value<T>`] is wanted.
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
            Expression::Traversal(traversal) => Expression::Traversal(traversal.step(step)),
            Expression::Index(inner, mut steps) => {
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

// === What is a value of its own type ===

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

// === `None` leaves the argument unset ===

macro_rules! optional {
    ($($type_:ty),+) => {$(
        impl<V: IntoValue<$type_>> IntoValue<$type_> for Option<V> {
            fn into_value(self) -> Value<$type_> {
                self.map_or_else(|| Value::new(Expression::Null), V::into_value)
            }
        }
    )+};
}

optional!(String, bool, Number);

impl<I: Identity, V: IntoValue<I>> IntoValue<I> for Option<V> {
    fn into_value(self) -> Value<I> {
        self.map_or_else(|| Value::new(Expression::Null), V::into_value)
    }
}

// === Literals ===

macro_rules! literals {
    ($($rust:ty => $terraform:ty, $value:ident => $expression:expr;)+) => {$(
        impl IntoValue<$terraform> for $rust {
            fn into_value(self) -> Value<$terraform> {
                let $value = self;
                Value::new($expression)
            }
        }

        impl IntoValue<Any> for $rust {
            fn into_value(self) -> Value<Any> {
                let $value = self;
                Value::new($expression)
            }
        }
    )+};
}

literals! {
    &str => String, text => Expression::String(Cow::Owned(text.to_owned()));
    String => String, text => Expression::String(Cow::Owned(text));
    &String => String, text => Expression::String(Cow::Owned(text.clone()));
    Cow<'static, str> => String, text => Expression::String(text);
    bool => bool, value => Expression::Bool(value);
    i64 => Number, number => Expression::Integer(number);
    i32 => Number, number => Expression::Integer(number.into());
    u8 => Number, number => Expression::Integer(number.into());
    u16 => Number, number => Expression::Integer(number.into());
    u32 => Number, number => Expression::Integer(number.into());
    &i64 => Number, number => Expression::Integer(*number);
    &u16 => Number, number => Expression::Integer((*number).into());
    &u32 => Number, number => Expression::Integer((*number).into());
    f64 => Number, number => Expression::Float(number);
}

// === Collections ===

impl<T, I> IntoValue<List<T>> for I
where
    I: IntoIterator,
    I::Item: IntoValue<T>,
{
    fn into_value(self) -> Value<List<T>> {
        Value::new(Expression::List(items(self)))
    }
}

impl<T, I> IntoValue<Set<T>> for I
where
    I: IntoIterator,
    I::Item: IntoValue<T>,
{
    fn into_value(self) -> Value<Set<T>> {
        Value::new(Expression::List(items(self)))
    }
}

fn items<T, I>(items: I) -> Vec<Expression>
where
    I: IntoIterator,
    I::Item: IntoValue<T>,
{
    items.into_iter().map(|item| item.into_value().into_expression()).collect()
}

impl<T, K, V, I> IntoValue<Map<T>> for I
where
    I: IntoIterator<Item = (K, V)>,
    K: IntoValue<String>,
    V: IntoValue<T>,
{
    fn into_value(self) -> Value<Map<T>> {
        let entries = self
            .into_iter()
            .map(|(key, value)| (key.into_value().into_expression(), value.into_value().into_expression()));
        Value::new(Expression::Object(entries.collect()))
    }
}

// Terraform converts between lists and sets; a set argument takes a list and the other way around.
impl<T> IntoValue<Set<T>> for Value<List<T>> {
    fn into_value(self) -> Value<Set<T>> {
        Value::new(self.expression)
    }
}

impl<T> IntoValue<Set<T>> for Ref<List<T>> {
    fn into_value(self) -> Value<Set<T>> {
        Value::new(Expression::Traversal(self.traversal))
    }
}

impl<T> IntoValue<List<T>> for Value<Set<T>> {
    fn into_value(self) -> Value<List<T>> {
        Value::new(self.expression)
    }
}

impl<T> IntoValue<List<T>> for Ref<Set<T>> {
    fn into_value(self) -> Value<List<T>> {
        Value::new(Expression::Traversal(self.traversal))
    }
}

// === An identity is a string where any string will do; everything is a value of any type ===

impl<I: Identity> IntoValue<String> for Value<I> {
    fn into_value(self) -> Value<String> {
        Value::new(self.expression)
    }
}

impl<I: Identity> IntoValue<String> for &Value<I> {
    fn into_value(self) -> Value<String> {
        Value::new(self.expression.clone())
    }
}

impl<I: Identity> IntoValue<String> for Ref<I> {
    fn into_value(self) -> Value<String> {
        Value::new(Expression::Traversal(self.traversal))
    }
}

impl<I: Identity> IntoValue<String> for &Ref<I> {
    fn into_value(self) -> Value<String> {
        Value::new(Expression::Traversal(self.traversal.clone()))
    }
}

impl<T: Concrete> IntoValue<Any> for Value<T> {
    fn into_value(self) -> Value<Any> {
        Value::new(self.expression)
    }
}

impl<T: Concrete> IntoValue<Any> for &Value<T> {
    fn into_value(self) -> Value<Any> {
        Value::new(self.expression.clone())
    }
}

impl<T: Concrete> IntoValue<Any> for Ref<T> {
    fn into_value(self) -> Value<Any> {
        Value::new(Expression::Traversal(self.traversal))
    }
}

impl<T: Concrete> IntoValue<Any> for &Ref<T> {
    fn into_value(self) -> Value<Any> {
        Value::new(Expression::Traversal(self.traversal.clone()))
    }
}

impl IntoValue<Any> for serde_json::Value {
    fn into_value(self) -> Value<Any> {
        Value::new(self.into())
    }
}

impl From<serde_json::Value> for Expression {
    fn from(value: serde_json::Value) -> Self {
        use serde_json::Value as Json;
        match value {
            Json::Null => Self::Null,
            Json::Bool(value) => Self::Bool(value),
            Json::Number(number) => {
                number.as_i64().map_or_else(|| Self::Float(number.as_f64().unwrap_or(f64::NAN)), Self::Integer)
            }
            Json::String(text) => Self::String(text.into()),
            Json::Array(items) => Self::List(items.into_iter().map(Self::from).collect()),
            Json::Object(entries) => {
                Self::Object(entries.into_iter().map(|(key, value)| (Self::String(key.into()), value.into())).collect())
            }
        }
    }
}

/// A list of one type, where no argument says which: `list::<SubnetId>(subnets.iter().map(|subnet| subnet.id()))`.
pub fn list<T>(items: impl IntoValue<List<T>>) -> Value<List<T>> {
    items.into_value()
}

/// A map of one type, where no argument says which.
pub fn map<T>(entries: impl IntoValue<Map<T>>) -> Value<Map<T>> {
    entries.into_value()
}

/// Builds an object whose values may differ in type, for `jsonencode` and arguments of type `any`.
///
/// ```
/// use synth_framework::{functions::jsonencode, object};
///
/// let settings = jsonencode(object! {
///     "enabled" => true,
///     "replicas" => 2,
///     "spread" => object! { "maxSkew" => 1 },
/// });
/// # let _ = settings;
/// ```
#[macro_export]
macro_rules! object {
    ($($key:expr => $value:expr),* $(,)?) => {
        $crate::Value::<$crate::Any>::new($crate::Expression::Object(vec![$((
            $crate::IntoValue::<String>::into_value($key).into_expression(),
            $crate::IntoValue::<$crate::Any>::into_value($value).into_expression(),
        )),*]))
    };
}
