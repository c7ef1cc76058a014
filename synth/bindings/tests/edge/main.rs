//! Stacks of the edge provider, whose schema has every nesting mode and oddity: what is written, and what is reported.

#[allow(dead_code, unreachable_pub, unused_imports, reason = "the tests use a part of what is generated")]
mod generated;
mod problems;
mod shapes;
