//! Kubernetes versions.

use std::fmt;

use jiff::civil::Date;
use serde_json::{Value as Json, json};

use super::problem::{self, Problems};
use super::read::{self, Read};
use super::tree::{Node, Value};

/// A minor version of Kubernetes that this platform is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KubernetesVersion {
    minor: u32,
}

impl KubernetesVersion {
    /// In standard support on EKS. What goes with each, and what was not tested with it, the VER policies say.
    pub const SUPPORTED: [Self; 3] = [Self { minor: 35 }, Self { minor: 36 }, Self { minor: 37 }];

    /// The number after `1.`.
    pub fn minor(self) -> u32 {
        self.minor
    }
}

/// A day of the calendar without separators, as AWS writes it in names of images: `20260903`.
pub(crate) fn compact_day(text: &str) -> Option<Date> {
    let digits = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit());
    let part = |from, to| text.get(from..to).and_then(|part| part.parse::<i16>().ok());
    Date::new(part(0, 4).filter(|_| digits)?, i8::try_from(part(4, 6)?).ok()?, i8::try_from(part(6, 8)?).ok()?).ok()
}

impl fmt::Display for KubernetesVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "1.{}", self.minor)
    }
}

impl Read for KubernetesVersion {
    fn expected() -> String {
        "a string such as `\"1.36\"`".to_owned()
    }

    fn schema() -> Json {
        let supported = Self::SUPPORTED.map(|version| version.to_string());
        json!({ "type": "string", "enum": supported })
    }

    fn read(node: &Node, problems: &mut Problems<'_>) -> Option<Self> {
        let Value::Text(text) = &node.value else {
            return read::wrong_type(node, problems);
        };
        let version = Self::SUPPORTED.into_iter().find(|version| version.to_string() == *text);
        if version.is_none() {
            problems.report(&node.key, format!("is `{text}`, supported are {}", problem::list(&Self::SUPPORTED)));
        }
        version
    }
}
