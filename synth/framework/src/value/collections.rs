//! Lists, sets and maps as values: arrays, vectors, iterators and pairs.

use super::{IntoValue, Value};
use crate::{
    expression::Expression,
    types::{Any, List, Map, Set},
};

impl<T, I> IntoValue<List<T>> for I
where
    I: IntoIterator,
    I::Item: IntoValue<T>,
{
    fn into_value(self) -> Value<List<T>> {
        Value::new(items(self))
    }
}

impl<T, I> IntoValue<Set<T>> for I
where
    I: IntoIterator,
    I::Item: IntoValue<T>,
{
    fn into_value(self) -> Value<Set<T>> {
        Value::new(items(self))
    }
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

impl<V: IntoValue<Any>> IntoValue<Any> for Vec<V> {
    fn into_value(self) -> Value<Any> {
        Value::new(items(self))
    }
}

impl<V: IntoValue<Any>, const N: usize> IntoValue<Any> for [V; N] {
    fn into_value(self) -> Value<Any> {
        Value::new(items(self))
    }
}

impl<'a, V> IntoValue<Any> for &'a [V]
where
    &'a V: IntoValue<Any>,
{
    fn into_value(self) -> Value<Any> {
        Value::new(items(self))
    }
}

impl<'a, V> IntoValue<Any> for &'a Vec<V>
where
    &'a V: IntoValue<Any>,
{
    fn into_value(self) -> Value<Any> {
        Value::new(items(self))
    }
}

impl<I, F, V> IntoValue<Any> for std::iter::Map<I, F>
where
    Self: Iterator<Item = V>,
    V: IntoValue<Any>,
{
    fn into_value(self) -> Value<Any> {
        Value::new(items(self))
    }
}

fn items<T, I>(items: I) -> Expression
where
    I: IntoIterator,
    I::Item: IntoValue<T>,
{
    Expression::List(items.into_iter().map(|item| item.into_value().into_expression()).collect())
}

/// A list of one type, where no argument says which: `list::<SubnetId>(subnets.iter().map(|subnet| subnet.id()))`.
pub fn list<T>(items: impl IntoValue<List<T>>) -> Value<List<T>> {
    items.into_value()
}

/// A map of one type, where no argument says which: `map::<String>([("team", "platform")])`.
pub fn map<T>(entries: impl IntoValue<Map<T>>) -> Value<Map<T>> {
    entries.into_value()
}
