//! `moved`, `import` and `removed` change the state and nothing else.

use serde_json::json;
use synth_framework::{Stack, import, map, moved, output, removed, text, variable};

use crate::{fixture::terraform_data, harness::Terraform};

#[test]
fn what_moved_keeps_its_identity() {
    let Some(terraform) = Terraform::find() else { return };
    let stack = &Stack::new("moved");
    let old = terraform_data("old").add_to(stack);
    output("id", old.id()).add_to(stack);
    terraform.apply(stack.clone());
    let before = terraform.outputs();

    let stack = &Stack::new("moved");
    let new = terraform_data("new").for_each(map::<String>([("${k}", "")])).add_to(stack);
    moved("terraform_data.old", &new.at("${k}")).add_to(stack);
    output("id", new.at("${k}").id()).add_to(stack);
    terraform.apply(stack.clone());
    assert_eq!(terraform.outputs(), before);
    assert_eq!(terraform.addresses(), [r#"terraform_data.new["$${k}"]"#]);
}

#[test]
fn what_exists_is_imported_by_a_computed_id() {
    let Some(terraform) = Terraform::find() else { return };
    let stack = &Stack::new("imported");
    let name = variable::<String>("name").default("mine").add_to(stack);
    let main = terraform_data("main").add_to(stack);
    import(&main, text!("${{}}", name)).add_to(&stack.file("refactoring"));
    output("id", main.id()).add_to(stack);
    terraform.apply(stack.clone());
    assert_eq!(terraform.outputs(), json!({ "id": "${mine}" }));
}

#[test]
fn what_is_removed_leaves_the_state_alone() {
    let Some(terraform) = Terraform::find() else { return };
    let stack = &Stack::new("removed");
    terraform_data("kept").add_to(stack);
    terraform_data("gone").add_to(stack);
    terraform.apply(stack.clone());

    let stack = &Stack::new("removed");
    terraform_data("kept").add_to(stack);
    removed("terraform_data.gone", false).add_to(stack);
    let text = terraform.apply(stack.clone());
    assert!(text.contains("0 destroyed"), "{text}");
    assert_eq!(terraform.addresses(), ["terraform_data.kept"]);
}
