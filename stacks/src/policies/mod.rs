//! Policies: rules that look at the whole platform, both layers together, before anything is written.
//!
//! A family is a table and the checks that it names. A check reads through `view` and reports; it changes nothing.

mod cost;
mod drain;
mod edge;
mod env;
mod ha;
mod img;
mod link;
mod obs;
mod own;
mod scale;
mod sec;
mod sync;
mod ver;

use jiff::civil::Date;
use synth_project::{Family, Project as _};
use synth_review::{Policy, Review};

use crate::Platform;

/// Every family.
pub const FAMILIES: &[Family<Platform>] = &[
    Family { prefix: "HA", summary: "the loss of a pod, a node or a zone", policies: ha::POLICIES },
    Family { prefix: "SCALE", summary: "room for the autoscalers' maximum", policies: scale::POLICIES },
    Family { prefix: "LINK", summary: "names that two layers must agree on", policies: link::POLICIES },
    Family { prefix: "DRAIN", summary: "pods and nodes that leave without a lost request", policies: drain::POLICIES },
    Family { prefix: "SEC", summary: "what may be reached, read and done", policies: sec::POLICIES },
    Family { prefix: "IMG", summary: "which images and charts run", policies: img::POLICIES },
    Family { prefix: "VER", summary: "versions that grow old or do not fit each other", policies: ver::POLICIES },
    Family { prefix: "ENV", summary: "environments beside each other", policies: env::POLICIES },
    Family { prefix: "SYNC", summary: "how Argo CD applies a change in Git", policies: sync::POLICIES },
    Family { prefix: "OBS", summary: "alerts, and whether people are told of them", policies: obs::POLICIES },
    Family { prefix: "COST", summary: "what a month costs, and who hears of it", policies: cost::POLICIES },
    Family { prefix: "EDGE", summary: "what stands before the proxy", policies: edge::POLICIES },
    Family { prefix: "OWN", summary: "values that must be the environment's own", policies: own::POLICIES },
];

/// Every policy, family by family.
pub fn all() -> impl Iterator<Item = &'static Policy<Platform>> {
    FAMILIES.iter().flat_map(|family| family.policies)
}

/// Is there a policy of this code?
pub fn is_code(code: &str) -> bool {
    all().any(|policy| policy.code == code)
}

/// Runs every policy over a platform as of a day; what its settings waive is set apart.
pub fn review(platform: &Platform, today: Date) -> Review {
    platform.review(today)
}

/// Runs the policies alone that compare a platform with those beside it.
pub fn compare(platform: &Platform, today: Date) -> Review {
    platform.run(env::POLICIES, today)
}
