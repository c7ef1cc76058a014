//! Every nesting mode and oddity of a schema reaches Terraform JSON as Terraform wants it.

use serde_json::json;
use synth_framework::{dynamic, list, object, output, text};

use crate::{
    generated::{ThingId, data, edge_block, edge_flag, edge_nested, edge_object},
    json, resource,
};

#[test]
fn blocks_of_every_nesting_mode_are_written() {
    let written = resource("edge_block", |stack| {
        let port = |number: u16| edge_block::item().number(number);
        edge_block("main")
            .one(edge_block::one().name("single"))
            .grouped(edge_block::grouped().name("group"))
            .sole(edge_block::sole().port(edge_block::sole::port().number(443).open(true)))
            .item((1..=2u16).map(port))
            .item(port(3))
            .member([edge_block::member().number(4), edge_block::member().number(5)])
            .labelled("http", edge_block::labelled().number(80))
            .labelled("https", edge_block::labelled().number(443))
            .optional_sole(None::<edge_block::optional_sole::Block>)
            .add_to(stack);
    });
    assert_eq!(
        written,
        json!({
            "one": [{ "name": "single" }],
            "grouped": [{ "name": "group" }],
            "sole": [{ "port": [{ "number": 443, "open": true }] }],
            "item": [{ "number": 1 }, { "number": 2 }, { "number": 3 }],
            "member": [{ "number": 4 }, { "number": 5 }],
            "labelled": { "http": { "number": 80 }, "https": { "number": 443 } },
        })
    );
}

#[test]
fn blocks_of_every_nesting_mode_are_read() {
    let written = json(|stack| {
        let block = edge_block("main").sole(edge_block::sole().port(edge_block::sole::port().number(1))).add_to(stack);
        output("one", block.one().name()).add_to(stack);
        output("grouped", block.grouped().name()).add_to(stack);
        output("sole", block.sole().inner_id()).add_to(stack);
        output("port", block.sole().port().at(1).number()).add_to(stack);
        output("item", block.item().all(|item| item.number())).add_to(stack);
        output("member", block.member().all(|member| member.open())).add_to(stack);
        output("labelled", block.labelled().at("http").number()).add_to(stack);
    });
    let outputs = &written["output"];
    for (name, expected) in [
        ("one", "${edge_block.main.one.name}"),
        ("grouped", "${edge_block.main.grouped.name}"),
        ("sole", "${edge_block.main.sole[0].inner_id}"),
        ("port", "${edge_block.main.sole[0].port[1].number}"),
        ("item", "${edge_block.main.item[*].number}"),
        ("member", "${edge_block.main.member[*].open}"),
        ("labelled", "${edge_block.main.labelled[\"http\"].number}"),
    ] {
        assert_eq!(outputs[name]["value"], expected, "{name}");
    }
}

#[test]
fn blocks_over_what_terraform_knows_are_dynamic() {
    let written = json(|stack| {
        let sizes = data::edge_thing("main").name("x").add_to(stack).sizes();
        edge_block("main")
            .sole(edge_block::sole().port(edge_block::sole::port().number(1)))
            .item(dynamic("size", sizes, |size| edge_block::item().number(size.value())))
            .add_to(stack);
    });
    assert_eq!(
        written["resource"]["edge_block"]["main"]["dynamic"],
        json!({ "item": [{
            "for_each": "${data.edge_thing.main.sizes}",
            "iterator": "size",
            "content": { "number": "${size.value}" },
        }] })
    );
}

#[test]
fn nested_attributes_are_objects_with_what_is_set() {
    let written = resource("edge_nested", |stack| {
        let deep = edge_nested::one::deep().key("k");
        let nested = edge_nested("main")
            .one(edge_nested::one().name("n").deep([deep.clone().note("first"), deep]))
            .many([edge_nested::many().name("a").secret("s")])
            .some((1..=2).map(|number| edge_nested::some().name(format!("part-{number}"))))
            .keyed([("web", edge_nested::keyed().port(80).kinds(["tcp"]))])
            .add_to(stack);
        output("phase", nested.state().phase()).add_to(&stack.file("outputs"));
        output("size", nested.state().parts().at("disk").size()).add_to(&stack.file("outputs"));
    });
    assert_eq!(
        written,
        json!({
            "one": { "name": "n", "deep": [{ "key": "k", "note": "first" }, { "key": "k" }] },
            "many": [{ "name": "a", "secret": "s" }],
            "some": [{ "name": "part-1" }, { "name": "part-2" }],
            "keyed": { "web": { "port": 80, "kinds": ["tcp"] } },
        })
    );
}

#[test]
fn attributes_as_blocks_are_objects_with_every_member() {
    let written = resource("edge_object", |stack| {
        edge_object("main")
            .rule([edge_object::rule().from_port(443).self_(true).thing_ids([ThingId::literal("t-1")])])
            .single(Some(edge_object::single().name("only")))
            .by_name([("heavy", edge_object::by_name().weight(9))])
            .relaxed([edge_object::relaxed().must("m").parts([edge_object::relaxed::parts().part("p")])])
            .add_to(stack);
    });
    assert_eq!(
        written,
        json!({
            "rule": [{ "from_port": 443, "self": true, "thing_ids": ["t-1"], "cidrs": null, "type": null }],
            "single": { "name": "only", "size": null },
            "by_name": { "heavy": { "weight": 9 } },
            "relaxed": [{ "must": "m", "parts": [{ "part": "p" }], "may": null }],
        })
    );
}

#[test]
fn collections_and_values_of_any_type_are_written() {
    let written = resource("edge_object", |stack| {
        edge_object("main")
            .single(None::<edge_object::single::Object>)
            .pair(json!(["one", 1]))
            .anything(object! { "nested" => object! { "on" => true } })
            .numbers([1, 2])
            .switches([true])
            .limits([("cpu", 2)])
            .nested_names([("group", list::<String>(["a", "b"]))])
            .add_to(stack);
    });
    assert_eq!(
        written,
        json!({
            "pair": ["one", 1],
            "anything": { "nested": { "on": true } },
            "numbers": [1, 2],
            "switches": [true],
            "limits": { "cpu": 2 },
            "nested_names": { "group": ["a", "b"] },
        })
    );
}

#[test]
fn computed_objects_are_read_by_their_members() {
    let written = json(|stack| {
        let found = edge_object("main").add_to(stack);
        let issuer = found.found().at(0).oidc().at(0);
        output("issuer", text!("https://{}", issuer.issuer())).add_to(stack);
        output("cell", found.grid().at(0).at(1).cell()).add_to(stack);
        // An identity inside a computed object is one, too.
        edge_flag("main").name("n").thing_id(issuer.thing_id()).add_to(stack);
    });
    assert_eq!(written["output"]["issuer"]["value"], "https://${edge_object.main.found[0].oidc[0].issuer}");
    assert_eq!(written["output"]["cell"]["value"], "${edge_object.main.grid[0][1].cell}");
    let thing = &written["resource"]["edge_flag"]["main"]["thing_id"];
    assert_eq!(*thing, "${edge_object.main.found[0].oidc[0].thing_id}");
}
