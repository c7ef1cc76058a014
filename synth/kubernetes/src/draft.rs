//! A Kubernetes value under construction, and what its fields accept.

use k8s_openapi::apimachinery::pkg::{api::resource::Quantity, util::intstr::IntOrString};
use serde::{Serialize, Serializer};

/// A Kubernetes value whose fields are set by methods of the same names.
#[derive(Clone, Debug)]
#[must_use]
pub struct Draft<T>(pub(crate) T);

impl<T: Serialize> Serialize for Draft<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

/// A value that a field of type `T` accepts.
pub trait IntoField<T> {
    /// The field's own type.
    fn into_field(self) -> T;
}

impl<T> IntoField<T> for T {
    fn into_field(self) -> T {
        self
    }
}

impl<T> IntoField<T> for Draft<T> {
    fn into_field(self) -> T {
        self.0
    }
}

macro_rules! accept {
    ($($from:ty => $to:ty: $convert:expr;)+) => { $(
        impl IntoField<$to> for $from {
            fn into_field(self) -> $to {
                #[allow(clippy::redundant_closure_call, reason = "one form for all conversions")]
                ($convert)(self)
            }
        }
    )+ };
}

accept! {
    &str => String: str::to_owned;
    &String => String: String::clone;
    &str => Quantity: |text: &str| Quantity(text.to_owned());
    String => Quantity: Quantity;
    &str => IntOrString: |text: &str| IntOrString::String(text.to_owned());
    String => IntOrString: IntOrString::String;
    i32 => IntOrString: IntOrString::Int;
    u16 => IntOrString: |number: u16| IntOrString::Int(number.into());
    u32 => IntOrString: |number: u32| IntOrString::Int(number.into_field());
    u16 => i32: i32::from;
    u32 => i32: |number: u32| i32::try_from(number).expect("settings bound every number far below 2^31");
    u32 => i64: i64::from;
}

/// Methods that set the fields of a type: `name: T` an optional field, `name: (T)` a required one, `name: [T]` a list,
/// `name: {T}` a map of texts to `T`.
macro_rules! fields {
    ($($type:ty { $($field:ident: $kind:tt),+ $(,)? })+) => { $(
        impl $crate::Draft<$type> {
            $( $crate::draft::field!($field $kind); )+
        }
    )+ };
}

macro_rules! field {
    ($field:ident ($of:ty)) => {
        #[doc = concat!("Sets `", stringify!($field), "`.")]
        pub fn $field(mut self, value: impl IntoField<$of>) -> Self {
            self.0.$field = value.into_field();
            self
        }
    };
    ($field:ident [$of:ty]) => {
        #[doc = concat!("Sets `", stringify!($field), "`.")]
        pub fn $field(mut self, values: impl IntoIterator<Item = impl IntoField<$of>>) -> Self {
            self.0.$field = Some(values.into_iter().map(IntoField::into_field).collect());
            self
        }
    };
    ($field:ident {$of:ty}) => {
        #[doc = concat!("Sets `", stringify!($field), "`.")]
        pub fn $field(
            mut self,
            entries: impl IntoIterator<Item = (impl IntoField<String>, impl IntoField<$of>)>,
        ) -> Self {
            let entries = entries.into_iter().map(|(key, value)| (key.into_field(), value.into_field()));
            self.0.$field = Some(entries.collect());
            self
        }
    };
    ($field:ident $of:ty) => {
        #[doc = concat!("Sets `", stringify!($field), "`.")]
        pub fn $field(mut self, value: impl IntoField<$of>) -> Self {
            self.0.$field = Some(value.into_field());
            self
        }
    };
}

pub(crate) use {field, fields};
