//! The way from a resource to one of its values.

use std::fmt;

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Into an attribute or a block.
    Name(String),
    /// Into a list, by index.
    Index(usize),
    /// Into a map, by key.
    Key(String),
}

/// The way to a value, written as Terraform writes it: `vpc_config[0].subnet_ids`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path(Vec<Step>);

impl Path {
    /// The path of an attribute or block of the resource itself.
    pub fn of(name: impl Into<String>) -> Self {
        Self::default().name(name)
    }

    /// One step on, into an attribute or a block.
    #[must_use]
    pub fn name(&self, name: impl Into<String>) -> Self {
        self.on(Step::Name(name.into()))
    }

    /// One step on, into an element.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        self.on(Step::Index(index))
    }

    /// One step on, into the value of a key.
    #[must_use]
    pub fn key(&self, key: impl Into<String>) -> Self {
        self.on(Step::Key(key.into()))
    }

    /// The steps.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// The names alone, joined by dots: `vpc_config.subnet_ids`.
    #[must_use]
    pub fn names(&self) -> String {
        let names = self.0.iter().filter_map(|step| match step {
            Step::Name(name) => Some(name.as_str()),
            _ => None,
        });
        names.collect::<Vec<_>>().join(".")
    }

    fn on(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Name(name) if position == 0 => formatter.write_str(name)?,
                Step::Name(name) => write!(formatter, ".{name}")?,
                Step::Index(index) => write!(formatter, "[{index}]")?,
                Step::Key(key) => write!(formatter, "[{key:?}]")?,
            }
        }
        Ok(())
    }
}
