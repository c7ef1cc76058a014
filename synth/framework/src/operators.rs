//! Conditions: comparisons, logic and the conditional expression.

use crate::{
    expression::Expression,
    types::Number,
    value::{IntoValue, Ref, Value},
};

fn binary<R>(operator: &'static str, left: Expression, right: Expression) -> Value<R> {
    Value::new(Expression::Binary(operator, Box::new(left), Box::new(right)))
}

macro_rules! comparisons {
    ($(#[$doc:meta] $name:ident $operator:literal <$type_:ident> $($bound:ty)?;)+) => {
        impl<T> Value<T> {$(
            #[$doc]
            pub fn $name(self, other: impl IntoValue<T>) -> Value<bool> $(where T: Is<$bound>)? {
                binary($operator, self.into_expression(), other.into_value().into_expression())
            }
        )+}

        impl<T> Ref<T> {$(
            #[$doc]
            pub fn $name(&self, other: impl IntoValue<T>) -> Value<bool> $(where T: Is<$bound>)? {
                self.clone().into_value().$name(other)
            }
        )+}
    };
}

/// Holds for a type and itself only.
#[diagnostic::on_unimplemented(message = "`{Self}` cannot be ordered: only `Number` can")]
pub trait Is<T> {}

impl<T> Is<T> for T {}

comparisons! {
    /// `left == right`
    equals "==" <T>;
    /// `left != right`
    differs_from "!=" <T>;
    /// `left > right`
    greater_than ">" <T> Number;
    /// `left >= right`
    at_least ">=" <T> Number;
    /// `left < right`
    less_than "<" <T> Number;
    /// `left <= right`
    at_most "<=" <T> Number;
}

impl Value<bool> {
    /// `left && right`
    #[must_use]
    pub fn and(self, other: impl IntoValue<bool>) -> Self {
        binary("&&", self.into_expression(), other.into_value().into_expression())
    }

    /// `left || right`
    #[must_use]
    pub fn or(self, other: impl IntoValue<bool>) -> Self {
        binary("||", self.into_expression(), other.into_value().into_expression())
    }

    /// `condition ? then : otherwise`
    pub fn then_else<T>(self, then: impl IntoValue<T>, otherwise: impl IntoValue<T>) -> Value<T> {
        let branches =
            [self.into_expression(), then.into_value().into_expression(), otherwise.into_value().into_expression()];
        Value::new(Expression::Conditional(Box::new(branches)))
    }
}

/// `!condition`
impl std::ops::Not for Value<bool> {
    type Output = Self;

    fn not(self) -> Self {
        Self::new(Expression::Not(Box::new(self.into_expression())))
    }
}
