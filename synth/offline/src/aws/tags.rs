//! `tags_all`: a resource's own tags over the provider's default tags.

use super::types;
use crate::{
    cloud::Change,
    value::{Mapping, Value},
};

/// Says at plan what `tags_all` will be.
pub(crate) fn plan(defaults: &Value, change: &Change<'_>, planned: &mut Mapping) {
    let given = change.config.get("tags_all").is_some_and(|tags| !tags.is_null());
    if !planned.contains_key("tags_all") || given {
        return;
    }
    let own = change.config.get("tags").unwrap_or(&Value::Null);
    // Where there are none, what is made with the older SDK says so only once the resource is there.
    let all = match merged(defaults, own) {
        Value::Mapping(tags) if tags.is_empty() && change.prior.is_none() && !types::of(change.kind).newer_sdk => {
            Value::Unknown
        }
        all => all,
    };
    planned.insert("tags_all".to_owned(), all);
}

fn merged(defaults: &Value, own: &Value) -> Value {
    let mut all = Mapping::new();
    for tags in [defaults, own] {
        match tags {
            Value::Mapping(tags) => {
                all.extend(tags.iter().filter(|(_, tag)| !tag.is_null()).map(|(key, tag)| (key.clone(), tag.clone())));
            }
            Value::Null => {}
            _ => return Value::Unknown,
        }
    }
    Value::Mapping(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(tags: &[(&str, Value)]) -> Value {
        Value::Mapping(tags.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect())
    }

    #[test]
    fn own_tags_override_default_tags() {
        let all = merged(&tags(&[("a", "1".into()), ("b", "1".into())]), &tags(&[("b", "2".into())]));
        assert_eq!(all, tags(&[("a", "1".into()), ("b", "2".into())]));
    }

    #[test]
    fn one_unknown_tag_leaves_the_others_known() {
        let all = merged(&tags(&[("a", "1".into())]), &tags(&[("b", Value::Unknown)]));
        assert_eq!(all, tags(&[("a", "1".into()), ("b", Value::Unknown)]));
    }

    #[test]
    fn without_any_tags_there_are_none() {
        assert_eq!(merged(&Value::Null, &Value::Null), tags(&[]));
    }
}
