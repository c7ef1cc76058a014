//! What the types cannot catch: each kind of problem by its exact words, and all of them together.

mod fixture;

use fixture::{
    Harbor, ShipId, harbor, harbor_pier,
    harbor_pier::{berth, crane, hook},
    harbor_tide, terraform_data,
};
use synth_framework::{
    Address, Any, Backend, Expression, IntoValue, List, Mode, Number, Provider, Ref, Root, Set, Stack, Step, Traversal,
    Value, check, count_index, dynamic, each_key, each_value, for_each_of, functions::for_in, import, list, local, map,
    moved, object, output, removed, terraform, text, variable,
};

/// The messages of a stack that cannot be built, without their places.
fn messages(stack: &Stack) -> Vec<String> {
    let Err(problems) = stack.clone().build() else { return Vec::new() };
    problems.iter().map(|problem| problem.message.clone()).collect()
}

/// A stack that requires the provider, so that nothing but the case is wrong.
fn stack() -> Stack {
    let stack = Stack::new("test");
    terraform().required_version(">= 1.11").required_provider::<Harbor>(">= 1").add_to(&stack);
    stack
}

fn foreign(mode: Mode, type_name: &'static str, label: &str, stack: &str) -> Traversal {
    Traversal::new(Root::Declared(Address { mode, type_name, label: label.into(), stack: stack.into() }))
}

type Pier = harbor_pier::Builder<synth_framework::Present, synth_framework::Present>;

#[track_caller]
fn pier(label: &str) -> Pier {
    harbor_pier(label).name("north").berth(berth().width(1))
}

#[test]
fn a_stack_in_order_has_no_problem() {
    let stack = &stack();
    let north = pier("north").add_to(stack);
    pier("south").ship_ids(north.ship_ids()).depends_on(&north).add_to(stack);
    harbor().region("x").add_to(stack);
    assert_eq!(messages(stack), Vec::<String>::new());
}

#[test]
fn all_problems_come_together_in_the_order_of_the_source() {
    let stack = Stack::new("cluster");
    let first = line!() + 1;
    let pier = harbor_pier("-bad").name("a").berth(berth().width(1).depth(2)).add_to(&stack);
    output("id", pier.id()).add_to(&stack);
    output("id", Ref::<String>::new(foreign(Mode::Managed, "aws_vpc", "main", "network"))).add_to(&stack);
    let file = file!().replace('\\', "/");
    let expected = [
        "stack `cluster` has 5 problems".to_owned(),
        format!(
            "{file}:{first}:16: `harbor_pier.-bad` has the bad label `-bad`: start with a letter or `_`, then letters, \
             digits, `_` and `-`"
        ),
        format!(
            "{file}:{first}:16: `harbor_pier.-bad` needs the provider `example/harbor`, which the stack does not require"
        ),
        format!("{file}:{first}:69: `harbor_pier.-bad.berth` sets `depth`, which the provider has deprecated"),
        format!("{file}:{}:5: `output.id` is declared twice: the other is at {file}:{}:5", first + 2, first + 1),
        format!(
            "{file}:{}:5: refers to `aws_vpc.main` of stack `network`, which is not declared here: hand the value over \
             by an output",
            first + 2
        ),
    ];
    let problems = stack.build().unwrap_err();
    assert_eq!(problems.to_string().lines().map(str::trim).collect::<Vec<_>>(), expected);
    assert_eq!(problems.iter().map(|problem| &*problem.stack).collect::<Vec<_>>(), ["cluster"; 5]);
}

