//! The content of a block: its arguments and nested blocks, beside the schema that they answer to.

mod check;
mod overrides;

use std::{borrow::Cow, panic};

use crate::{
    expression::{Expression, Traversal},
    problem::Location,
    schema::{BlockSchema, Nesting},
};

/// The arguments and nested blocks of one block, in the order written.
#[derive(Clone, Debug)]
pub struct Body {
    schema: &'static BlockSchema,
    entries: Vec<Entry>,
}

/// One argument, or all nested blocks of one name.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Terraform's name.
    pub name: Cow<'static, str>,
    /// The argument, or the blocks of that name.
    pub content: Content,
    /// Where it was first written.
    pub location: Location,
}

/// The content of an [`Entry`].
#[derive(Clone, Debug)]
pub enum Content {
    /// An argument.
    Argument(Expression),
    /// Nested blocks.
    Blocks(Vec<Block>),
}

/// One nested block, or a rule that makes them.
#[derive(Clone, Debug)]
pub struct Block {
    /// How often it occurs.
    pub repeat: Repeat,
    /// Its own arguments and blocks.
    pub body: Body,
}

/// How often a nested [`Block`] occurs.
#[derive(Clone, Debug)]
pub enum Repeat {
    /// Once.
    Once,
    /// Once, under a key, where blocks are nested as a map.
    Keyed(String),
    /// Once for each item of a collection that is known when Terraform runs.
    Dynamic {
        /// The collection.
        for_each: Expression,
        /// The name of the item inside the block.
        iterator: Cow<'static, str>,
    },
}

impl Body {
    /// An empty block.
    pub fn new(schema: &'static BlockSchema) -> Self {
        Self { schema, entries: Vec::new() }
    }

    /// The schema that this block answers to.
    pub fn schema(&self) -> &'static BlockSchema {
        self.schema
    }

    /// The entries, in the order written.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The expression given for an argument.
    pub fn get(&self, name: &str) -> Option<&Expression> {
        self.entries.iter().find_map(|entry| match &entry.content {
            Content::Argument(expression) if entry.name == name => Some(expression),
            _ => None,
        })
    }

    /// The nested blocks of one name.
    pub fn blocks(&self, name: &str) -> impl Iterator<Item = &Body> {
        let found = self.entries.iter().filter(move |entry| entry.name == name);
        found
            .flat_map(|entry| match &entry.content {
                Content::Blocks(blocks) => blocks.as_slice(),
                Content::Argument(_) => &[],
            })
            .map(|block| &block.body)
    }

    /// Gives an argument; `null` leaves it unset.
    #[track_caller]
    pub fn argument(&mut self, name: &'static str, value: Expression) {
        if value != Expression::Null {
            self.push(name, Content::Argument(value));
        }
    }

    /// Adds nested blocks of one name.
    #[track_caller]
    pub fn nest(&mut self, name: &'static str, blocks: Vec<Block>) {
        let existing = self.entries.iter_mut().find_map(|entry| match &mut entry.content {
            Content::Blocks(existing) if entry.name == name => Some(existing),
            _ => None,
        });
        match existing {
            Some(existing) => existing.extend(blocks),
            // An empty list of blocks is no block: `[{}]` and `[]` mean different things to some providers.
            None if blocks.is_empty() => {}
            None => self.push(name, Content::Blocks(blocks)),
        }
    }

    #[track_caller]
    fn push(&mut self, name: &'static str, content: Content) {
        self.entries.push(Entry { name: Cow::Borrowed(name), content, location: panic::Location::caller() });
    }

    /// This block as an object expression, for attributes that are written like blocks.
    ///
    /// Terraform reads those as plain attributes in JSON, so every member must be there, `null` where it is not set.
    pub fn into_complete_object(self) -> Expression {
        let schema = self.schema;
        let mut members = self.into_members(Self::into_complete_object);
        for name in schema.names() {
            if !members.iter().any(|(given, _)| given.as_str() == Some(name)) {
                members.push((Expression::String(name.into()), Expression::Null));
            }
        }
        Expression::Object(members)
    }

    /// This block as an object expression, for nested attributes: what is not set is left out.
    pub fn into_object(self) -> Expression {
        Expression::Object(self.into_members(Self::into_object))
    }

    fn into_members(self, object: fn(Self) -> Expression) -> Vec<(Expression, Expression)> {
        let schema = self.schema;
        let member = |entry: Entry| {
            let value = match entry.content {
                Content::Argument(value) => value,
                Content::Blocks(blocks) => {
                    let nesting = schema.block(&entry.name).map_or(Nesting::List, |nested| nested.nesting);
                    objects(blocks, nesting, object)
                }
            };
            (Expression::String(entry.name), value)
        };
        self.entries.into_iter().map(member).collect()
    }

    /// Calls `visit` with every reference in this block and those inside it.
    pub fn visit_traversals<'a>(&'a self, visit: &mut dyn FnMut(&'a Traversal, Location)) {
        for entry in &self.entries {
            match &entry.content {
                Content::Argument(value) => value.visit_traversals(&mut |traversal| visit(traversal, entry.location)),
                Content::Blocks(blocks) => {
                    for block in blocks {
                        if let Repeat::Dynamic { for_each, .. } = &block.repeat {
                            for_each.visit_traversals(&mut |traversal| visit(traversal, entry.location));
                        }
                        block.body.visit_traversals(visit);
                    }
                }
            }
        }
    }
}

/// Blocks as the value of an attribute of that nesting.
fn objects(blocks: Vec<Block>, nesting: Nesting, object: fn(Body) -> Expression) -> Expression {
    let keyed = blocks.into_iter().map(|block| match block.repeat {
        Repeat::Keyed(key) => (key, object(block.body)),
        Repeat::Once | Repeat::Dynamic { .. } => (String::new(), object(block.body)),
    });
    match nesting {
        Nesting::Single | Nesting::Group => keyed.map(|(_, body)| body).next().unwrap_or(Expression::Null),
        Nesting::List | Nesting::Set => Expression::List(keyed.map(|(_, body)| body).collect()),
        Nesting::Map => Expression::Object(keyed.map(|(key, body)| (Expression::String(key.into()), body)).collect()),
    }
}
