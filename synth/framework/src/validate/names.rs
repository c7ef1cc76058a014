//! Names: labels, variables, outputs and files, each once and well formed.

use std::collections::HashMap;

use super::{Found, is_identifier, place};
use crate::{
    declaration::Declaration,
    problem::Location,
    stack::{BuiltStack, Placed},
};

/// Terraform keeps these for the arguments of `module` blocks.
const RESERVED_VARIABLES: [&str; 8] =
    ["count", "depends_on", "for_each", "lifecycle", "locals", "providers", "source", "version"];

pub(super) fn check(stack: &BuiltStack, found: &mut Found) {
    let mut first: HashMap<String, Location> = HashMap::new();
    for placed in stack.declarations() {
        let (address, label, location) = match &placed.declaration {
            Declaration::Resource(resource) => {
                (stack.address(resource).to_string(), Some(&resource.label), resource.location)
            }
            Declaration::Provider(provider) => {
                let alias = provider.alias.as_deref().unwrap_or("(default)");
                (format!("provider {} {alias}", provider.provider.name), provider.alias.as_ref(), provider.location)
            }
            Declaration::Variable(variable) => {
                (format!("var.{}", variable.name), Some(&variable.name), variable.location)
            }
            Declaration::Local(local) => (format!("local.{}", local.name), Some(&local.name), local.location),
            Declaration::Output(output) => (format!("output.{}", output.name), Some(&output.name), output.location),
            Declaration::Check(check) => (format!("check.{}", check.name), Some(&check.name), check.location),
            Declaration::Run(run) => (format!("run.{}.{}", placed.file, run.name), Some(&run.name), run.location),
            Declaration::Terraform(terraform) => ("terraform".to_owned(), None, terraform.location),
            Declaration::Asset(asset) => (format!("file {}", asset.path), None, asset.location),
            Declaration::Refactoring(refactoring) => {
                check_file(placed, refactoring.location, found);
                continue;
            }
            Declaration::MockProvider(_) => continue,
        };
        check_file(placed, location, found);
        if let Some(label) = label.filter(|label| !is_identifier(label)) {
            let rule = "start with a letter or `_`, then use letters, digits, `_` and `-`";
            found.report(location, format!("`{address}` has the invalid label `{label}`: {rule}"));
        }
        if let Declaration::Variable(variable) = &placed.declaration
            && RESERVED_VARIABLES.contains(&variable.name.as_str())
        {
            found.report(location, format!("`{address}` has a name that Terraform reserves: choose another"));
        }
        if let Some(earlier) = first.get(&address) {
            found.report(location, format!("`{address}` is declared twice, also at {}: keep one", place(earlier)));
        } else {
            first.insert(address, location);
        }
    }
}

/// Terraform merges override files, skips hidden ones and looks into no folder.
fn check_file(placed: &Placed, location: Location, found: &mut Found) {
    let file = &placed.file;
    if !is_identifier(file) || **file == *"override" || file.ends_with("_override") {
        let rule = "use letters, digits, `_` and `-`, and do not end in `override`";
        found.report(
            location,
            format!("Terraform would skip the file `{file}.tf.json`, or merge it into others: {rule}"),
        );
    }
}
