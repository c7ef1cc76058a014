//! Types of instances.

use std::fmt;
use std::str::FromStr;

use super::image::Architecture;
use super::text::{Text, TextError, text_values};
use crate::instances::{self, InstanceType as Known};

/// A type of instance of the table: whatever is reckoned with nodes needs their size.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct InstanceType(&'static Known);

impl InstanceType {
    /// Its name, such as `m7i.xlarge`.
    pub fn name(self) -> &'static str {
        self.0.name
    }

    /// The architecture of its processors.
    pub fn architecture(self) -> Architecture {
        self.0.architecture
    }

    /// What is known of it.
    pub(crate) fn known(self) -> &'static Known {
        self.0
    }
}

impl FromStr for InstanceType {
    type Err = TextError;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        instances::named(name).map(Self).ok_or_else(|| {
            let meant = instances::meant(name).map(|meant| format!(": did you mean `{meant}`?")).unwrap_or_default();
            TextError(format!(
                "is `{name}`, which is not a known instance type (categories c, m, r and t; generation 5 or later, t from 3){meant}"
            ))
        })
    }
}

impl fmt::Display for InstanceType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Debug for InstanceType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("InstanceType").field(&self.name()).finish()
    }
}

impl Text for InstanceType {}

text_values!(InstanceType);
