//! Names, files and providers.

use synth_framework::{Provider, ProviderInfo, Stack, check, each_key, local, output, terraform, variable};

use crate::{
    fixture::{BuiltIn, Harbor, harbor, harbor_tide, terraform_data},
    messages, pier, stack,
};

#[test]
fn names_are_unique_and_well_formed() {
    let stack = &stack();
    let rule = "start with a letter or `_`, then use letters, digits, `_` and `-`";
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
    let without_places: Vec<_> = found.iter().map(|text| text.split(", also at ").next().unwrap()).collect();
    assert_eq!(
        without_places,
        [
            "`terraform_data.main` is declared twice".to_owned(),
            "`var.count` has a name that Terraform reserves: choose another".to_owned(),
            format!("`var.1st` has the invalid label `1st`: {rule}"),
            format!("`local.a.b` has the invalid label `a.b`: {rule}"),
            format!("`check.é` has the invalid label `é`: {rule}"),
            "refers to `each` outside a resource with `for_each`".to_owned(),
            format!("`provider harbor a b` has the invalid label `a b`: {rule}"),
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
        stack.asset(path, "");
    }
    for path in [".terraform.lock.hcl", ".terraform/x", "terraform.tfstate", "charts/root/Chart.yaml"] {
        stack.asset(path, "");
    }
    let rule = "use letters, digits, `_` and `-`, and do not end in `override`";
    let files = ["override", "a_override", "a/b", "../up", ".hidden", ""]
        .map(|file| format!("Terraform would skip the file `{file}.tf.json`, or merge it into others: {rule}"));
    let rule = "choose a path inside the stack's directory that is not one of Terraform's own files";
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

/// A provider of the same name from elsewhere.
struct Copy;

impl Provider for Copy {
    const INFO: &'static ProviderInfo = &ProviderInfo { name: "harbor", source: "copied/harbor" };
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
            "`harbor_pier.main` needs the provider `example/harbor`, which the stack does not require: add it to the required providers",
            "`harbor_pier.main` uses the provider `harbor.east`, which this stack does not declare: declare it",
            "`data.harbor_tide.now` needs the provider `example/harbor`, which the stack does not require: add it to the required providers",
            "configures the provider `example/harbor`, which the stack does not require: add it to the required providers",
        ]
    );

    let stack = &Stack::new("test");
    let required = terraform().required_provider::<Harbor>("1").required_provider::<Harbor>("1");
    required.required_provider::<Copy>("1").required_provider::<BuiltIn>("1").add_to(stack);
    assert_eq!(
        messages(stack),
        [
            "requires the provider `example/harbor` twice: keep one",
            "the providers `example/harbor` and `copied/harbor` share the name `harbor`: require only one of them",
            "the provider `terraform.io/builtin/terraform` is part of Terraform: do not require it",
        ]
    );
}
