//! Every type that an argument accepts, pinned as code: a conversion that goes missing does not compile.

#[allow(dead_code, missing_docs, non_camel_case_types, unreachable_pub, unused_imports, clippy::pedantic)]
mod fixture;

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use fixture::{PierId, ShipId};
use synth_framework::{
    Any, Expression, IntoDependencies, IntoValue, List, Map, Number, Ref, Root, Set, Traversal, Value, View, list, map,
    object, text,
};

fn accepts<T>(values: impl IntoIterator<Item = Value<T>>) -> Vec<Expression> {
    values.into_iter().map(Value::into_expression).collect()
}

fn reference<T>() -> Ref<T> {
    Ref::new(Traversal::new(Root::Path).attribute("module"))
}

fn value<T>() -> Value<T> {
    reference::<T>().into_value()
}

fn all_are(expression: &Expression, expressions: &[Expression]) {
    for other in expressions {
        assert_eq!(other, expression);
    }
}

#[test]
fn a_string_is_given_as_text_or_as_an_identity() {
    let (owned, borrowed) = ("a".to_owned(), "a");
    let each_borrowed: Vec<Value<String>> = ["a"].iter().map(IntoValue::into_value).collect();
    all_are(&Expression::String("a".into()), &accepts(each_borrowed));
    all_are(
        &Expression::String("a".into()),
        &accepts::<String>([
            borrowed.into_value(),
            (&borrowed).into_value(),
            owned.clone().into_value(),
            (&owned).into_value(),
            Cow::Borrowed("a").into_value(),
            (&Cow::Borrowed("a")).into_value(),
            Some("a").into_value(),
            Some(&owned).into_value(),
            text!("a").into_value(),
            (&text!("{}", "a")).into_value(),
            PierId::literal("a").into_value(),
            (&PierId::literal(&owned)).into_value(),
        ]),
    );
    let by_reference: [Value<String>; 6] = [
        reference::<String>().into_value(),
        (&reference::<String>()).into_value(),
        reference::<PierId>().into_value(),
        (&reference::<PierId>()).into_value(),
        Some(reference::<PierId>()).into_value(),
        value::<PierId>().into_value(),
    ];
    all_are(value::<String>().expression(), &accepts(by_reference));
    all_are(&Expression::Null, &accepts::<String>([None::<&str>.into_value(), None::<Ref<PierId>>.into_value()]));
}

#[test]
fn an_identity_is_given_as_itself_alone() {
    let given: [Value<PierId>; 6] = [
        reference::<PierId>().into_value(),
        (&reference::<PierId>()).into_value(),
        value::<PierId>().into_value(),
        (&value::<PierId>()).into_value(),
        Some(reference::<PierId>()).into_value(),
        PierId::literal(reference::<String>()).into_value(),
    ];
    all_are(value::<String>().expression(), &accepts(given));
}

#[test]
fn a_number_is_given_as_any_integer_or_float() {
    let given: [Value<Number>; 22] = [
        7_i8.into_value(),
        7_i16.into_value(),
        7_i32.into_value(),
        7_i64.into_value(),
        7_isize.into_value(),
        7_u8.into_value(),
        7_u16.into_value(),
        7_u32.into_value(),
        7_u64.into_value(),
        7_usize.into_value(),
        (&7_i8).into_value(),
        (&7_i16).into_value(),
        (&7_i32).into_value(),
        (&7_i64).into_value(),
        (&7_isize).into_value(),
        (&7_u8).into_value(),
        (&7_u16).into_value(),
        (&7_u32).into_value(),
        (&7_u64).into_value(),
        (&7_usize).into_value(),
        Some(7).into_value(),
        Some(&7_u16).into_value(),
    ];
    all_are(&Expression::Integer(7), &accepts(given));
    let floats: [Value<Number>; 3] = [1.5.into_value(), (&1.5).into_value(), Some(1.5).into_value()];
    all_are(&Expression::Float(1.5), &accepts(floats));
    let references: [Value<Number>; 2] = [reference::<Number>().into_value(), (&reference::<Number>()).into_value()];
    all_are(value::<Number>().expression(), &accepts(references));
}

