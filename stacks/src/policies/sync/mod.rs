//! SYNC: what Argo CD makes of a change in Git, and what it leaves alone.

mod bounds;
mod healing;
mod keeping;
mod rendering;
mod watching;

use synth_review::Policy;

use crate::Platform;

pub(super) const POLICIES: &[Policy<Platform>] = &[
    healing::FIXES_HEAL,
    healing::WAVES_WAIT,
    keeping::DATA_OUTLIVES_AN_EDIT,
    bounds::CLOSED_PROJECTS,
    bounds::APPLICATIONS_OF_OUR_PROJECTS,
    bounds::GIT_ALONE_WRITES,
    watching::ARGOCD_WATCHED,
    watching::RELEASE_FOLLOWS_GIT,
    rendering::REPO_SERVER_SURVIVES,
];
