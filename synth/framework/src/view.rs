//! Typed views into what is declared: the handles that `add_to` returns, and the nested blocks inside them.

use std::{borrow::Cow, marker::PhantomData};

use crate::{
    expression::{Address, Expression, Mode, Root, Traversal},
    types::{Any, List, Map, Number, Set},
    value::{IntoValue, Ref, Value},
};

/// A resource, a data source, or an object inside one, whose methods are its attributes.
pub trait View: Sized {
    /// One of what this is a view of: itself, or an object of a collection.
    type Item: View;

    /// The view of what the reference points to.
    fn view(traversal: Traversal) -> Self;
    /// The reference behind this view.
    fn traversal(&self) -> &Traversal;

    /// All of it, as one object.
    fn whole(&self) -> Ref<Any> {
        Ref::new(self.traversal().clone())
    }
}

/// The view of a whole resource or data source.
pub trait ResourceType: View {
    /// Managed or data.
    const MODE: Mode;
    /// Terraform's type name.
    const TYPE_NAME: &'static str;
}

/// Something that a reference points to: a [`Ref`] or a [`View`].
pub trait Reference {
    /// The untyped reference.
    fn to_traversal(&self) -> Traversal;
}

impl<T> Reference for Ref<T> {
    fn to_traversal(&self) -> Traversal {
        self.traversal().clone()
    }
}

impl<V: View> Reference for V {
    fn to_traversal(&self) -> Traversal {
        self.traversal().clone()
    }
}

/// Declares a view: a struct around a reference, with `Clone` and `Debug`.
#[macro_export]
macro_rules! view {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $name($crate::Traversal);

        impl $crate::View for $name {
            type Item = Self;

            fn view(traversal: $crate::Traversal) -> Self {
                Self(traversal)
            }

            fn traversal(&self) -> &$crate::Traversal {
                &self.0
            }
        }
    };
}

/// Objects in order, such as the blocks of one name or the instances made by `count`.
#[derive(Clone, Debug)]
pub struct ListView<V>(Traversal, PhantomData<fn() -> V>);

/// Objects without order, which have no index.
#[derive(Clone, Debug)]
pub struct SetView<V>(Traversal, PhantomData<fn() -> V>);

/// Objects under keys, such as the instances made by `for_each`.
#[derive(Clone, Debug)]
pub struct MapView<V>(Traversal, PhantomData<fn() -> V>);

macro_rules! views {
    ($($name:ident),+) => {$(
        impl<V: View> View for $name<V> {
            type Item = V;

            fn view(traversal: Traversal) -> Self {
                Self(traversal, PhantomData)
            }

            fn traversal(&self) -> &Traversal {
                &self.0
            }
        }

        impl<V> IntoValue<Any> for &$name<V> {
            fn into_value(self) -> Value<Any> {
                Value::new(Expression::Traversal(self.0.clone()))
            }
        }
    )+};
}

views!(ListView, SetView, MapView);

impl<V: View> ListView<V> {
    /// The object at `index`, counted from 0.
    pub fn at(&self, index: i64) -> V {
        V::view(self.0.index(index))
    }

    /// One attribute of every object, as a list.
    pub fn all<T>(&self, attribute: impl FnOnce(&V) -> Ref<T>) -> Value<List<T>> {
        splat(Expression::Traversal(self.0.clone()), attribute)
    }
}

impl<V: View> SetView<V> {
    /// One attribute of every object, as a list.
    pub fn all<T>(&self, attribute: impl FnOnce(&V) -> Ref<T>) -> Value<List<T>> {
        splat(Expression::Traversal(self.0.clone()), attribute)
    }
}

impl<V: View> MapView<V> {
    /// The object under `key`.
    pub fn at(&self, key: impl IntoValue<String>) -> V {
        let key = key.into_value().into_expression();
        V::view(self.0.step(crate::Step::Key(Box::new(key))))
    }

    /// One attribute of every object, as a list in the order of the keys.
    pub fn all<T>(&self, attribute: impl FnOnce(&V) -> Ref<T>) -> Value<List<T>> {
        splat(Expression::Call("values", vec![Expression::Traversal(self.0.clone())]), attribute)
    }
}

fn splat<V: View, T>(objects: Expression, attribute: impl FnOnce(&V) -> Ref<T>) -> Value<List<T>> {
    let item = V::view(Traversal::new(Root::Itself));
    let mut steps = vec![crate::Step::Splat];
    steps.extend(attribute(&item).traversal().steps.iter().cloned());
    Value::new(Expression::Index(Box::new(objects), steps))
}

/// The item of a `dynamic` block.
#[derive(Clone, Debug)]
pub struct BlockIterator<T> {
    name: Cow<'static, str>,
    type_: PhantomData<fn() -> T>,
}

