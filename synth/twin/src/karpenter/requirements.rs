//! Rules about labels, and what several leave together.

/// What a set of rules leaves of each label.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Requirements {}
