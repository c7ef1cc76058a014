//! References: where they lead, and what they may say where.

use synth_framework::{
    Expression, List, Mode, Ref, Root, Set, Step, Traversal, count_index, dynamic, each_key, each_value, for_each_of,
    functions::for_in, import, list, local, map, moved, output, removed, text, variable,
};

use crate::{
    fixture::{
        ShipId, harbor_pier,
        harbor_pier::{crane, hook},
        harbor_tide, terraform_data,
    },
    foreign, messages, pier, stack,
};

#[test]
fn references_lead_somewhere() {
    let stack = &stack();
    let lost = foreign(Mode::Managed, "harbor_pier", "lost", "test");
    let other: harbor_pier::Handle = synth_framework::View::view(foreign(Mode::Data, "harbor_pier", "far", "other"));
    pier("main").tags([("of", Ref::<String>::new(lost.attribute("id")))]).depends_on(&other).add_to(stack);
    output("x", 1).depends_on(&other).add_to(stack);
    terraform_data("after").lifecycle(|it| it.replace_triggered_by(&Ref::<String>::new(lost))).add_to(stack);
    import(&other, "x").add_to(stack);
    let here = "refers to `harbor_pier.lost` of stack `test`, which is not declared here: add it to this stack";
    let there = "refers to `data.harbor_pier.far` of stack `other`, which is not declared here: pass the value through an output";
    let import = "`import` points to `data.harbor_pier.far`, which is not a managed resource: name one";
    assert_eq!(messages(stack), [there, here, there, here, there, import]);
}

#[test]
fn each_count_self_and_items_stay_where_they_mean_something() {
    let stack = &stack();
    terraform_data("a").input(each_value::<String>()).add_to(stack);
    terraform_data("b").input(count_index()).for_each(map::<String>([("k", "v")])).add_to(stack);
    terraform_data("c").input(each_key()).count(2).add_to(stack);
    terraform_data("d").count(count_index()).add_to(stack);
    let mut leaked = None;
    for_in::<String, String, _>("item", list::<String>(["x"]), |item| {
        leaked = Some(item.clone());
        item
    })
    .into_expression();
    output("item", leaked.unwrap()).add_to(stack);
    let itself = Ref::<String>::new(Traversal::new(Root::Itself).attribute("id"));
    terraform_data("e").lifecycle(|it| it.precondition(itself.equals("x"), "x")).add_to(stack);
    pier("f").crane(crane().hook(dynamic("it", list::<String>(["x"]), |it| hook().size(it.value())))).add_to(stack);
    let each = "refers to `each` outside a resource with `for_each`";
    let count = "refers to `count` outside a resource with `count`";
    let item = "refers to the item `item` outside the loop that names it";
    assert_eq!(messages(stack), [each, count, each, count, item, "refers to `self` outside a postcondition"]);
}

#[test]
fn items_inside_items_have_names_of_their_own() {
    let stack = &stack();
    let nested = for_in::<String, List<String>, _>("x", list::<String>(["a"]), |x| {
        for_in::<String, String, _>("x", list::<String>(["b"]), |y| text!("{}{}", x, y))
    });
    output("nested", nested).add_to(stack);
    output("bad", for_in::<String, String, _>("a b", list::<String>(["a"]), |x| x)).add_to(stack);
    let inner = |_: &synth_framework::BlockIterator<String>| {
        crane().hook(dynamic("it", list::<String>(["b"]), |it| hook().size(it.value())))
    };
    pier("main").crane(dynamic("it", list::<String>(["a"]), inner)).add_to(stack);
    pier("other").crane(dynamic("1", list::<String>(["a"]), |_| crane())).add_to(stack);
    assert_eq!(
        messages(stack),
        [
            "two nested loops name their item `x`: rename one",
            "`a b` cannot name an item: use a letter, then letters, digits, `_` and `-`, and no keyword such as `for`",
            "two nested loops name their item `it`: rename one",
            "`1` cannot name an item: use a letter, then letters, digits, `_` and `-`, and no keyword such as `for`",
        ]
    );
}

#[test]
fn an_item_hides_nothing_that_is_referred_to() {
    let stack = &stack();
    let prefix = local::<String>("prefix", "a").add_to(stack);
    let first = pier("main").add_to(stack);
    let items = || list::<String>(["b"]);
    output("local", for_in::<String, String, _>("local", items(), |item| text!("{}{}", prefix, item))).add_to(stack);
    output("outside", for_in::<String, String, _>("local", list::<String>([&prefix]), |item| item)).add_to(stack);
    let by_pier = |_: &synth_framework::BlockIterator<String>| crane().hook(hook().size(first.id()));
    pier("other").crane(dynamic("harbor_pier", items(), by_pier)).add_to(stack);
    output("word", for_in::<String, String, _>("null", items(), |item| item)).add_to(stack);
    assert_eq!(
        messages(stack),
        [
            "refers to `local`, but a loop around it names its item so: rename the item",
            "refers to `harbor_pier`, but a loop around it names its item so: rename the item",
            "`null` cannot name an item: use a letter, then letters, digits, `_` and `-`, and no keyword such as `for`",
        ]
    );
}

