//! Problems that the types could not catch, gathered from a whole stack at once.

mod declarations;
mod expressions;
mod floor;
mod names;
mod providers;
mod refactorings;
mod references;
mod secrets;
mod tests;

use std::sync::Arc;

use crate::{
    graph::Graph,
    problem::{Location, Problem, Problems, source_path},
    stack::{BuiltStack, Stack},
};

impl Stack {
    /// Checks everything that was declared, and returns the stack or all of its problems.
    pub fn build(self) -> Result<BuiltStack, Problems> {
        let built = self.gathered();
        let problems = problems(&built);
        if problems.is_empty() { Ok(built) } else { Err(problems.into()) }
    }
}

/// All problems of a stack, in the order of the source.
fn problems(stack: &BuiltStack) -> Vec<Problem> {
    let mut found = Found { stack: stack.shared_name().clone(), problems: Vec::new() };
    let graph = Graph::of(stack);
    names::check(stack, &mut found);
    references::check(stack, &graph, &mut found);
    providers::check(stack, &mut found);
    floor::check(stack, &mut found);
    refactorings::check(stack, &mut found);
    secrets::check(stack, &mut found);
    tests::check(stack, &mut found);
    for placed in stack.declarations() {
        declarations::check(&placed.declaration, &mut found);
        expressions::check(&placed.declaration, &mut found);
    }
    cycles(&graph, &mut found);
    let mut problems = found.problems;
    problems.sort_by_key(|problem| (problem.location.file(), problem.location.line(), problem.location.column()));
    // One line can make the same mistake several times, such as a loop over labels.
    problems.dedup_by(|later, earlier| later.location == earlier.location && later.message == earlier.message);
    problems
}

struct Found {
    stack: Arc<str>,
    problems: Vec<Problem>,
}

impl Found {
    fn report(&mut self, location: Location, message: impl Into<String>) {
        self.problems.push(Problem { stack: self.stack.clone(), message: message.into(), location });
    }
}

fn cycles(graph: &Graph, found: &mut Found) {
    for cycle in graph.cycles() {
        let first = &graph.nodes[cycle[0]];
        let mut path: Vec<String> = cycle.iter().map(|node| graph.nodes[*node].address.to_string()).collect();
        path.push(first.address.to_string());
        found.report(first.location, format!("dependency cycle: {}: remove one of these references", path.join(" → ")));
    }
}

/// A place in the source, as a message names another one.
fn place(location: Location) -> String {
    format!("{}:{}:{}", source_path(location), location.line(), location.column())
}

/// The way to mend a name that is not [`is_item`].
pub(crate) const ITEM_RULE: &str = "use a letter, then letters, digits, `_` and `-`, and no keyword such as `for`";

/// May this name an item? Terraform reads some words as its own.
pub(crate) fn is_item(name: &str) -> bool {
    is_identifier(name) && !["true", "false", "null", "for", "in", "if"].contains(&name)
}

/// May this be a label or a name?
pub(crate) fn is_identifier(label: &str) -> bool {
    let mut characters = label.chars();
    characters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && characters.all(|character| character.is_ascii_alphanumeric() || character == '_' || character == '-')
}