#[test]
fn names_are_unique_and_well_formed() {
    let stack = &stack();
    let rule = "start with a letter or `_`, then letters, digits, `_` and `-`";
    terraform_data("main").add_to(stack);
    terraform_data("main").input(1).add_to(stack);
    variable::<String>("count").add_to(stack);
    variable::<String>("1st").add_to(stack);
    local::<String>("a.b", "x").add_to(stack);
    check("é").assert(each_key().equals("x"), "x").add_to(stack);
    harbor().alias("a b").add_to(stack);
    harbor().add_to(stack);
    harbor().add_to(stack);
    terraform().add_to(stack);
    let found = messages(stack);
    let without_places: Vec<_> = found.iter().map(|text| text.split(": the other is at ").next().unwrap()).collect();
    assert_eq!(
        without_places,
        [
            "`terraform_data.main` is declared twice".to_owned(),
            "`var.count` has a name that Terraform keeps for itself".to_owned(),
            format!("`var.1st` has the bad label `1st`: {rule}"),
            format!("`local.a.b` has the bad label `a.b`: {rule}"),
            format!("`check.é` has the bad label `é`: {rule}"),
            "refers to `each` outside of a resource that is repeated by `for_each`".to_owned(),
            format!("`provider harbor a b` has the bad label `a b`: {rule}"),
            "`provider harbor (default)` is declared twice".to_owned(),
            "`terraform` is declared twice".to_owned(),
        ]
    );
}

#[test]
fn files_are_ones_that_terraform_reads_and_assets_ones_that_it_does_not() {
    let stack = &stack();
    for (index, file) in ["network", "override", "a_override", "a/b", "../up", ".hidden", ""].iter().enumerate() {
        output(format!("o{index}"), 1).add_to(&stack.file(*file));
    }
    for path in
        ["charts/root/Chart.yaml", "../up", "/etc/passwd", "a//b", "./a", "a.tf", "b.TF.json", "c.tfvars", "d\\e"]
    {
        let _ = stack.asset(path, "");
    }
    for path in [".terraform.lock.hcl", ".terraform/x", "terraform.tfstate", "charts/root/Chart.yaml"] {
        let _ = stack.asset(path, "");
    }
    let rule = "name it with letters, digits, `_` and `-`, and not as an override";
    let files = ["override", "a_override", "a/b", "../up", ".hidden", ""]
        .map(|file| format!("Terraform would not read the file `{file}.tf.json` as it is meant: {rule}"));
    let rule = "it must lie inside the stack's directory and be no configuration file";
    let assets = ["../up", "/etc/passwd", "a//b", "./a", "a.tf", "b.TF.json", "c.tfvars", "d\\e"]
        .map(|path| format!("the file `{path}` cannot be written: {rule}"));
    let hidden = [".terraform.lock.hcl", ".terraform/x", "terraform.tfstate"]
        .map(|path| format!("the file `{path}` cannot be written: {rule}"));
    let found = messages(stack);
    assert!(found.iter().any(|message| message.starts_with("`file charts/root/Chart.yaml` is declared twice")));
    for message in files.iter().chain(&assets).chain(&hidden) {
        assert!(found.contains(message), "{message} is not in {found:#?}");
    }
    assert_eq!(found.len(), files.len() + assets.len() + hidden.len() + 1);
}

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
    let there = "refers to `data.harbor_pier.far` of stack `other`, which is not declared here: hand the value over by an \
                 output";
    let import = "`import` leads to `data.harbor_pier.far`, which is not a managed resource";
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
    let each = "refers to `each` outside of a resource that is repeated by `for_each`";
    let count = "refers to `count` outside of a resource that is repeated by `count`";
    let item = "refers to the item `item` outside of what is made for each";
    assert_eq!(messages(stack), [each, count, each, count, item, "refers to `self` outside of a postcondition"]);
}

#[test]
fn items_inside_items_have_names_of_their_own() {
    let stack = &stack();
    let nested = for_in::<String, List<String>, _>("x", list::<String>(["a"]), |x| {
        for_in::<String, String, _>("x", list::<String>(["b"]), |y| text!("{}{}", x, y))
    });
    output("nested", nested).add_to(stack);
    output("bad", for_in::<String, String, _>("a b", list::<String>(["a"]), |x| x)).add_to(stack);
    let inner = |_: &synth_framework::Iterator<String>| {
        crane().hook(dynamic("it", list::<String>(["b"]), |it| hook().size(it.value())))
    };
    pier("main").crane(dynamic("it", list::<String>(["a"]), inner)).add_to(stack);
    pier("other").crane(dynamic("1", list::<String>(["a"]), |_| crane())).add_to(stack);
    assert_eq!(
        messages(stack),
        [
            "`x` names two items, one inside the other: give each its own name",
            "`a b` cannot name an item",
            "`it` names two items, one inside the other: give each its own name",
            "`1` cannot name an item",
        ]
    );
}

