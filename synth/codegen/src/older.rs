//! The parts of a schema that the oldest planned version lacks: bindings say from which version on each is known.

use std::collections::BTreeMap;

use synth_schema::{Attribute, Block, ProviderSchema, Type};

use crate::ir::Kind;

/// A block as the oldest version has it, if it does, and the version that is known to have the rest.
#[derive(Clone, Copy)]
pub(crate) struct Older<'a> {
    /// None where it has none.
    pub(crate) block: Option<&'a Block>,
    /// The newer version.
    pub(crate) since: &'a str,
}

/// The block of a whole resource, data source or configuration, as the oldest version has it.
pub(crate) fn older_block<'a>(oldest: &'a ProviderSchema, kind: Kind, name: &str) -> Option<&'a Block> {
    let schema = match kind {
        Kind::Configuration => Some(&oldest.provider),
        Kind::Resource => oldest.resource_schemas.get(name),
        Kind::Data => oldest.data_source_schemas.get(name),
    };
    schema.map(|schema| &schema.block)
}

impl Older<'_> {
    /// The version from which on an attribute is known, where the oldest does not have it, does not let it be set, or has objects
    /// of other members.
    pub(crate) fn attribute(self, name: &str, attribute: &Attribute) -> Option<String> {
        let had = self.block.and_then(|block| block.attributes.get(name));
        let same = had.is_some_and(|had| {
            let members = |attribute: &Attribute| attribute.type_.as_ref().and_then(object_members).cloned();
            let settable = |attribute: &Attribute| attribute.required || attribute.optional;
            members(had) == members(attribute) && (settable(had) || !settable(attribute))
        });
        (!same).then(|| self.since.to_owned())
    }

    /// The version from which on a nested block is known, where the oldest does not have it, and that block there.
    pub(crate) fn nested(self, name: &str) -> (Option<String>, Self) {
        let block = self.block.and_then(|block| block.block_types.get(name)).map(|nested| &nested.block);
        (block.is_none().then(|| self.since.to_owned()), Self { block, ..self })
    }
}

/// The members of the objects in a type, if it has any.
pub(crate) fn object_members(type_: &Type) -> Option<&BTreeMap<String, Type>> {
    match type_ {
        Type::Object(members, _) => Some(members),
        Type::List(item) | Type::Set(item) | Type::Map(item) => object_members(item),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::from_value;

    use super::{Attribute, Block, Older};

    #[test]
    fn what_the_oldest_has_not_or_does_not_take_is_marked() {
        let read = |json| from_value::<Block>(json).unwrap();
        let oldest = read(serde_json::json!({
            "attributes": {
                "same": { "type": "string", "optional": true },
                "told": { "type": "string", "computed": true },
                "items": { "type": ["list", ["object", { "a": "string" }]], "optional": true },
            },
            "block_types": { "same": { "nesting_mode": "list", "block": {} } },
        }));
        let attribute = |json| from_value::<Attribute>(json).unwrap();
        let text = || attribute(serde_json::json!({ "type": "string", "optional": true, "computed": true }));
        let items = attribute(
            serde_json::json!({ "type": ["list", ["object", { "a": "string", "b": "string" }]], "optional": true }),
        );
        let older = Older { block: Some(&oldest), since: "6.66.0" };
        let since = Some("6.66.0".to_owned());
        assert_eq!(older.attribute("same", &text()), None);
        for (name, attribute) in [("new", text()), ("told", text()), ("items", items)] {
            assert_eq!(older.attribute(name, &attribute), since, "{name}");
        }
        assert_eq!(older.nested("same").0, None);
        let (marked, inside) = older.nested("new");
        assert_eq!((marked, inside.attribute("same", &text())), (since.clone(), since));
    }
}
