//! Overrides: arguments by their dotted path, checked against the schema since no type checks them.

use std::borrow::Cow;

use super::{Block, Body, Content, Entry, Repeat};
use crate::{
    expression::Expression,
    problem::{Location, did_you_mean},
    schema::{AttributeSchema, BlockSchema, Nesting, TypeSchema},
};

impl Body {
    /// Replaces or adds an argument by its dotted path, as `override_argument` does.
    pub(crate) fn override_at(&mut self, path: &str, value: Expression, location: Location) -> Result<(), String> {
        match path.split_once('.') {
            None => self.override_argument(path, value, location),
            Some((name, rest)) => self.override_nested(name, rest, &value, location),
        }
    }

    fn override_argument(&mut self, name: &str, value: Expression, location: Location) -> Result<(), String> {
        let Some(attribute) = self.schema.attribute(name) else {
            return Err(match self.schema.block(name) {
                Some(_) => format!("`{name}` is a nested block: override one of its arguments, as `{name}.argument`"),
                None => unknown(name, self.schema.names()),
            });
        };
        if !attribute.settable {
            return Err(format!("`{name}` is computed by the provider and cannot be set"));
        }
        check_type(name, &attribute.type_, &value)?;
        let place = self.entries.iter().position(|entry| entry.name == name);
        self.entries.retain(|entry| entry.name != name);
        if value != Expression::Null {
            let content = Content::Argument(value);
            let place = place.unwrap_or(self.entries.len());
            self.entries.insert(place, Entry { name: Cow::Borrowed(attribute.name), content, location });
        }
        Ok(())
    }

    fn override_nested(
        &mut self,
        name: &str,
        rest: &str,
        value: &Expression,
        location: Location,
    ) -> Result<(), String> {
        let Some(nested) = self.schema.block(name) else {
            return Err(match self.schema.attribute(name) {
                Some(_) => format!("`{name}` is an argument, not a block: override it as a whole"),
                None => unknown(name, self.schema.names()),
            });
        };
        if !self.entries.iter().any(|entry| entry.name == name) {
            if nested.nesting == Nesting::Map {
                return Err(format!(
                    "there is no `{name}` block to override, and a new one needs a key: declare the block first"
                ));
            }
            let block = Block { repeat: Repeat::Once, body: Self::new(&nested.block) };
            let content = Content::Blocks(vec![block]);
            self.entries.push(Entry { name: Cow::Borrowed(nested.name), content, location });
        }
        for entry in self.entries.iter_mut().filter(|entry| entry.name == name) {
            if let Content::Blocks(blocks) = &mut entry.content {
                blocks.iter_mut().try_for_each(|block| block.body.override_at(rest, value.clone(), location))?;
            }
        }
        Ok(())
    }
}

fn unknown<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    match did_you_mean(name, known) {
        Some(question) => format!("the schema has no `{name}`: {question}"),
        None => format!("the schema has no `{name}`"),
    }
}

fn described(type_: &TypeSchema) -> &'static str {
    match type_ {
        TypeSchema::String => "a string",
        TypeSchema::Number => "a number",
        TypeSchema::Bool => "a bool",
        TypeSchema::List(_) | TypeSchema::Set(_) | TypeSchema::Tuple(_) => "a list",
        TypeSchema::Nested(Nesting::List | Nesting::Set, _) => "a list of objects",
        TypeSchema::Map(_) | TypeSchema::Object(_) | TypeSchema::Nested(..) => "an object",
        TypeSchema::Dynamic => "any value",
    }
}

/// Could the value be of this type? What is known only to Terraform always could.
fn check_type(name: &str, type_: &TypeSchema, value: &Expression) -> Result<(), String> {
    match (type_, value) {
        (TypeSchema::List(item) | TypeSchema::Set(item), Expression::List(items)) => {
            each_item(name, items, |name, value| check_type(name, item, value))
        }
        (TypeSchema::Tuple(tuple), Expression::List(items)) if tuple.len() == items.len() => {
            let mut tuple = tuple.iter();
            each_item(name, items, |name, value| tuple.next().map_or(Ok(()), |type_| check_type(name, type_, value)))
        }
        (TypeSchema::Map(item), Expression::Object(members)) => {
            each_member(name, members, |name, _, value| check_type(name, item, value))
        }
        (TypeSchema::Object(fields), Expression::Object(members)) => {
            // Terraform converts an object only when every member is there.
            let literal = members.iter().all(|(key, _)| key.as_str().is_some());
            if let Some((missing, _)) = fields.iter().find(|(field, _)| literal && value.entry(field).is_none()) {
                return Err(format!("`{name}` leaves out `{missing}`: give it, or `null`"));
            }
            each_member(name, members, |name, key, value| match fields.iter().find(|(field, _)| *field == key) {
                Some((_, type_)) => check_type(name, type_, value),
                None => Err(unknown(key, fields.iter().map(|(field, _)| *field))),
            })
        }
        (TypeSchema::Nested(Nesting::List | Nesting::Set, attributes), Expression::List(items)) => {
            each_item(name, items, |name, value| check_nested(name, attributes, value))
        }
        (TypeSchema::Nested(Nesting::Map, attributes), Expression::Object(members)) => {
            each_member(name, members, |name, _, value| check_nested(name, attributes, value))
        }
        (TypeSchema::Nested(Nesting::Single | Nesting::Group, attributes), Expression::Object(_)) => {
            check_nested(name, attributes, value)
        }
        (TypeSchema::Dynamic, _)
        | (TypeSchema::Bool, Expression::Bool(_))
        | (TypeSchema::Number, Expression::Integer(_) | Expression::Float(_))
        | (TypeSchema::String, Expression::String(_) | Expression::Template(_)) => Ok(()),
        (_, value) if is_written_out(value) => Err(format!("`{name}` takes {}", described(type_))),
        _ => Ok(()),
    }
}

fn check_nested(name: &str, attributes: &'static [AttributeSchema], value: &Expression) -> Result<(), String> {
    let Expression::Object(members) = value else {
        return if is_written_out(value) { Err(format!("`{name}` takes an object")) } else { Ok(()) };
    };
    let schema = BlockSchema { attributes, blocks: &[] };
    each_member(name, members, |name, key, value| match schema.attribute(key) {
        Some(attribute) if attribute.settable => check_type(name, &attribute.type_, value),
        Some(_) => Err(format!("`{name}` is computed by the provider and cannot be set")),
        None => Err(unknown(key, schema.names())),
    })
}

fn is_written_out(value: &Expression) -> bool {
    matches!(
        value,
        Expression::Bool(_)
            | Expression::Integer(_)
            | Expression::Float(_)
            | Expression::String(_)
            | Expression::Template(_)
            | Expression::List(_)
            | Expression::Object(_)
    )
}

fn each_item(
    name: &str,
    items: &[Expression],
    mut check: impl FnMut(&str, &Expression) -> Result<(), String>,
) -> Result<(), String> {
    let mut items = items.iter().enumerate();
    items.try_for_each(|(index, value)| check(&format!("{name}[{index}]"), value))
}

/// Members under a computed key are not looked at: nobody knows yet which they are.
fn each_member(
    name: &str,
    members: &[(Expression, Expression)],
    mut check: impl FnMut(&str, &str, &Expression) -> Result<(), String>,
) -> Result<(), String> {
    let mut named = members.iter().filter_map(|(key, value)| Some((key.as_str()?, value)));
    named.try_for_each(|(key, value)| check(&format!("{name}.{key}"), key, value))
}
