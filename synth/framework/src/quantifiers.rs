//! Conditions over many objects: all of them, or any of them.

use crate::{
    expression::{Expression, Root, Traversal},
    value::{IntoValue, Value},
    view::{ListView, SetView, View},
};

fn quantified<V: View, C: IntoValue<bool>>(
    function: &'static str,
    item: &'static str,
    objects: &Traversal,
    condition: impl FnOnce(&V) -> C,
) -> Value<bool> {
    let result = condition(&V::view(Traversal::new(Root::Iterator(item.into()))));
    Value::new(call(function, item, objects, result.into_value().into_expression()))
}

fn call(function: &'static str, item: &'static str, objects: &Traversal, result: Expression) -> Expression {
    let list = Box::new(Expression::Traversal(objects.clone()));
    let conditions = Expression::For { item: item.into(), list, result: Box::new(result) };
    Expression::Call(function, vec![conditions])
}

macro_rules! quantifiers {
    ($($view:ident),+) => {$(
        impl<V: View> $view<V> {
            /// Does the condition hold for every object? `item` names the object in what is written.
            pub fn every<C: IntoValue<bool>>(&self, item: &'static str, condition: impl FnOnce(&V) -> C) -> Value<bool> {
                quantified("alltrue", item, self.traversal(), condition)
            }

            /// Does the condition hold for any object? `item` names the object in what is written.
            ///
            /// ```
            /// # mod fixture { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixture/mod.rs")); }
            /// # use fixture::{harbor_pier, harbor_pier::berth};
            /// # let stack = &synth_framework::Stack::new("example");
            /// let pier = harbor_pier("north").name("north").berth(berth().width(12)).add_to(stack);
            /// let wide = pier.berths().any("berth", |berth| berth.width().at_least(10));
            /// # let _ = wide;
            /// ```
            pub fn any<C: IntoValue<bool>>(&self, item: &'static str, condition: impl FnOnce(&V) -> C) -> Value<bool> {
                quantified("anytrue", item, self.traversal(), condition)
            }
        }
    )+};
}

quantifiers!(ListView, SetView);
