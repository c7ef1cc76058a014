//! Terraform's functions as typed calls, named as Terraform names them.
//!
//! To add one: copy a line, name the types. Terraform evaluates it; nothing is computed here.

use crate::{
    expression::{Expression, Root, Traversal},
    types::{Any, List, Map, Number, Set},
    value::{IntoValue, Ref, Value},
};

macro_rules! functions {
    ($($(#[$doc:meta])* $name:ident $(as $terraform:literal)? $(<$generic:ident>)? ($($argument:ident: $type_:ty),*) -> $result:ty;)+) => {$(
        $(#[$doc])*
        pub fn $name$(<$generic>)?($($argument: impl IntoValue<$type_>),*) -> Value<$result> {
            let name = [$($terraform,)? stringify!($name)][0];
            Value::new(Expression::Call(name, vec![$($argument.into_value().into_expression()),*]))
        }
    )+};
}

functions! {
    /// Do all conditions hold?
    alltrue(conditions: List<bool>) -> bool;
    /// Does any condition hold?
    anytrue(conditions: List<bool>) -> bool;
    /// Decodes base64 text.
    base64decode(text: String) -> String;
    /// Encodes text as base64.
    base64encode(text: String) -> String;
    /// Is the expression free of errors?
    can(expression: Any) -> bool;
    /// The address of host number `number` in `prefix`.
    cidrhost(prefix: String, number: Number) -> String;
    /// The subnet number `number` of `prefix`, `newbits` longer.
    cidrsubnet(prefix: String, newbits: Number, number: Number) -> String;
    /// The first value that is neither null nor empty text.
    coalesce(first: String, second: String) -> String;
    /// Joins two lists.
    concat<T>(first: List<T>, second: List<T>) -> List<T>;
    /// Does the list hold the value?
    contains<T>(list: List<T>, value: T) -> bool;
    /// The list without repeated items.
    distinct<T>(list: List<T>) -> List<T>;
    /// The item at `index`, which wraps around the end.
    element<T>(list: List<T>, index: Number) -> T;
    /// Does the text end so?
    endswith(text: String, suffix: String) -> bool;
    /// The content of a file, read when Terraform runs.
    file(path: String) -> String;
    /// The list of lists as one list.
    flatten<T>(lists: List<List<T>>) -> List<T>;
    /// The value as JSON text.
    jsonencode(value: Any) -> String;
    /// The JSON text as a value.
    jsondecode(text: String) -> Any;
    /// The items with `separator` between them.
    join(separator: String, items: List<String>) -> String;
    /// The keys of a map, sorted.
    keys<T>(map: Map<T>) -> List<String>;
    /// How many items there are.
    length(value: Any) -> Number;
    /// The value under `key`, or `default`.
    lookup<T>(map: Map<T>, key: String, default: T) -> T;
    /// The text in lower case.
    lower(text: String) -> String;
    /// The greater of two numbers.
    max(first: Number, second: Number) -> Number;
    /// Both maps; the second wins.
    merge<T>(first: Map<T>, second: Map<T>) -> Map<T>;
    /// The smaller of two numbers.
    min(first: Number, second: Number) -> Number;
    /// The value, no longer marked sensitive.
    nonsensitive<T>(value: T) -> T;
    /// The only item, or null when the list is empty.
    one<T>(list: List<T>) -> T;
    /// The text with every `search` replaced.
    replace(text: String, search: String, replacement: String) -> String;
    /// The value, marked sensitive.
    sensitive<T>(value: T) -> T;
    /// The SHA-256 of the text, in hexadecimal.
    sha256(text: String) -> String;
    /// The items from `start` up to and without `end`.
    slice<T>(list: List<T>, start: Number, end: Number) -> List<T>;
    /// The list in order.
    sort(list: List<String>) -> List<String>;
    /// The parts of the text between separators.
    split(separator: String, text: String) -> List<String>;
    /// Does the text start so?
    startswith(text: String, prefix: String) -> bool;
    /// Does the text hold the other?
    strcontains(text: String, part: String) -> bool;
    /// The set as a list.
    tolist<T>(set: Set<T>) -> List<T>;
    /// The value as text.
    tostring(value: Any) -> String;
    /// The list as a set.
    toset<T>(list: List<T>) -> Set<T>;
    /// The text without the prefix.
    trimprefix(text: String, prefix: String) -> String;
    /// The text without the suffix.
    trimsuffix(text: String, suffix: String) -> String;
    /// The first expression that has no error.
    try_ as "try"<T>(first: T, second: T) -> T;
    /// The text in upper case.
    upper(text: String) -> String;
    /// The values of a map, in the order of its keys.
    values<T>(map: Map<T>) -> List<T>;
    /// The value as YAML text.
    yamlencode(value: Any) -> String;
}

/// Formats `arguments` by Terraform's `format` verbs, such as `%s` and `%02d`.
///
/// ```
/// use synth_framework::{IntoValue, functions::format};
///
/// let subnet = format("%s-%02d", ["private".into_value(), 7.into_value()]);
/// # let _ = subnet;
/// ```
pub fn format(specification: impl IntoValue<String>, arguments: impl IntoIterator<Item = Value<Any>>) -> Value<String> {
    let specification = std::iter::once(specification.into_value().into_expression());
    let arguments = arguments.into_iter().map(Value::into_expression);
    Value::new(Expression::Call("format", specification.chain(arguments).collect()))
}

/// `[for item in list : result]`, where `result` is called once with the item.
///
/// `item` names the item in the written expression; nested calls need different names.
///
/// ```
/// use synth_framework::{List, Stack, functions::for_in, text, variable};
///
/// let stack = &Stack::new("example");
/// let names = variable::<List<String>>("names").add_to(stack);
/// let queues = for_in::<String, String, _>("name", names, |name| text!("{}-queue", name));
/// # let _ = queues;
/// ```
pub fn for_in<T, U, V: IntoValue<U>>(
    item: &'static str,
    list: impl IntoValue<List<T>>,
    result: impl FnOnce(Ref<T>) -> V,
) -> Value<List<U>> {
    let result = result(Ref::new(Traversal::new(Root::Iterator(item.into()))));
    Value::new(Expression::For {
        item: item.into(),
        list: Box::new(list.into_value().into_expression()),
        result: Box::new(result.into_value().into_expression()),
    })
}

/// The directory of the stack's files: `path.module`.
pub fn path_module() -> Ref<String> {
    Ref::new(Traversal::new(Root::Path).attribute("module"))
}
