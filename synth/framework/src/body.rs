//! The content of a block: its arguments and nested blocks, beside the schema that they answer to.

use std::borrow::Cow;

use crate::{
    expression::{Expression, Traversal},
    problem::{Location, nearest},
    schema::{AttributeSchema, BlockSchema, Nesting, TypeSchema},
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
    /// What is written under it.
    pub content: Content,
    /// Where it was first written.
    pub location: Location,
}

/// What an [`Entry`] holds.
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
    /// What stands inside it.
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

    /// What is written, in order.
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
        self.entries.push(Entry { name: Cow::Borrowed(name), content, location: std::panic::Location::caller() });
    }

    /// This block as an object expression, for attributes that are written like blocks.
    ///
    /// Terraform reads those as plain attributes in JSON, so every member must be there, `null` where it is not set.
    pub fn into_complete_object(self) -> Expression {
        let schema = self.schema;
        let mut given = self.into_members();
        let unset = schema
            .attributes
            .iter()
            .filter(|attribute| !given.iter().any(|(name, _)| name.as_str() == Some(attribute.name)));
        let unset: Vec<_> =
            unset.map(|attribute| (Expression::String(attribute.name.into()), Expression::Null)).collect();
        given.extend(unset);
        Expression::Object(given)
    }

    /// This block as an object expression, for nested attributes: what is not set is left out.
    pub fn into_object(self) -> Expression {
        Expression::Object(self.into_members())
    }

    fn into_members(self) -> Vec<(Expression, Expression)> {
        let members = self.entries.into_iter().filter_map(|entry| match entry.content {
            Content::Argument(value) => Some((Expression::String(entry.name), value)),
            Content::Blocks(_) => None,
        });
        members.collect()
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

    /// Replaces or adds an argument by its dotted path, as `override_argument` does.
    pub(crate) fn override_at(&mut self, path: &str, value: Expression, location: Location) -> Result<(), String> {
        let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
        let schema = self.schema;
        let Some(rest) = rest else {
            let Some(attribute) = schema.attribute(name).filter(|attribute| attribute.settable) else {
                return Err(unknown(name, schema));
            };
            check_type(attribute, &value)?;
            self.entries.retain(|entry| entry.name != name);
            if value != Expression::Null {
                self.entries.push(Entry {
                    name: Cow::Borrowed(attribute.name),
                    content: Content::Argument(value),
                    location,
                });
            }
            return Ok(());
        };
        let Some(nested) = schema.block(name) else { return Err(unknown(name, schema)) };
        if !self.entries.iter().any(|entry| entry.name == name) {
            let block = Block { repeat: Repeat::Once, body: Self::new(&nested.block) };
            self.entries.push(Entry {
                name: Cow::Borrowed(nested.name),
                content: Content::Blocks(vec![block]),
                location,
            });
        }
        let blocks =
            self.entries.iter_mut().filter(|entry| entry.name == name).flat_map(|entry| match &mut entry.content {
                Content::Blocks(blocks) => blocks.as_mut_slice(),
                Content::Argument(_) => &mut [],
            });
        for block in blocks {
            block.body.override_at(rest, value.clone(), location)?;
        }
        Ok(())
    }

    /// Reports what the schema forbids and the types could not: counts, repetition, deprecation, missing values.
    pub(crate) fn check(&self, place: &str, declared: Location, report: &mut dyn FnMut(Location, String)) {
        for (index, entry) in self.entries.iter().enumerate() {
            if self.entries[..index].iter().any(|earlier| earlier.name == entry.name) {
                report(entry.location, format!("`{place}` sets `{}` twice: keep one", entry.name));
            }
            let deprecated = match &entry.content {
                Content::Argument(value) => {
                    check_duplicate_keys(value, place, entry, report);
                    self.schema.attribute(&entry.name).is_some_and(|attribute| attribute.deprecated)
                }
                Content::Blocks(_) => self.schema.block(&entry.name).is_some_and(|block| block.deprecated),
            };
            if deprecated {
                report(entry.location, format!("`{place}` sets `{}`, which the provider has deprecated", entry.name));
            }
        }
        for attribute in self.schema.attributes.iter().filter(|attribute| attribute.required) {
            if !self.entries.iter().any(|entry| entry.name == attribute.name) {
                report(declared, format!("`{place}` leaves the required argument `{}` null", attribute.name));
            }
        }
        self.check_blocks(place, declared, report);
    }

    fn check_blocks(&self, place: &str, declared: Location, report: &mut dyn FnMut(Location, String)) {
        for nested in self.schema.blocks {
            let entry = self.entries.iter().find(|entry| entry.name == nested.name);
            let blocks = entry.map_or(&[][..], |entry| match &entry.content {
                Content::Blocks(blocks) => blocks,
                Content::Argument(_) => &[],
            });
            let place = format!("{place}.{}", nested.name);
            let location = entry.map_or(declared, |entry| entry.location);
            let dynamic = blocks.iter().any(|block| matches!(block.repeat, Repeat::Dynamic { .. }));
            let least = nested.min_items as usize;
            let most = match nested.nesting {
                Nesting::Single | Nesting::Group => 1,
                _ if nested.max_items == 0 => usize::MAX,
                _ => nested.max_items as usize,
            };
            if blocks.len() < least && !dynamic {
                report(location, format!("`{place}` occurs {} times, at least {least} are needed", blocks.len()));
            }
            if blocks.len() > most {
                report(location, format!("`{place}` occurs {} times, at most {most} is allowed", blocks.len()));
            }
            for block in blocks {
                block.body.check(&place, location, report);
            }
        }
    }
}

