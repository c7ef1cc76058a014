//! References: to what is declared here, and in places where they mean something.

use std::collections::HashSet;

use super::Found;
use crate::{
    declaration::Declaration,
    expression::{Address, Expression, Mode, Root},
    graph::Graph,
    places::{Occurrence, Position, bare_references, places},
    problem::Location,
    resource::Repetition,
    stack::BuiltStack,
};

pub(super) fn check(stack: &BuiltStack, graph: &Graph, found: &mut Found) {
    let declared = graph.nodes.iter().map(|node| &node.address).collect();
    let declared = Declared { stack: stack.name(), addresses: declared };
    for declaration in stack.declarations().iter().map(|placed| &placed.declaration) {
        places(declaration, &mut |place| {
            let scope = Scope { declaration, place, declared: &declared };
            scope.check(place.expression, &mut place.iterators.to_vec(), found);
        });
        for (traversal, location) in bare_references(declaration) {
            if let Root::Declared(address) = &traversal.root {
                declared.check(address, location, found);
            }
        }
        let (dependencies, location) = match declaration {
            Declaration::Resource(resource) => (resource.depends_on.as_slice(), resource.location),
            Declaration::Output(output) => (output.depends_on.as_slice(), output.location),
            _ => continue,
        };
        for address in dependencies {
            declared.check(address, location, found);
        }
    }
}

struct Declared<'a> {
    stack: &'a str,
    addresses: HashSet<&'a Address>,
}

impl Declared<'_> {
    fn check(&self, address: &Address, location: Location, found: &mut Found) {
        if self.addresses.contains(address) {
            return;
        }
        let owner = &address.stack;
        let remedy = if **owner == *self.stack { "add it to this stack" } else { "pass the value through an output" };
        found.report(
            location,
            format!("refers to `{address}` of stack `{owner}`, which is not declared here: {remedy}"),
        );
    }
}

/// The first name of a reference as it is written, where an item of that name would hide it.
fn first_name(root: &Root) -> Option<&'static str> {
    match root {
        Root::Declared(address) => Some(match address.mode {
            Mode::Managed => address.type_name,
            Mode::Data => "data",
            Mode::Variable => "var",
            Mode::Local => "local",
        }),
        Root::Each => Some("each"),
        Root::Count => Some("count"),
        Root::Itself => Some("self"),
        Root::Path => Some("path"),
        Root::Iterator(_) => None,
    }
}

/// One place, and what may be referred to there.
struct Scope<'a> {
    declaration: &'a Declaration,
    place: Occurrence<'a>,
    declared: &'a Declared<'a>,
}

impl Scope<'_> {
    fn check<'e>(&self, expression: &'e Expression, items: &mut Vec<&'e str>, found: &mut Found)
    where
        Self: 'e,
    {
        match expression {
            Expression::Traversal(traversal) => self.check_root(&traversal.root, items, found),
            Expression::For { item, list, result } => {
                self.check(list, items, found);
                if items.contains(&&**item) {
                    found.report(self.place.location, format!("two nested loops name their item `{item}`: rename one"));
                }
                items.push(item);
                self.check(result, items, found);
                items.pop();
                return;
            }
            _ => {}
        }
        expression.for_each_child(&mut |child| self.check(child, items, found));
    }

    fn check_root(&self, root: &Root, items: &[&str], found: &mut Found) {
        let location = self.place.location;
        let repetition = match (self.declaration, self.place.position) {
            (_, Position::Repetition) => &Repetition::Single,
            (Declaration::Resource(resource), _) => &resource.repetition,
            _ => &Repetition::Single,
        };
        if let Some(name) = first_name(root).filter(|name| items.contains(name)) {
            let message = format!("refers to `{name}`, but a loop around it names its item so: rename the item");
            found.report(location, message);
        }
        match root {
            Root::Declared(address) if self.is_own_variable(address) => {}
            Root::Declared(address) => self.declared.check(address, location, found),
            Root::Each if !matches!(repetition, Repetition::ForEach(_)) => {
                found.report(location, "refers to `each` outside a resource with `for_each`");
            }
            Root::Count if !matches!(repetition, Repetition::Count(_)) => {
                found.report(location, "refers to `count` outside a resource with `count`");
            }
            Root::Itself if !matches!(self.place.position, Position::Postcondition) => {
                found.report(location, "refers to `self` outside a postcondition");
            }
            Root::Iterator(name) if !items.contains(&&**name) => {
                found.report(location, format!("refers to the item `{name}` outside the loop that names it"));
            }
            Root::Each | Root::Count | Root::Itself | Root::Iterator(_) | Root::Path => {}
        }
    }

    /// A validation is written before its variable has a stack.
    fn is_own_variable(&self, address: &Address) -> bool {
        matches!(self.declaration, Declaration::Variable(variable)
            if address.stack.is_empty() && *address.label == *variable.name)
    }
}
