//! Parts of the platform, built and rendered. Nothing is read or written here.

use anyhow::Result;
use stacks::{Part, Platform};
use synth_framework::{BuiltStack, Mode, StackFile};

use crate::{project::Project, report::count};

/// A part as text, with the directory that it belongs in.
#[derive(Debug)]
pub(crate) struct Rendered {
    /// The part.
    pub(crate) part: &'static Part,
    /// Its directory inside the root of everything written, with `/`.
    pub(crate) directory: String,
    /// Its files, sorted by path.
    pub(crate) files: Vec<StackFile>,
    /// What the files declare.
    pub(crate) declared: Declared,
}

/// How much a part declares.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Declared {
    /// Managed resources.
    pub(crate) resources: usize,
    /// Data sources.
    pub(crate) data_sources: usize,
}

/// Builds and renders one part, or all of them.
pub(crate) fn render(project: &Project, part: Option<&'static Part>) -> Result<Vec<Rendered>> {
    let stacks = match part {
        Some(part) => vec![part.build(&project.settings)?],
        None => Platform::build(&project.settings)?.stacks,
    };
    Ok(stacks.into_iter().map(|stack| render_stack(project, &stack)).collect())
}

fn render_stack(project: &Project, stack: &BuiltStack) -> Rendered {
    let part = Part::named(stack.name()).expect("every stack is built by the part of its name");
    let managed = stack.resources().filter(|resource| resource.mode == Mode::Managed).count();
    let declared = Declared { resources: managed, data_sources: stack.resources().count() - managed };
    Rendered { part, directory: project.directory(part.name), files: stack.files(), declared }
}

impl std::fmt::Display for Declared {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&count(self.resources, "resource"))?;
        if self.data_sources > 0 {
            write!(formatter, ", {}", count(self.data_sources, "data source"))?;
        }
        Ok(())
    }
}
