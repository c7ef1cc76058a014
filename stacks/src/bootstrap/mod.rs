//! The bootstrap stack: what must exist before anything else can be planned or delivered.
//!
//! Its first run keeps state in a local file (an untracked `backend_override.tf.json`), until the bucket is there to move to.

mod access_log;
pub(crate) mod bucket;
mod budget;
mod github;
mod plan;
mod plan_names;
mod registry;
mod spot;
mod state;

use synth_framework::Stack;

use crate::{settings::Settings, terraform};

/// Declares the bootstrap stack.
pub fn define(settings: &Settings, stack: &Stack) {
    terraform::aws(settings, &stack.file("terraform"));
    terraform::mock_aws(stack);
    let bucket = state::state(settings, &stack.file("state"));
    let repositories = registry::registry(settings, &stack.file("registry"));
    github::github(settings, &bucket, &repositories, &stack.file("github"));
    budget::budget(settings, &stack.file("budget"));
    spot::service_linked_role(settings, &stack.file("spot"));
}
