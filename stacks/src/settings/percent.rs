//! Parts of a whole.

use serde_json::{Value as Json, json};

use super::problem::Problems;
use super::read::{Read, wrong_type};
use super::tree::{Node, Value};

/// A part of a whole, from 1 to 100 percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Percent(u8);

impl Percent {
    /// So many hundredths, which are written in the code.
    pub(super) const fn of(percent: u8) -> Self {
        assert!(percent >= 1 && percent <= 100);
        Self(percent)
    }

    /// The number of hundredths.
    pub fn get(self) -> u8 {
        self.0
    }
}

impl Read for Percent {
    fn expected() -> String {
        "an integer".to_owned()
    }

    fn schema() -> Json {
        json!({ "type": "integer", "minimum": 1, "maximum": 100 })
    }

    fn read(node: &Node, problems: &mut Problems<'_>) -> Option<Self> {
        let Value::Integer(integer) = node.value else {
            return wrong_type(node, problems);
        };
        let percent = u8::try_from(integer).ok().filter(|percent| (1..=100).contains(percent));
        if percent.is_none() {
            problems.report(&node.key, format!("is {integer}, but must be from 1 to 100"));
        }
        percent.map(Self)
    }
}
