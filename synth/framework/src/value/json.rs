//! Objects of mixed types: `object!`, and JSON as a value.

use serde_json::Value as Json;

use super::{IntoValue, Value};
use crate::{expression::Expression, types::Any};

impl IntoValue<Any> for Json {
    fn into_value(self) -> Value<Any> {
        Value::new(self.into())
    }
}

impl IntoValue<Any> for &Json {
    fn into_value(self) -> Value<Any> {
        self.clone().into_value()
    }
}

impl From<Json> for Expression {
    fn from(value: Json) -> Self {
        match value {
            Json::Null => Self::Null,
            Json::Bool(value) => Self::Bool(value),
            Json::Number(number) => match (number.as_i64(), number.as_u64()) {
                (Some(whole), _) => Self::Integer(whole),
                (None, Some(whole)) => Self::from(whole),
                (None, None) => Self::Float(number.as_f64().expect("a number of serde_json is one of the three")),
            },
            Json::String(text) => Self::String(text.into()),
            Json::Array(items) => Self::List(items.into_iter().map(Self::from).collect()),
            Json::Object(entries) => {
                Self::Object(entries.into_iter().map(|(key, value)| (Self::String(key.into()), value.into())).collect())
            }
        }
    }
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