fn check_duplicate_keys(value: &Expression, place: &str, entry: &Entry, report: &mut dyn FnMut(Location, String)) {
    match value {
        Expression::Object(members) => {
            for (index, (key, member)) in members.iter().enumerate() {
                if key.as_str().is_some() && members[..index].iter().any(|(earlier, _)| earlier == key) {
                    let key = key.as_str().unwrap_or_default();
                    report(
                        entry.location,
                        format!("`{place}` has the key `{key}` twice in `{}`: keep one", entry.name),
                    );
                }
                check_duplicate_keys(member, place, entry, report);
            }
        }
        Expression::List(items) => items.iter().for_each(|item| check_duplicate_keys(item, place, entry, report)),
        _ => {}
    }
}

fn unknown(name: &str, schema: &BlockSchema) -> String {
    match nearest(name, schema.names()) {
        Some(near) => format!("the schema has no `{name}`: did you mean `{near}`"),
        None => format!("the schema has no `{name}`"),
    }
}

fn check_type(attribute: &AttributeSchema, value: &Expression) -> Result<(), String> {
    if fits(&attribute.type_, value) {
        return Ok(());
    }
    let wanted = match attribute.type_ {
        TypeSchema::String => "a string",
        TypeSchema::Number => "a number",
        TypeSchema::Bool => "a bool",
        TypeSchema::List(_) | TypeSchema::Set(_) | TypeSchema::Tuple(_) => "a list",
        TypeSchema::Map(_) | TypeSchema::Object(_) => "an object",
        TypeSchema::Nested(Nesting::List | Nesting::Set, _) => "a list of objects",
        TypeSchema::Nested(..) => "an object",
        TypeSchema::Dynamic => "any value",
    };
    Err(format!("`{}` takes {wanted}", attribute.name))
}

/// Could the literal be this type? What is known only to Terraform always could.
fn fits(type_: &TypeSchema, value: &Expression) -> bool {
    match value {
        Expression::Bool(_) => matches!(type_, TypeSchema::Bool | TypeSchema::Dynamic),
        Expression::Integer(_) | Expression::Float(_) => matches!(type_, TypeSchema::Number | TypeSchema::Dynamic),
        Expression::String(_) | Expression::Template(_) => matches!(type_, TypeSchema::String | TypeSchema::Dynamic),
        Expression::List(items) => match type_ {
            TypeSchema::List(item) | TypeSchema::Set(item) => items.iter().all(|value| fits(item, value)),
            TypeSchema::Nested(nesting, _) => matches!(nesting, Nesting::List | Nesting::Set),
            TypeSchema::Dynamic | TypeSchema::Tuple(_) => true,
            _ => false,
        },
        Expression::Object(members) => match type_ {
            TypeSchema::Map(item) => members.iter().all(|(_, value)| fits(item, value)),
            TypeSchema::Nested(nesting, _) => !matches!(nesting, Nesting::List | Nesting::Set),
            TypeSchema::Dynamic | TypeSchema::Object(_) => true,
            _ => false,
        },
        _ => true,
    }
}
