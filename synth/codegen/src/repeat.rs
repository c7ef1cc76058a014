//! Finds modules that occur more than once in a file, so that each is written once.
//!
//! Providers unroll recursive blocks, such as the statements of a web ACL: without this a file grows with their depth.

use crate::ir::{Child, Scope};

/// Replaces every module that equals an earlier one of the same name by a reference to it.
pub(crate) fn share_repeated(root: &mut Scope) {
    let mut seen = Vec::new();
    share(root, &mut Vec::new(), &mut seen);
}

fn share(scope: &mut Scope, path: &mut Vec<String>, seen: &mut Vec<(Scope, Vec<String>)>) {
    for child in &mut scope.children {
        let Child::Here(inner) = child else { continue };
        path.push(inner.ident.clone());
        match seen.iter().find(|(earlier, _)| earlier == inner) {
            Some((_, earlier)) => *child = Child::Elsewhere(earlier.clone()),
            None => {
                seen.push((inner.clone(), path.clone()));
                share(inner, path, seen);
            }
        }
        path.pop();
    }
}
