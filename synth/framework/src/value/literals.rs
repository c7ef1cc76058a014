//! Literals as values: what Rust knows already.

use std::borrow::Cow;

use super::{IntoValue, Value};
use crate::{
    expression::Expression,
    types::{Any, Identity, Number},
};

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
    &&str => String, text => Expression::String(Cow::Owned((*text).to_owned()));
    String => String, text => Expression::String(Cow::Owned(text));
    &String => String, text => Expression::String(Cow::Owned(text.clone()));
    Cow<'static, str> => String, text => Expression::String(text);
    &Cow<'static, str> => String, text => Expression::String(text.clone());
    bool => bool, value => Expression::Bool(value);
    &bool => bool, value => Expression::Bool(*value);
    f64 => Number, number => Expression::Float(number);
    &f64 => Number, number => Expression::Float(*number);
}

macro_rules! whole_numbers {
    ($($rust:ty),+) => {
        literals! {$(
            $rust => Number, number => Expression::from(number);
            &$rust => Number, number => Expression::from(*number);
        )+}
    };
}

whole_numbers!(i8, i16, i32, i64, isize, u8, u16, u32, u64, usize);

macro_rules! expressions {
    ($($rust:ty),+) => {$(
        impl From<$rust> for Expression {
            fn from(number: $rust) -> Self {
                // Terraform counts further than `i64`: a greater number goes as text, so that nothing is lost.
                i64::try_from(number).map_or_else(
                    |_| Self::Call("tonumber", vec![Self::String(Cow::Owned(number.to_string()))]),
                    Self::Integer,
                )
            }
        }
    )+};
}

expressions!(i8, i16, i32, i64, isize, u8, u16, u32, u64, usize);

macro_rules! optional {
    ($($type_:ty),+) => {$(
        /// `None` leaves the argument unset.
        impl<V: IntoValue<$type_>> IntoValue<$type_> for Option<V> {
            fn into_value(self) -> Value<$type_> {
                self.map_or_else(|| Value::new(Expression::Null), V::into_value)
            }
        }
    )+};
}

optional!(String, bool, Number, Any);

/// `None` leaves the argument unset.
impl<I: Identity, V: IntoValue<I>> IntoValue<I> for Option<V> {
    fn into_value(self) -> Value<I> {
        self.map_or_else(|| Value::new(Expression::Null), V::into_value)
    }
}
