//! The rules of a block's schema that the types could not enforce.

use super::{Block, Body, Content, Repeat};
use crate::{
    problem::Location,
    schema::{NestedSchema, Nesting},
    validate::{ITEM_RULE, is_item},
};

type Report<'a> = &'a mut dyn FnMut(Location, String);

impl Body {
    /// Reports what the schema forbids and the types could not: counts, repetition, deprecation, missing values.
    pub(crate) fn check(&self, place: &str, declared: Location, report: Report<'_>) {
        for (index, entry) in self.entries.iter().enumerate() {
            let name = &entry.name;
            if self.entries[..index].iter().any(|earlier| earlier.name == *name) {
                report(entry.location, format!("`{place}` sets `{name}` twice: keep one"));
            }
            let deprecated = match &entry.content {
                Content::Argument(_) => self.schema.attribute(name).is_some_and(|attribute| attribute.deprecated),
                Content::Blocks(_) => self.schema.block(name).is_some_and(|block| block.deprecated),
            };
            if deprecated {
                report(
                    entry.location,
                    format!(
                        "`{place}` sets `{name}`, which the provider has deprecated: its documentation names the \
                         replacement"
                    ),
                );
            }
        }
        for attribute in self.schema.attributes.iter().filter(|attribute| attribute.required) {
            if !self.entries.iter().any(|entry| entry.name == attribute.name) {
                report(
                    declared,
                    format!("`{place}` leaves the required argument `{}` null: give it a value", attribute.name),
                );
            }
        }
        for nested in self.schema.blocks {
            self.check_nested(nested, place, declared, report);
        }
    }

    /// Reports iterators that hide another one, or that Terraform cannot read.
    pub(crate) fn check_iterators<'a>(&'a self, outer: &mut Vec<&'a str>, report: Report<'_>) {
        for entry in &self.entries {
            let Content::Blocks(blocks) = &entry.content else { continue };
            for block in blocks {
                let Repeat::Dynamic { iterator, .. } = &block.repeat else {
                    block.body.check_iterators(outer, report);
                    continue;
                };
                if outer.contains(&&**iterator) {
                    let message = format!("two nested loops name their item `{iterator}`: rename one");
                    report(entry.location, message);
                }
                if !is_item(iterator) {
                    report(entry.location, format!("`{iterator}` cannot name an item: {ITEM_RULE}"));
                }
                outer.push(iterator);
                block.body.check_iterators(outer, report);
                outer.pop();
            }
        }
    }

    fn check_nested(&self, nested: &NestedSchema, place: &str, declared: Location, report: Report<'_>) {
        let entry = self.entries.iter().find(|entry| entry.name == nested.name);
        let blocks: &[Block] = entry.map_or(&[], |entry| match &entry.content {
            Content::Blocks(blocks) => blocks,
            Content::Argument(_) => &[],
        });
        let place = format!("{place}.{}", nested.name);
        let location = entry.map_or(declared, |entry| entry.location);
        let dynamic = blocks.iter().any(|block| matches!(block.repeat, Repeat::Dynamic { .. }));
        let (least, most) = limits(nested);
        if blocks.len() < least && !dynamic {
            report(location, format!("`{place}` occurs {}, but at least {} needed", times(blocks.len()), are(least)));
        }
        if blocks.len() > most {
            report(location, format!("`{place}` occurs {}, but at most {} allowed", times(blocks.len()), are(most)));
        }
        let mut keys = Vec::new();
        for block in blocks {
            match (&block.repeat, nested.nesting) {
                (Repeat::Keyed(key), Nesting::Map) => {
                    if keys.contains(&key) {
                        report(location, format!("`{place}` has the key `{key}` twice: keep one"));
                    }
                    keys.push(key);
                }
                (Repeat::Keyed(key), _) => {
                    report(
                        location,
                        format!("`{place}` has the key `{key}`, but these blocks take no keys: leave it out"),
                    );
                }
                (Repeat::Once | Repeat::Dynamic { .. }, Nesting::Map) => {
                    report(location, format!("`{place}` has a block without a key: give each block a key"));
                }
                (Repeat::Once | Repeat::Dynamic { .. }, _) => {}
            }
            block.body.check(&place, location, report);
        }
    }
}

fn limits(nested: &NestedSchema) -> (usize, usize) {
    let most = match nested.nesting {
        Nesting::Single | Nesting::Group => 1,
        Nesting::List | Nesting::Set | Nesting::Map if nested.max_items == 0 => usize::MAX,
        Nesting::List | Nesting::Set | Nesting::Map => nested.max_items as usize,
    };
    (nested.min_items as usize, most)
}

fn times(count: usize) -> String {
    if count == 1 { "once".to_owned() } else { format!("{count} times") }
}

fn are(count: usize) -> String {
    format!("{count} {}", if count == 1 { "is" } else { "are" })
}
