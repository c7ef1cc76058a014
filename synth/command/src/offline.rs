//! Stacks under the real Terraform and providers that run in memory. What is real, `out/` and state, stays as it is.

use std::{ffi::OsString, fs};

use anyhow::{Context as _, Result};
use synth_offline::{AwsVersion, Command, Provider, Run, Scratch, Session, Terraform};
use synth_project::{Part, Project};

use crate::{
    directory::LOCK,
    origin::Origins,
    project::Opened,
    report::{HEADING, print, say},
    synthesis::render,
};

/// Terraform, ready for the stacks of an environment.
#[derive(Debug)]
pub(crate) struct Offline<'a, P: Project> {
    project: &'a Opened<P>,
    terraform: Terraform,
    json: bool,
}

impl<'a, P: Project> Offline<'a, P> {
    /// Finds Terraform.
    pub(crate) fn find(project: &'a Opened<P>, json: bool) -> Result<Self> {
        Ok(Self { project, terraform: Terraform::find()?, json })
    }

    /// Runs Terraform on stacks one after the other, until one fails; the result is the last exit code.
    pub(crate) fn run_each(
        &self,
        stacks: impl Iterator<Item = &'static Part<P>>,
        command: Command,
        title: &str,
        more: &[OsString],
    ) -> Result<u8> {
        for stack in stacks {
            if self.is_left_out(stack) {
                continue;
            }
            say(format_args!("{HEADING}{title} {}{HEADING:#}", stack.name));
            let code = self.run(stack, command, more)?;
            if code != 0 {
                return Ok(code);
            }
        }
        Ok(0)
    }

    /// Do the settings leave a stack out? Then it is said, and there is nothing to run.
    fn is_left_out(&self, part: &Part<P>) -> bool {
        let why = (part.absent)(&self.project.settings);
        why.inspect(|why| say(format_args!("`{}` is not made, because {why}", part.name))).is_some()
    }

    /// Builds a stack and runs Terraform on a copy of it; the result is Terraform's exit code.
    pub(crate) fn run(&self, part: &'static Part<P>, command: Command, more: &[OsString]) -> Result<u8> {
        if self.is_left_out(part) {
            return Ok(0);
        }
        let folder = self.project.scratch.join(part.name);
        let rendered = render(self.project, Some(part))?;
        let files = rendered.iter().flat_map(|rendered| &rendered.files);
        let scratch = Scratch::write(&folder, files.map(|file| (&*file.path, &*file.text)))
            .with_context(|| format!("copying `{}` to run it offline", part.name))?;
        let lock_file = fs::read_to_string(self.project.out.join(self.project.directory(part.name)).join(LOCK)).ok();
        let version = AwsVersion::selected(lock_file.as_deref());
        let providers = vec![Provider::aws(version)?, Provider::helm(scratch.folder())?];
        let session = Session::start(providers).context("starting the offline providers")?;
        // Terraform writes to the same streams: what was said before it comes before it.
        print("")?;
        let ended = Run::new(&self.terraform, &session, &scratch, self.json).run(command, more)?;
        let origins = Origins::of(part, &self.project.settings, &ended.complaints)?.to_string();
        if !origins.is_empty() {
            say(origins);
        }
        Ok(ended.code)
    }
}
