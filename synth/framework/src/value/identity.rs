//! How identities are declared.

/// Declares identities: strings of one kind that are not interchangeable with any other.
///
/// ```
/// synth_framework::identity! {
///     /// The id of a queue.
///     QueueId
/// }
///
/// let queue = QueueId::literal("jobs");
/// # let _ = queue;
/// ```
#[macro_export]
macro_rules! identity {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub enum $name {}

        impl $crate::Identity for $name {}

        impl $name {
            /// Says that a string, a template or an expression is this identity.
            pub fn literal(text: impl $crate::IntoValue<String>) -> $crate::Value<Self> {
                $crate::Value::new(text.into_value().into_expression())
            }
        }
    )+};
}
