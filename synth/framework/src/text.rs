//! `text!`: strings with references inside.

use std::borrow::Cow;

use crate::{
    expression::{Expression, TemplatePart},
    types::Scalar,
    value::{Ref, Value},
};

/// Builds a string from literal text and values, like `format!`.
///
/// Each `{}` takes the next argument: a reference, a value, a string or a number. A wrong count does not compile.
///
/// ```
/// use synth_framework::{text, variable, Stack};
///
/// let stack = &Stack::new("example");
/// let name = variable::<String>("name").add_to(stack);
/// let role = text!("{}-karpenter", name);
/// # let _ = role;
/// ```
#[macro_export]
macro_rules! text {
    ($format:literal $(, $argument:expr)* $(,)?) => {{
        const _: () = $crate::text::check($crate::text::placeholders($format), <[&str]>::len(&[$(stringify!($argument)),*]));
        $crate::text::template($format, [$($crate::text::TextArgument::into_part($argument)),*])
    }};
}

/// What may be given to [`text!`](crate::text).
#[diagnostic::on_unimplemented(message = "`{Self}` cannot stand in `text!`")]
pub trait TextArgument {
    /// The piece of template that this becomes.
    fn into_part(self) -> TemplatePart;
}

impl<T: Scalar> TextArgument for Ref<T> {
    fn into_part(self) -> TemplatePart {
        TemplatePart::Expression(Expression::Traversal(self.traversal().clone()))
    }
}

impl<T: Scalar> TextArgument for &Ref<T> {
    fn into_part(self) -> TemplatePart {
        self.clone().into_part()
    }
}

impl<T: Scalar> TextArgument for Value<T> {
    fn into_part(self) -> TemplatePart {
        match self.into_expression() {
            Expression::String(text) => TemplatePart::Text(text),
            other => TemplatePart::Expression(other),
        }
    }
}

impl<T: Scalar> TextArgument for &Value<T> {
    fn into_part(self) -> TemplatePart {
        self.clone().into_part()
    }
}

macro_rules! displayed {
    ($($type_:ty),+) => {$(
        impl TextArgument for $type_ {
            fn into_part(self) -> TemplatePart {
                TemplatePart::Text(Cow::Owned(self.to_string()))
            }
        }
    )+};
}

displayed!(&str, String, &String, i32, i64, u8, u16, u32, u64, usize, &u16, &u32);

/// Refuses a count of arguments that is not that of the placeholders. Part of [`text!`](crate::text).
#[doc(hidden)]
pub const fn check(placeholders: usize, arguments: usize) {
    assert!(placeholders == arguments, "text! takes one argument for each placeholder");
}

/// Counts the `{}` of a format string. Part of [`text!`](crate::text).
#[doc(hidden)]
pub const fn placeholders(format: &str) -> usize {
    let bytes = format.as_bytes();
    let (mut index, mut count) = (0, 0);
    while index + 1 < bytes.len() {
        if bytes[index] == b'{' && bytes[index + 1] == b'}' {
            count += 1;
            index += 1;
        }
        index += 1;
    }
    count
}

/// Joins literal text and arguments. Part of [`text!`](crate::text).
#[doc(hidden)]
pub fn template<const N: usize>(format: &'static str, arguments: [TemplatePart; N]) -> Value<String> {
    let mut literals = format.split("{}");
    let mut parts = Vec::with_capacity(2 * N + 1);
    let mut push = |part: TemplatePart| match (parts.last_mut(), part) {
        (_, TemplatePart::Text(text)) if text.is_empty() => {}
        (Some(TemplatePart::Text(before)), TemplatePart::Text(text)) => before.to_mut().push_str(&text),
        (_, part) => parts.push(part),
    };
    push(TemplatePart::Text(literals.next().unwrap_or_default().into()));
    for (argument, literal) in arguments.into_iter().zip(literals) {
        push(argument);
        push(TemplatePart::Text(literal.into()));
    }
    Value::new(match parts.as_mut_slice() {
        [] => Expression::String(Cow::Borrowed("")),
        [TemplatePart::Text(text)] => Expression::String(std::mem::take(text)),
        // A template that is one interpolation and no text would keep that expression's type.
        [TemplatePart::Expression(only)] => {
            Expression::Call("tostring", vec![std::mem::replace(only, Expression::Null)])
        }
        _ => Expression::Template(parts),
    })
}