impl<T> BlockIterator<T> {
    pub(crate) fn new(name: &'static str) -> Self {
        Self { name: Cow::Borrowed(name), type_: PhantomData }
    }

    fn attribute(&self, name: &'static str) -> Traversal {
        Traversal::new(Root::Iterator(self.name.clone())).attribute(name)
    }

    /// The value of the item.
    pub fn value(&self) -> Ref<T> {
        Ref::new(self.attribute("value"))
    }

    /// The key of the item: its place in a list, its key in a map.
    pub fn key(&self) -> Ref<String> {
        Ref::new(self.attribute("key"))
    }
}

/// `each.key`, inside a resource that is repeated by `for_each`.
///
/// ```
/// # mod fixture { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixture/mod.rs")); }
/// # use fixture::{harbor_pier, harbor_pier::berth};
/// use synth_framework::{Map, Number, Stack, each_key, each_value, output, variable};
///
/// let stack = &Stack::new("example");
/// let widths = variable::<Map<Number>>("widths").add_to(stack);
/// let piers = harbor_pier("main")
///     .name(each_key())
///     .berth(berth().width(each_value::<Number>()))
///     .for_each(widths)
///     .add_to(stack);
/// output("north", piers.at("north").id()).add_to(stack);
/// output("all", piers.all(|pier| pier.id())).add_to(stack);
/// ```
pub fn each_key() -> Ref<String> {
    Ref::new(Traversal::new(Root::Each).attribute("key"))
}

/// `each.value`, inside a resource that is repeated by `for_each`.
pub fn each_value<T>() -> Ref<T> {
    Ref::new(Traversal::new(Root::Each).attribute("value"))
}

/// `count.index`, inside a resource that is repeated by `count`.
pub fn count_index() -> Ref<Number> {
    Ref::new(Traversal::new(Root::Count).attribute("index"))
}

/// The map that `for_each` takes from a set: each item is its own key.
///
/// ```
/// use synth_framework::{Stack, Set, for_each_of, variable};
///
/// let stack = &Stack::new("example");
/// let teams = variable::<Set<String>>("teams").add_to(stack);
/// let entries = for_each_of(teams);
/// # let _ = entries;
/// ```
pub fn for_each_of(items: impl IntoValue<Set<String>>) -> Value<Map<String>> {
    // A list that is written out would be a tuple, which Terraform's `for_each` refuses.
    Value::new(Expression::Call("toset", vec![items.into_value().into_expression()]))
}

/// Anything that names dependencies: other resources and data sources.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a dependency: give `&handle`, a tuple of those, or a list of them"
)]
pub trait IntoDependencies {
    /// The addresses depended on.
    fn into_dependencies(self) -> Vec<Address>;
}

impl<V: View> IntoDependencies for &V {
    fn into_dependencies(self) -> Vec<Address> {
        match &self.traversal().root {
            Root::Declared(address) => vec![address.clone()],
            _ => Vec::new(),
        }
    }
}

impl<V: View> IntoDependencies for &[V] {
    fn into_dependencies(self) -> Vec<Address> {
        self.iter().flat_map(IntoDependencies::into_dependencies).collect()
    }
}

impl<V: View> IntoDependencies for &Vec<V> {
    fn into_dependencies(self) -> Vec<Address> {
        self.as_slice().into_dependencies()
    }
}

impl<V: View, const N: usize> IntoDependencies for &[V; N] {
    fn into_dependencies(self) -> Vec<Address> {
        self.as_slice().into_dependencies()
    }
}

impl<D: IntoDependencies> IntoDependencies for Vec<D> {
    fn into_dependencies(self) -> Vec<Address> {
        self.into_iter().flat_map(D::into_dependencies).collect()
    }
}

impl<D: IntoDependencies, const N: usize> IntoDependencies for [D; N] {
    fn into_dependencies(self) -> Vec<Address> {
        self.into_iter().flat_map(D::into_dependencies).collect()
    }
}

impl<D: IntoDependencies> IntoDependencies for Option<D> {
    fn into_dependencies(self) -> Vec<Address> {
        self.into_iter().flat_map(D::into_dependencies).collect()
    }
}

macro_rules! tuples {
    ($(($($name:ident),+))+) => {$(
        impl<$($name: IntoDependencies),+> IntoDependencies for ($($name,)+) {
            #[allow(non_snake_case, reason = "the type parameters name the fields")]
            fn into_dependencies(self) -> Vec<Address> {
                let ($($name,)+) = self;
                [$($name.into_dependencies()),+].concat()
            }
        }
    )+};
}

tuples! { (A) (A, B) (A, B, C) (A, B, C, D) (A, B, C, D, E) (A, B, C, D, E, F) (A, B, C, D, E, F, G) (A, B, C, D, E, F, G, H) }
