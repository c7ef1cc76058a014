//! Who refers to whom inside a stack.

use std::collections::{HashMap, HashSet};

use crate::{
    declaration::Declaration,
    expression::{Address, Mode, Root, Traversal},
    places::{bare_references, places},
    problem::Location,
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
        // Of two that share an address, the first is meant: the second could otherwise seem to need itself.
        let mut index: HashMap<&Address, usize> = HashMap::new();
        for (place, node) in nodes.iter().enumerate() {
            index.entry(&node.address).or_insert(place);
        }
        let edges = references.iter().map(|needed| {
            let mut targets: Vec<usize> = needed.iter().filter_map(|address| index.get(address).copied()).collect();
            let mut seen = HashSet::new();
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
                for target in &graph.edges[node] {
                    self.visit(*target);
                }
                self.path.pop();
                self.state[node] = Visit::Done;
            }
        }
    }
}

fn needed(declaration: &Declaration) -> Vec<Address> {
    let mut addresses = Vec::new();
    let mut need = |traversal: &Traversal| {
        if let Root::Declared(address) = &traversal.root {
            addresses.push(address.clone());
        }
    };
    places(declaration, &mut |place| place.expression.visit_traversals(&mut need));
    for (traversal, _) in bare_references(declaration) {
        need(traversal);
    }
    if let Declaration::Resource(resource) = declaration {
        addresses.extend(resource.depends_on.iter().cloned());
    }
    addresses
}
