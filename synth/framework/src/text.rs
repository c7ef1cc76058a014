//! `text!`: strings with references inside.

use std::borrow::Cow;

use crate::{
    expression::{Expression, TemplatePart},
    types::Scalar,
    value::{Ref, Value},
};

/// Builds a string from literal text and values, like `format!`.
///
/// Each `{}` takes the next argument: a reference, a value, a string or a number. A wrong count does not compile, nor does
/// a name between the braces: there are no inline captures. Any other brace is text, and needs no doubling. Like `format!`,
/// it borrows what it is given.
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
        const _: () = $crate::text::check($format, <[&str]>::len(&[$(stringify!($argument)),*]));
        $crate::text::template($format, [$($crate::text::TextArgument::into_part(&$argument)),*])
    }};
}

/// An argument that [`text!`](crate::text!) takes.
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

impl<A: ?Sized> TextArgument for &&A
where
    for<'a> &'a A: TextArgument,
{
    fn into_part(self) -> TemplatePart {
        (*self).into_part()
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

displayed!(&str, String, &String, Cow<'_, str>, &Cow<'_, str>);
displayed!(i8, i16, i32, i64, isize, u8, u16, u32, u64, usize);
displayed!(&i8, &i16, &i32, &i64, &isize, &u8, &u16, &u32, &u64, &usize);

/// Refuses a format string that does not fit its arguments. Part of [`text!`](crate::text!).
#[doc(hidden)]
pub const fn check(format: &str, arguments: usize) {
    assert!(!captures(format), "text! has no inline captures: write empty braces and give the argument after the text");
    assert!(placeholders(format) == arguments, "text! takes one argument for each placeholder");
}

/// Counts the `{}` of a format string.
const fn placeholders(format: &str) -> usize {
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

/// Is there a `{name}` or `{:08}`, as `format!` knows it? After `$` it is a policy variable, and text.
const fn captures(format: &str) -> bool {
    let bytes = format.as_bytes();
    let mut start = 0;
    while start < bytes.len() {
        let literal = start > 0 && matches!(bytes[start - 1], b'$' | b'%');
        if bytes[start] == b'{' && !literal {
            let mut end = start + 1;
            while end < bytes.len() && (bytes[end].is_ascii_alphanumeric() || matches!(bytes[end], b'_' | b':' | b'?'))
            {
                end += 1;
            }
            if end > start + 1 && end < bytes.len() && bytes[end] == b'}' {
                return true;
            }
        }
        start += 1;
    }
    false
}

/// Joins literal text and arguments. Part of [`text!`](crate::text!).
#[doc(hidden)]
pub fn template<const N: usize>(format: &'static str, arguments: [TemplatePart; N]) -> Value<String> {
    let mut literals = format.split("{}");
    let mut parts = Vec::with_capacity(2 * N + 1);
    push(&mut parts, TemplatePart::Text(literals.next().unwrap_or_default().into()));
    for (argument, literal) in arguments.into_iter().zip(literals) {
        push(&mut parts, argument);
        push(&mut parts, TemplatePart::Text(literal.into()));
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

/// Adds a part; text joins the text before it, and a template inside a template gives its parts.
fn push(parts: &mut Vec<TemplatePart>, part: TemplatePart) {
    match (parts.last_mut(), part) {
        (_, TemplatePart::Text(text)) if text.is_empty() => {}
        (Some(TemplatePart::Text(before)), TemplatePart::Text(text)) => before.to_mut().push_str(&text),
        (_, TemplatePart::Expression(Expression::Template(inner))) => {
            for part in inner {
                push(parts, part);
            }
        }
        (_, part) => parts.push(part),
    }
}

#[cfg(test)]
mod tests {
    use super::{captures, placeholders};
    use crate::{Expression, Ref, Root, TemplatePart, Traversal, Value};

    fn path() -> Ref<String> {
        Ref::new(Traversal::new(Root::Path).attribute("module"))
    }

    fn part(reference: &Ref<String>) -> TemplatePart {
        TemplatePart::Expression(Expression::Traversal(reference.traversal().clone()))
    }

    #[test]
    fn placeholders_are_counted_and_other_braces_are_text() {
        let cases = [("", 0), ("{}", 1), ("{}{}", 2), ("{{}}", 1), ("{", 0), ("}{", 0), ("{ }", 0), ("a{}b{", 1)];
        for (format, count) in cases {
            assert_eq!(placeholders(format), count, "{format}");
            assert_eq!(format.matches("{}").count(), count, "the text is split as it is counted: {format}");
        }
    }

    #[test]
    fn captures_are_refused_and_policy_variables_and_json_are_not() {
        for format in ["{name}", "a{0}", "{:?}", "{:08}", "{}{x}", "{{x}}"] {
            assert!(captures(format), "{format}");
        }
        for format in ["{}", "{", "}", "{ name }", "{\"a\": {}}", "${aws:username}", "%{if}", "{name", "{a.b}"] {
            assert!(!captures(format), "{format}");
        }
    }

    #[test]
    fn text_without_references_is_a_literal() {
        let literal = Value::<String>::new(Expression::String("b".into()));
        assert_eq!(text!("a{}-{}{}", literal, 1, "").expression().as_str(), Some("ab-1"));
        assert_eq!(text!("").expression().as_str(), Some(""));
    }

    #[test]
    fn a_template_inside_a_template_gives_its_parts() {
        let inner = text!("a{}b", path());
        let outer = text!("{}{}", inner, "c").into_expression();
        let parts = vec![TemplatePart::Text("a".into()), part(&path()), TemplatePart::Text("bc".into())];
        assert_eq!(outer, Expression::Template(parts));
    }

    #[test]
    fn a_reference_alone_becomes_text_and_does_not_keep_its_type() {
        let expected = Expression::Call("tostring", vec![Expression::Traversal(path().traversal().clone())]);
        assert_eq!(text!("{}", path()).into_expression(), expected);
    }
}
