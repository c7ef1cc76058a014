//! Conversions between types of values: what Terraform converts by itself.

use super::{IntoValue, Ref, Value};
use crate::types::{Any, Concrete, Identity, List, Set};

macro_rules! conversions {
    ($(<$parameter:ident $(: $bound:path)?> $from:ty => $to:ty;)+) => {$(
        impl<$parameter $(: $bound)?> IntoValue<$to> for Value<$from> {
            fn into_value(self) -> Value<$to> {
                Value::new(self.into_expression())
            }
        }

        impl<$parameter $(: $bound)?> IntoValue<$to> for &Value<$from> {
            fn into_value(self) -> Value<$to> {
                Value::new(self.expression().clone())
            }
        }

        impl<$parameter $(: $bound)?> IntoValue<$to> for Ref<$from> {
            fn into_value(self) -> Value<$to> {
                Value::new(IntoValue::<$from>::into_value(self).into_expression())
            }
        }

        impl<$parameter $(: $bound)?> IntoValue<$to> for &Ref<$from> {
            fn into_value(self) -> Value<$to> {
                self.clone().into_value()
            }
        }
    )+};
}

conversions! {
    // Terraform converts between lists and sets; a set argument takes a list and the other way around.
    <T> List<T> => Set<T>;
    <T> Set<T> => List<T>;
    // An identity is a string where any string will do.
    <I: Identity> I => String;
    // Everything is a value of any type.
    <T: Concrete> T => Any;
}