#[test]
fn a_lifecycle_names_its_own_attributes_and_other_resources() {
    let stack = &stack();
    let other = pier("other").add_to(stack);
    let name = local::<String>("name", "x").add_to(stack);
    let of_other = other.clone();
    pier("main").lifecycle(|it| it.ignore_changes(move |_| of_other.name())).add_to(stack);
    pier("whole").lifecycle(|it| it.ignore_changes(Clone::clone)).add_to(stack);
    pier("computed").lifecycle(|it| it.ignore_changes(|pier| pier.tags().key(each_key()))).add_to(stack);
    pier("local").lifecycle(|it| it.replace_triggered_by(&name)).add_to(stack);
    harbor_tide("now").lifecycle(|it| it.create_before_destroy(true)).add_to(stack);
    pier("fine")
        .lifecycle(|it| it.ignore_changes(|pier| pier.tags().key("x")).replace_triggered_by(&other))
        .add_to(stack);
    let rule = "name one of its own attributes, with literal keys";
    assert_eq!(
        messages(stack),
        [
            format!("`harbor_pier.main` ignores changes of `harbor_pier.other.name`: {rule}"),
            format!("`harbor_pier.whole` ignores changes of `self`: {rule}"),
            format!("`harbor_pier.computed` ignores changes of `self.tags[each.key]`: {rule}"),
            "`harbor_pier.local` is replaced when `local.name` changes: name a resource, or an attribute of one"
                .to_owned(),
            "`data.harbor_tide.now` is a data source: its `lifecycle` takes only preconditions and postconditions"
                .to_owned(),
        ]
    );
}

#[test]
fn refactorings_lead_from_what_is_gone_to_what_is_there() {
    let stack = &stack();
    let main = pier("main").add_to(stack);
    let tide = harbor_tide("now").add_to(stack);
    moved("harbor_pier.main", &main).add_to(stack);
    moved("pier", &main).add_to(stack);
    moved("data.harbor_tide.x", &tide).add_to(stack);
    moved("harbor_pier.old", &main.berths().at(0)).add_to(stack);
    removed("harbor_pier.main", true).add_to(stack);
    removed("harbor_pier.gone[0]", false).add_to(stack);
    removed("harbor_pier.old", false).add_to(stack);
    import(&main, "a").add_to(stack);
    import(&main, "b").add_to(stack);
    moved("module.sea.harbor_pier.north[\"a.b\"]", &main).add_to(stack);
    let address = |from: &str| format!("`{from}` is not the address of a managed resource, such as `aws_vpc.main`");
    assert_eq!(
        messages(stack),
        [
            "`moved` names `harbor_pier.main`, which is still declared: remove one of the two".to_owned(),
            address("pier"),
            address("data.harbor_tide.x"),
            "`moved` points to `data.harbor_tide.now`, which is not a managed resource: name one".to_owned(),
            "`moved` points to `harbor_pier.main.berth[0]`, which is not a managed resource: name one".to_owned(),
            "`removed` names `harbor_pier.main`, which is still declared: remove one of the two".to_owned(),
            "`harbor_pier.main` is moved or removed twice: keep one".to_owned(),
            "`harbor_pier.gone[0]` is one instance: only a whole resource can be removed".to_owned(),
            "`harbor_pier.old` is moved or removed twice: keep one".to_owned(),
            "`harbor_pier.main` is imported twice: keep one".to_owned(),
        ]
    );
}

#[test]
fn secrets_stay_where_they_are_kept() {
    let stack = &stack();
    let passing = variable::<String>("passing").ephemeral(true).add_to(stack);
    let secret = variable::<String>("secret").sensitive(true).add_to(stack);
    let through = local::<String>("through", text!("x{}", passing)).add_to(stack);
    let main = pier("main").key_wo(&through).add_to(stack);
    pier("stored").key(&through).add_to(stack);
    pier("note").crane(crane().hook(dynamic("it", list::<String>([&passing]), |_| hook()))).add_to(stack);
    output("passing", synth_framework::functions::jsonencode(list::<String>([&passing]))).sensitive(true).add_to(stack);
    output("secret", text!("a{}", secret)).add_to(stack);
    output("key", main.key()).add_to(stack);
    output("shown", synth_framework::functions::nonsensitive::<String>(&secret)).add_to(stack);
    output("kept", &secret).sensitive(true).add_to(stack);
    let secrets = variable::<Set<String>>("secrets").sensitive(true).add_to(stack);
    pier("each").for_each(for_each_of(&secrets)).add_to(stack);
    pier("entries").for_each(map::<String>([("a", &secret)])).add_to(stack);
    assert_eq!(
        messages(stack),
        [
            "`key` would store the ephemeral `var.passing` in the state: use a write-only argument",
            "the ephemeral `var.passing` cannot stand in `count`, `for_each` or a dynamic block",
            "`output.passing` would store the ephemeral `var.passing` in the state: remove the output",
            "`output.secret` shows the sensitive `var.secret`: mark the output as sensitive",
            "`output.key` shows the sensitive `harbor_pier.main.key`: mark the output as sensitive",
            "the sensitive `var.secrets` cannot stand in `for_each`: Terraform shows its keys",
        ]
    );
}

#[test]
fn a_literal_step_of_a_set_of_identities_is_no_problem() {
    let stack = &stack();
    let ships = variable::<Set<String>>("ships").add_to(stack);
    let repeated = pier("main").ship_ids([ShipId::literal(each_key())]).for_each(for_each_of(&ships)).add_to(stack);
    let key = Step::Key(Box::new(Expression::String("x".into())));
    output(
        "one",
        Ref::<String>::new(foreign(Mode::Managed, "harbor_pier", "main", "test").step(key).attribute("name")),
    )
    .add_to(stack);
    output("two", repeated.at("x").name()).add_to(stack);
    assert_eq!(messages(stack), Vec::<String>::new());
}
