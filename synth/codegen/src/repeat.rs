//! Finds modules that occur more than once in a file, so that each is written once.
//!
//! Providers unroll recursive blocks, such as the statements of a web ACL: without this a file grows with their depth.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
};

use crate::ir::{Child, Scope};

/// Modules met so far, with the way to each, by what they hold: there can be thousands.
type Seen = HashMap<u64, Vec<(Scope, Vec<String>)>>;

/// Replaces every module that equals an earlier one of the same name by a reference to it.
pub(crate) fn share_repeated(root: &mut Scope) {
    share(root, &mut Vec::new(), &mut Seen::new());
}

fn share(scope: &mut Scope, path: &mut Vec<String>, seen: &mut Seen) {
    for child in &mut scope.children {
        let Child::Here(inner) = child else { continue };
        path.push(inner.ident.clone());
        let mut hasher = DefaultHasher::new();
        inner.hash(&mut hasher);
        let alike = seen.entry(hasher.finish()).or_default();
        if let Some((_, earlier)) = alike.iter().find(|(earlier, _)| earlier == inner) {
            *child = Child::Elsewhere(earlier.clone());
        } else {
            alike.push((inner.clone(), path.clone()));
            share(inner, path, seen);
        }
        path.pop();
    }
}