#[test]
fn providers_are_required_declared_and_not_built_in() {
    let stack = &Stack::new("test");
    let east = harbor().alias("east").add_to(&Stack::new("other"));
    terraform_data("main").add_to(stack);
    pier("main").provider(&east).add_to(stack);
    harbor_tide("now").add_to(stack);
    harbor().add_to(stack);
    assert_eq!(
        messages(stack),
        [
            "`harbor_pier.main` needs the provider `example/harbor`, which the stack does not require",
            "`harbor_pier.main` uses the provider `harbor.east`, which is not declared in this stack",
            "`data.harbor_tide.now` needs the provider `example/harbor`, which the stack does not require",
            "configures the provider `example/harbor`, which the stack does not require",
        ]
    );

    struct Copy;
    impl Provider for Copy {
        const INFO: &'static synth_framework::ProviderInfo =
            &synth_framework::ProviderInfo { name: "harbor", source: "copied/harbor" };
    }
    let stack = &Stack::new("test");
    let required = terraform().required_provider::<Harbor>("1").required_provider::<Harbor>("1");
    required.required_provider::<Copy>("1").required_provider::<fixture::BuiltIn>("1").add_to(stack);
    assert_eq!(
        messages(stack),
        [
            "requires the provider `example/harbor` twice: keep one",
            "the providers `example/harbor` and `copied/harbor` share the name `harbor`",
            "the provider `terraform.io/builtin/terraform` is part of Terraform: do not require it",
        ]
    );
}

#[test]
fn arguments_and_blocks_answer_to_the_schema() {
    let stack = &stack();
    let widths = || [berth().width(1), berth().width(2), berth().width(3)];
    pier("twice").name("again").add_to(stack);
    harbor_pier("null")
        .name(None::<String>)
        .berth(Vec::<berth::Builder<synth_framework::Present>>::new())
        .add_to(stack);
    harbor_pier("many").name("n").berth(widths()).crane([crane(), crane()]).add_to(stack);
    pier("old").old_name("o").light("left", "red").light("left", "green").add_to(stack);
    pier("keys").light_without_key().add_to(stack);
    pier("tags").tags([("a", "1"), ("b", "2"), ("a", "3")]).add_to(stack);
    let deprecated = "which the provider has deprecated";
    assert_eq!(
        messages(stack),
        [
            "`harbor_pier.twice` sets `name` twice: keep one".to_owned(),
            "`harbor_pier.null` leaves the required argument `name` null".to_owned(),
            "`harbor_pier.null.berth` occurs 0 times, at least 1 is needed".to_owned(),
            "`harbor_pier.many.berth` occurs 3 times, at most 2 are allowed".to_owned(),
            "`harbor_pier.many.crane` occurs 2 times, at most 1 is allowed".to_owned(),
            format!("`harbor_pier.old` sets `old_name`, {deprecated}"),
            format!("`harbor_pier.old` sets `light`, {deprecated}"),
            "`harbor_pier.old.light` has the key `left` twice: keep one".to_owned(),
            format!("`harbor_pier.keys` sets `light`, {deprecated}"),
            "`harbor_pier.keys.light` needs a key for each block".to_owned(),
            "an object has the key `a` twice: keep one".to_owned(),
        ]
    );
}

fn given(value: impl IntoValue<Any>) -> Value<Any> {
    value.into_value()
}

