//! Problems that the types cannot catch: each kind by its exact words, and all of them together.

#[allow(dead_code, missing_docs, non_camel_case_types, unreachable_pub, unused_imports, clippy::pedantic)]
#[path = "../fixture/mod.rs"]
mod fixture;

mod expressions;
mod names;
mod references;
mod schema;
mod tests;
mod together;

use fixture::{Harbor, harbor_pier, harbor_pier::berth};
use synth_framework::{Address, Mode, Root, Stack, Traversal, terraform};

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
