//! The project of this command.

use stacks::Platform;

/// An environment of the platform, and where it is read and written.
pub(crate) type Project = synth_command::project::Opened<Platform>;