#[test]
fn overrides_answer_to_the_schema() {
    let cases: Vec<(&str, Value<Any>, &str)> = vec![
        ("nmae", given("x"), "the schema has no `nmae`: did you mean `name`"),
        ("zzzzzz", given("x"), "the schema has no `zzzzzz`"),
        ("id", given("x"), "`id` is computed by the provider and cannot be given"),
        ("open", given("yes"), "`open` takes a bool"),
        ("name", object! {}, "`name` takes a string"),
        ("tags", given(["a"]), "`tags` takes an object"),
        ("tags", object! { "a" => 1 }, "`tags.a` takes a string"),
        ("tags.a", given("x"), "`tags` is an argument and no block: override it as a whole"),
        ("ship_ids", given("s"), "`ship_ids` takes a list"),
        ("ship_ids", given([1]), "`ship_ids[0]` takes a string"),
        ("rules", given([object! { "port" => 1 }]), "`rules[0]` leaves out `from`: give it, or `null`"),
        (
            "rules",
            given([object! { "port" => 1, "from" => "x", "form" => "x" }]),
            "the schema has no `form`: did you mean `from`",
        ),
        ("master", given(["x"]), "`master` takes an object"),
        ("master", object! { "widht" => 1 }, "the schema has no `widht`: did you mean `width`"),
        ("masters", given([object! { "width" => "w" }]), "`masters[0].width` takes a number"),
        ("masters", given(["x"]), "`masters[0]` takes an object"),
        ("berth", object! {}, "`berth` is a nested block: override its arguments, as `berth.argument`"),
        ("berth.wide", given(1), "the schema has no `wide`: did you mean `width`"),
        ("light.color", given("x"), "there is no `light` block to override, and a new one would need a key"),
    ];
    for (path, value, message) in cases {
        let stack = &stack();
        pier("main").override_argument(path, value).add_to(stack);
        assert_eq!(messages(stack), [format!("override `{path}` of `harbor_pier.main`: {message}")]);
    }
}

#[test]
fn an_override_to_null_of_what_is_required_is_seen() {
    let stack = &stack();
    pier("main")
        .override_argument("name", None::<String>)
        .override_argument("berth.width", None::<String>)
        .add_to(stack);
    assert_eq!(
        messages(stack),
        [
            "`harbor_pier.main` leaves the required argument `name` null",
            "`harbor_pier.main.berth` leaves the required argument `width` null",
        ]
    );
}

