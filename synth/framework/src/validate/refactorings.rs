//! `moved`, `import` and `removed`: addresses that Terraform can follow.

use std::collections::HashSet;

use super::{Found, is_identifier};
use crate::{
    declaration::{Change, Declaration},
    expression::{Mode, Root, Step, Traversal},
    problem::Location,
    render,
    stack::BuiltStack,
};

pub(super) fn check(stack: &BuiltStack, found: &mut Found) {
    let managed = stack.resources().filter(|resource| resource.mode == Mode::Managed);
    let declared: HashSet<String> = managed.map(|resource| stack.address(resource).to_string()).collect();
    let mut left = HashSet::new();
    let mut reached = HashSet::new();
    for placed in stack.declarations() {
        let Declaration::Refactoring(refactoring) = &placed.declaration else { continue };
        let location = refactoring.location;
        match &refactoring.change {
            Change::Moved { from, to } => {
                check_address(from, location, found);
                check_target("moved", to, location, found);
                check_gone("moved", from, &declared, location, found);
                check_once(from, &mut left, location, found);
            }
            Change::Import { to, .. } => {
                check_target("import", to, location, found);
                let to = render::reference(to);
                if !reached.insert(to.clone()) {
                    found.report(location, format!("`{to}` is imported twice: keep one"));
                }
            }
            Change::Removed { from, .. } => {
                check_address(from, location, found);
                if from.contains('[') {
                    found.report(location, format!("`{from}` is one instance: only a whole resource can be removed"));
                }
                check_gone("removed", from, &declared, location, found);
                check_once(from, &mut left, location, found);
            }
        }
    }
}

fn check_address(from: &str, location: Location, found: &mut Found) {
    let resource = from.split('[').next().unwrap_or_default();
    let names: Vec<&str> = resource.split('.').collect();
    let of_module = names.first() == Some(&"module");
    let well_formed = if of_module { names.len() >= 2 } else { names.len() == 2 };
    if !well_formed || names[0] == "data" || !names.iter().all(|name| is_identifier(name)) {
        found.report(location, format!("`{from}` is not the address of a managed resource, such as `aws_vpc.main`"));
    }
}

fn check_target(block: &str, to: &Traversal, location: Location, found: &mut Found) {
    let resource = matches!(&to.root, Root::Declared(address) if address.mode == Mode::Managed);
    let instance = matches!(to.steps.as_slice(), [] | [Step::Index(_) | Step::Key(_)]);
    if !resource || !instance {
        let to = render::reference(to);
        found.report(location, format!("`{block}` points to `{to}`, which is not a managed resource: name one"));
    }
}

fn check_gone(block: &str, from: &str, declared: &HashSet<String>, location: Location, found: &mut Found) {
    if declared.contains(from) {
        found.report(location, format!("`{block}` names `{from}`, which is still declared: remove one of the two"));
    }
}

fn check_once(from: &str, left: &mut HashSet<String>, location: Location, found: &mut Found) {
    if !left.insert(from.to_owned()) {
        found.report(location, format!("`{from}` is moved or removed twice: keep one"));
    }
}
