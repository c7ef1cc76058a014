//! Who refers to whom inside a stack.

use std::collections::HashMap;

use crate::{
    declaration::Declaration,
    expression::{Address, Mode, Root, Traversal},
    problem::Location,
    resource::{Repetition, Resource},
    stack::BuiltStack,
};

/// The declarations of a stack that others can refer to, and the references between them.
#[derive(Clone, Debug)]
pub struct Graph {
    /// The nodes, in the order declared.
    pub nodes: Vec<Node>,
    /// From each node, by its index, to those it needs, without repetition and in order.
    pub edges: Vec<Vec<usize>>,
}

/// A node of the [`Graph`].
#[derive(Clone, Debug)]
pub struct Node {
    /// Its address.
    pub address: Address,
    /// Where it was declared.
    pub location: Location,
}

impl Graph {
    /// The graph of a stack.
    pub fn of(stack: &BuiltStack) -> Self {
        let mut nodes = Vec::new();
        let mut references = Vec::new();
        for placed in stack.declarations() {
            let (mode, type_name, label, location) = match &placed.declaration {
                Declaration::Resource(resource) => {
                    (resource.mode, resource.type_name, &resource.label, resource.location)
                }
                Declaration::Local(local) => (Mode::Local, "", &local.name, local.location),
                Declaration::Variable(variable) => (Mode::Variable, "", &variable.name, variable.location),
                _ => continue,
            };
            let stack = stack.shared_name().clone();
            nodes.push(Node { address: Address { mode, type_name, label: label.as_str().into(), stack }, location });
            references.push(needed(&placed.declaration));
        }
        let index: HashMap<&Address, usize> =
            nodes.iter().enumerate().map(|(index, node)| (&node.address, index)).collect();
        let edges = references.iter().map(|needed| {
            let mut targets: Vec<usize> = needed.iter().filter_map(|address| index.get(address).copied()).collect();
            let mut seen = std::collections::HashSet::new();
            targets.retain(|target| seen.insert(*target));
            targets
        });
        let edges = edges.collect();
        Self { nodes, edges }
    }

    /// The cycles, each as the nodes along it.
    pub fn cycles(&self) -> Vec<Vec<usize>> {
        let mut finder =
            Finder { graph: self, state: vec![Visit::Not; self.nodes.len()], path: Vec::new(), cycles: Vec::new() };
        for node in 0..self.nodes.len() {
            finder.visit(node);
        }
        finder.cycles
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Visit {
    Not,
    OnPath,
    Done,
}

struct Finder<'a> {
    graph: &'a Graph,
    state: Vec<Visit>,
    path: Vec<usize>,
    cycles: Vec<Vec<usize>>,
}

impl Finder<'_> {
    fn visit(&mut self, node: usize) {
        match self.state[node] {
            Visit::Done => {}
            Visit::OnPath => {
                let start = self.path.iter().position(|earlier| *earlier == node).unwrap_or(0);
                self.cycles.push(self.path[start..].to_vec());
            }
            Visit::Not => {
                self.state[node] = Visit::OnPath;
                self.path.push(node);
                let graph = self.graph;
                graph.edges[node].iter().for_each(|target| self.visit(*target));
                self.path.pop();
                self.state[node] = Visit::Done;
            }
        }
    }
}

fn needed(declaration: &Declaration) -> Vec<Address> {
    let mut addresses = Vec::new();
    visit_traversals(declaration, &mut |traversal, _| {
        if let Root::Declared(address) = &traversal.root {
            addresses.push(address.clone());
        }
    });
    if let Declaration::Resource(resource) = declaration {
        addresses.extend(resource.depends_on.iter().cloned());
    }
    addresses
}

/// Calls `visit` with every reference in a declaration, and where it was written.
pub(crate) fn visit_traversals<'a>(declaration: &'a Declaration, visit: &mut dyn FnMut(&'a Traversal, Location)) {
    match declaration {
        Declaration::Resource(resource) => visit_resource(resource, visit),
        Declaration::Provider(provider) => provider.body.visit_traversals(visit),
        Declaration::Local(local) => local.value.visit_traversals(&mut |traversal| visit(traversal, local.location)),
        Declaration::Output(output) => {
            output.value.visit_traversals(&mut |traversal| visit(traversal, output.location))
        }
        Declaration::Check(check) => {
            for assert in &check.asserts {
                assert.condition.visit_traversals(&mut |traversal| visit(traversal, check.location));
                assert.error_message.visit_traversals(&mut |traversal| visit(traversal, check.location));
            }
        }
        Declaration::Refactoring(_) | Declaration::Variable(_) | Declaration::Terraform(_) | Declaration::Asset(_) => {}
    }
}

fn visit_resource<'a>(resource: &'a Resource, visit: &mut dyn FnMut(&'a Traversal, Location)) {
    resource.body.visit_traversals(visit);
    if let Repetition::Count(expression) | Repetition::ForEach(expression) = &resource.repetition {
        expression.visit_traversals(&mut |traversal| visit(traversal, resource.location));
    }
    let lifecycle = &resource.lifecycle;
    for condition in lifecycle.preconditions.iter().chain(&lifecycle.postconditions) {
        condition.condition.visit_traversals(&mut |traversal| visit(traversal, resource.location));
        condition.error_message.visit_traversals(&mut |traversal| visit(traversal, resource.location));
    }
    lifecycle.replace_triggered_by.iter().for_each(|traversal| visit(traversal, resource.location));
}