#[test]
fn conditions_refer_to_something_that_can_change() {
    let stack = &stack();
    let always = || Value::<bool>::new(Expression::Bool(true));
    let over_items =
        || synth_framework::functions::length(for_in::<Number, Number, _>("n", list::<Number>([1]), |n| n));
    variable::<String>("a").default("x").validation(|_| always(), "a").add_to(stack);
    output("b", 1).precondition(always(), "b").add_to(stack);
    check("c").add_to(stack);
    check("d").assert(over_items().equals(1), "d").add_to(stack);
    terraform_data("e").lifecycle(|it| it.precondition(always(), "e").postcondition(|_| always(), "e")).add_to(stack);
    let nothing = |place: &str| format!("a condition of `{place}` refers to nothing, so it can never change");
    assert_eq!(
        messages(stack),
        [
            nothing("var.a"),
            nothing("output.b"),
            "`check.c` asserts nothing".to_owned(),
            nothing("check.d"),
            nothing("terraform_data.e"),
            nothing("terraform_data.e"),
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
    let rule = "only one of its own attributes, with literal keys, can be ignored";
    assert_eq!(
        messages(stack),
        [
            format!("`harbor_pier.main` ignores changes of `harbor_pier.other.name`: {rule}"),
            format!("`harbor_pier.whole` ignores changes of `self`: {rule}"),
            format!("`harbor_pier.computed` ignores changes of `self.tags[each.key]`: {rule}"),
            "`harbor_pier.local` is replaced by changes of `local.name`: only a resource or its attribute can do that"
                .to_owned(),
            "`data.harbor_tide.now` is only read: its `lifecycle` takes conditions alone".to_owned(),
        ]
    );
}

#[test]
fn expressions_are_ones_that_terraform_can_read() {
    let stack = &stack();
    let names = variable::<List<String>>("names").add_to(stack);
    output("infinite", f64::INFINITY).add_to(stack);
    output("not_a_number", list::<Number>([f64::NAN])).add_to(stack);
    output("null_in_text", text!("a{}", Value::<String>::new(Expression::Null))).add_to(stack);
    output("before_the_first", names.at(-1)).add_to(stack);
    output("before_the_first_again", synth_framework::functions::sort(&names).at(-2)).add_to(stack);
    output("keys", object! { "a" => object! { "k" => 1, "k" => 2, "k" => 3 } }).add_to(stack);
    output("computed", map::<String>([(names.at(0), "x"), (names.at(0), "y")])).add_to(stack);
    assert_eq!(
        messages(stack),
        [
            "`inf` is no number that Terraform knows",
            "`NaN` is no number that Terraform knows",
            "null has no text: it cannot stand inside a longer string",
            "the index -1 is below 0, where nothing is",
            "the index -2 is below 0, where nothing is",
            "an object has the key `k` twice: keep one",
            "an object has the key `that is computed` twice: keep one",
        ]
    );
}

#[test]
fn literal_places_take_literals() {
    let stack = &Stack::new("test");
    let name = variable::<String>("name").add_to(stack);
    variable::<String>("other").default(&name).add_to(stack);
    variable::<String>("text").default(text!("x{}", name)).add_to(stack);
    variable::<String>("none").default_null().nullable(false).add_to(stack);
    let path = IntoValue::<String>::into_value(&name).into_expression();
    terraform().backend(Backend { type_name: "local", arguments: vec![("path", path)] }).add_to(stack);
    assert_eq!(
        messages(stack),
        [
            "the default of `var.other` is not literal: Terraform reads it before anything else",
            "the default of `var.text` is not literal: Terraform reads it before anything else",
            "`var.none` may not be null, and null is its default",
            "the backend's `path` is not literal: Terraform reads it before anything else",
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
            "`moved` leaves `harbor_pier.main`, which is still declared".to_owned(),
            address("pier"),
            address("data.harbor_tide.x"),
            "`moved` leads to `data.harbor_tide.now`, which is not a managed resource".to_owned(),
            "`moved` leads to `harbor_pier.main.berth[0]`, which is not a managed resource".to_owned(),
            "`removed` leaves `harbor_pier.main`, which is still declared".to_owned(),
            "`harbor_pier.main` is left twice, by `moved` or `removed`: keep one".to_owned(),
            "`harbor_pier.gone[0]` is one instance: only a whole resource can be removed".to_owned(),
            "`harbor_pier.old` is left twice, by `moved` or `removed`: keep one".to_owned(),
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
    assert_eq!(
        messages(stack),
        [
            "`key` stores the ephemeral `var.passing`: only write-only arguments take it",
            "the ephemeral `var.passing` cannot decide what is repeated",
            "`output.passing` stores the ephemeral `var.passing`",
            "`output.secret` shows the sensitive `var.secret`: make it sensitive",
            "`output.key` shows the sensitive `harbor_pier.main.key`: make it sensitive",
        ]
    );
}

#[test]
fn each_cycle_is_reported_once_where_it_begins() {
    let stack = &stack();
    let later = |label: &str| foreign(Mode::Managed, "terraform_data", label, "test").attribute("id");
    let first = terraform_data("first").input(Ref::<String>::new(later("second"))).add_to(stack);
    let second = terraform_data("second").input([first.id(), first.id()]).depends_on(&first).add_to(stack);
    terraform_data("outside").input(second.id()).add_to(stack);
    terraform_data("itself").input(Ref::<String>::new(later("itself"))).add_to(stack);
    let around = Ref::<String>::new(foreign(Mode::Local, "", "around", "test"));
    local::<String>("around", text!("x{}", around)).add_to(stack);
    assert_eq!(
        messages(stack),
        [
            "a cycle, so that nothing could be first: terraform_data.first → terraform_data.second → terraform_data.first",
            "a cycle, so that nothing could be first: terraform_data.itself → terraform_data.itself",
            "a cycle, so that nothing could be first: local.around → local.around",
        ]
    );
}

#[test]
fn the_same_mistake_of_one_line_is_told_once() {
    let stack = &stack();
    let lost = Ref::<String>::new(foreign(Mode::Managed, "aws_vpc", "lost", "test"));
    output("twice", list::<String>([&lost, &lost])).add_to(stack);
    assert_eq!(messages(stack).len(), 1);
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