#[test]
fn an_integer_beyond_i64_loses_nothing() {
    let Expression::Call(name, arguments) = IntoValue::<Number>::into_value(u64::MAX).into_expression() else {
        panic!("an integer beyond i64 is a call")
    };
    assert_eq!((name, arguments), ("tonumber", vec![Expression::String("18446744073709551615".into())]));
    assert_eq!(Expression::from(serde_json::json!(u64::MAX)), Expression::from(u64::MAX));
}

#[test]
fn a_bool_is_given_as_a_bool_or_a_condition() {
    let yes = true;
    let given: [Value<bool>; 3] = [yes.into_value(), (&yes).into_value(), Some(yes).into_value()];
    all_are(&Expression::Bool(true), &accepts(given));
    let _: [Value<bool>; 4] = [
        reference::<bool>().into_value(),
        (&reference::<bool>()).into_value(),
        reference::<PierId>().equals(PierId::literal("p")),
        !reference::<Number>().less_than(3),
    ];
}

#[test]
fn a_list_or_a_set_is_given_as_whatever_iterates() {
    fn given<T>() -> [Value<T>; 15]
    where
        Value<T>: Sized,
        [&'static str; 2]: IntoValue<T>,
        Vec<String>: IntoValue<T>,
        Vec<&'static str>: IntoValue<T>,
        for<'a> &'a Vec<String>: IntoValue<T>,
        for<'a> &'a [String]: IntoValue<T>,
        for<'a> &'a [String; 2]: IntoValue<T>,
        for<'a> &'a [&'static str]: IntoValue<T>,
        for<'a> &'a [&'static str; 2]: IntoValue<T>,
        BTreeSet<String>: IntoValue<T>,
        for<'a> &'a BTreeSet<String>: IntoValue<T>,
        [Value<String>; 2]: IntoValue<T>,
        [Option<&'static str>; 2]: IntoValue<T>,
        for<'a> std::slice::Iter<'a, String>: IntoValue<T>,
        std::vec::IntoIter<Value<PierId>>: IntoValue<T>,
        Value<List<String>>: IntoValue<T>,
        Value<Set<String>>: IntoValue<T>,
    {
        let owned = ["a".to_owned(), "b".to_owned()];
        let set: BTreeSet<String> = owned.iter().cloned().collect();
        let piers = vec![PierId::literal("a"), PierId::literal("b")];
        [
            ["a", "b"].into_value(),
            owned.to_vec().into_value(),
            vec!["a", "b"].into_value(),
            (&owned.to_vec()).into_value(),
            owned.as_slice().into_value(),
            (&owned).into_value(),
            ["a", "b"].as_slice().into_value(),
            (&["a", "b"]).into_value(),
            set.clone().into_value(),
            (&set).into_value(),
            ["a".into_value(), "b".into_value()].into_value(),
            [Some("a"), Some("b")].into_value(),
            owned.iter().into_value(),
            piers.into_iter().into_value(),
            list::<String>(["a", "b"]).into_value(),
        ]
    }
    let written = Expression::List(vec![Expression::String("a".into()), Expression::String("b".into())]);
    all_are(&written, &accepts(given::<List<String>>()));
    all_are(&written, &accepts(given::<Set<String>>()));
    let mapped: Value<Set<PierId>> = ["a", "b"].iter().map(PierId::literal).into_value();
    assert_eq!(mapped.into_expression(), written);
}

#[test]
fn lists_and_sets_stand_for_each_other() {
    let lists: [Value<List<ShipId>>; 8] = [
        reference::<List<ShipId>>().into_value(),
        (&reference::<List<ShipId>>()).into_value(),
        reference::<Set<ShipId>>().into_value(),
        (&reference::<Set<ShipId>>()).into_value(),
        value::<List<ShipId>>().into_value(),
        (&value::<List<ShipId>>()).into_value(),
        value::<Set<ShipId>>().into_value(),
        (&value::<Set<ShipId>>()).into_value(),
    ];
    let sets: [Value<Set<ShipId>>; 8] = [
        reference::<List<ShipId>>().into_value(),
        (&reference::<List<ShipId>>()).into_value(),
        reference::<Set<ShipId>>().into_value(),
        (&reference::<Set<ShipId>>()).into_value(),
        value::<List<ShipId>>().into_value(),
        (&value::<List<ShipId>>()).into_value(),
        value::<Set<ShipId>>().into_value(),
        (&value::<Set<ShipId>>()).into_value(),
    ];
    all_are(value::<String>().expression(), &accepts(lists));
    all_are(value::<String>().expression(), &accepts(sets));
    let strings: [Value<List<String>>; 3] = [
        reference::<List<ShipId>>().strings().into_value(),
        reference::<Set<ShipId>>().strings().into_value(),
        value::<Set<ShipId>>().strings().into_value(),
    ];
    all_are(value::<String>().expression(), &accepts(strings));
}

#[test]
fn a_map_is_given_as_pairs() {
    let tree = BTreeMap::from([("a".to_owned(), "1".to_owned())]);
    let given: [Value<Map<String>>; 9] = [
        [("a", "1")].into_value(),
        vec![("a", "1".to_owned())].into_value(),
        [("a".to_owned(), text!("{}", 1))].into_value(),
        [(text!("a"), Some("1"))].into_value(),
        tree.clone().into_value(),
        (&tree).into_value(),
        tree.iter().into_value(),
        ["a"].into_iter().map(|key| (key, "1")).into_value(),
        map::<String>([("a", "1")]),
    ];
    let written = Expression::Object(vec![(Expression::String("a".into()), Expression::String("1".into()))]);
    all_are(&written, &accepts(given));
    let _: Value<Map<List<PierId>>> = [("a", [PierId::literal("p")])].into_value();
    let _: Value<Map<String>> = reference::<Map<String>>().into_value();
}

#[test]
fn anything_is_given_where_any_type_is_taken() {
    synth_framework::view! {
        /// A view.
        Handle
    }
    let views: synth_framework::ListView<Handle> = View::view(Traversal::new(Root::Path));
    let given: [Value<Any>; 21] = [
        "a".into_value(),
        "a".to_owned().into_value(),
        (&"a".to_owned()).into_value(),
        1.into_value(),
        1.5.into_value(),
        true.into_value(),
        7_usize.into_value(),
        None::<&str>.into_value(),
        ["a", "b"].into_value(),
        vec![1, 2].into_value(),
        (&vec![1, 2]).into_value(),
        [1, 2].as_slice().into_value(),
        ["a"].iter().map(|text| text!("{}", text)).into_value(),
        object! { "a" => 1 },
        serde_json::json!({ "a": 1 }).into_value(),
        (&serde_json::json!([null])).into_value(),
        PierId::literal("p").into_value(),
        list::<PierId>([PierId::literal("p")]).into_value(),
        reference::<Map<Number>>().into_value(),
        (&reference::<Set<PierId>>()).into_value(),
        (&views).into_value(),
    ];
    assert_eq!(given.len(), 21);
}

#[test]
fn text_takes_what_has_one_text_and_borrows_it() {
    let (owned, port, pier) = ("b".to_owned(), 8080_u16, reference::<PierId>());
    let value = value::<Number>();
    let text = text!("{}{}{}{}{}{}{}", "a", owned, &owned, port, &port, 1_usize, Cow::Borrowed("c"));
    assert_eq!(text.expression().as_str(), Some("abb808080801c"));
    let _ = text!("{}{}{}{}", pier, &pier, value, &value);
    let _ = text!("{}{}", reference::<bool>(), owned);
    for zone in &["a", "b"] {
        let _ = text!("zone-{}", zone);
    }
}

#[test]
fn dependencies_are_given_as_handles_tuples_and_lists() {
    synth_framework::view! {
        /// A view.
        Handle
    }
    let handle: Handle = View::view(Traversal::new(Root::Path));
    let repeated: synth_framework::MapView<Handle> = View::view(Traversal::new(Root::Path));
    let several = vec![handle.clone(), handle.clone()];
    let given = [
        (&handle).into_dependencies(),
        (&several).into_dependencies(),
        several.as_slice().into_dependencies(),
        (&[handle.clone(), handle.clone()]).into_dependencies(),
        [&handle, &handle].into_dependencies(),
        vec![&handle].into_dependencies(),
        Some(&handle).into_dependencies(),
        (&handle, &repeated, &several, Some(&handle)).into_dependencies(),
    ];
    assert!(given.iter().all(Vec::is_empty), "a path is no declaration");
}
