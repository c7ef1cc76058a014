//! Terraform's types as Rust types: markers that exist at compile time only.

use std::{borrow::Cow, marker::PhantomData};

/// Terraform's `number`: a whole number or a fraction.
#[derive(Debug)]
pub enum Number {}

/// A value whose type Terraform decides: `any`, and the `dynamic` type of provider schemas.
#[derive(Debug)]
pub enum Any {}

/// Terraform's `list(T)`.
#[derive(Debug)]
pub struct List<T>(PhantomData<T>);

/// Terraform's `set(T)`.
#[derive(Debug)]
pub struct Set<T>(PhantomData<T>);

/// Terraform's `map(T)`, whose keys are strings.
#[derive(Debug)]
pub struct Map<T>(PhantomData<T>);

/// A string that identifies one kind of thing, such as a VPC's id: no other kind is accepted in its place.
///
/// Declare one with [`identity!`](crate::identity).
pub trait Identity: 'static {}

/// A type that has a single text, so that it can stand inside [`text!`](crate::text!).
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no text: only strings, numbers, booleans and identities can stand in `text!`"
)]
pub trait Scalar {}

impl Scalar for String {}
impl Scalar for Number {}
impl Scalar for bool {}
impl<I: Identity> Scalar for I {}

/// A type that is known: every one but [`Any`].
pub trait Concrete {}

impl Concrete for String {}
impl Concrete for Number {}
impl Concrete for bool {}
impl<T> Concrete for List<T> {}
impl<T> Concrete for Set<T> {}
impl<T> Concrete for Map<T> {}
impl<I: Identity> Concrete for I {}

/// A type that a variable can be declared with.
pub trait TypeConstraint {
    /// Terraform's spelling, such as `list(string)`.
    fn constraint() -> Cow<'static, str>;
}

macro_rules! constraints {
    ($($type_:ty => $name:literal),+) => {$(
        impl TypeConstraint for $type_ {
            fn constraint() -> Cow<'static, str> {
                Cow::Borrowed($name)
            }
        }
    )+};
}

constraints!(String => "string", Number => "number", bool => "bool", Any => "any");

impl<I: Identity> TypeConstraint for I {
    fn constraint() -> Cow<'static, str> {
        Cow::Borrowed("string")
    }
}

macro_rules! collection_constraints {
    ($($type_:ident => $name:literal),+) => {$(
        impl<T: TypeConstraint> TypeConstraint for $type_<T> {
            fn constraint() -> Cow<'static, str> {
                Cow::Owned(format!(concat!($name, "({})"), T::constraint()))
            }
        }
    )+};
}

collection_constraints!(List => "list", Set => "set", Map => "map");
