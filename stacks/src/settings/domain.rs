//! The names under which people and programs reach what runs.

use super::declare::section;
use super::rules::{IfSet, shaped};
use super::shape;

section! {
    /// Names under one domain.
    pub struct Domain {
        /// Domain under which everything is reached, such as `example.com`; empty for no names.
        pub name: Option<String> where IfSet(shaped("a domain such as `example.com`", shape::host)),
    }
}
