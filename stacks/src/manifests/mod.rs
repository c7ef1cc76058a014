//! The objects of the cluster, as Argo CD reads them: one a file, in the folder of the Application that syncs it.
//!
//! The files of the directory itself are the child Applications and their project; the root Application reads them
//! non-recursively. Everything below is a child's: [`build`] is the whole list.

mod admission;
mod applications;
mod entrances;
mod issuers;
mod karpenter;
mod observability;
mod platform;
mod services;

use synth_framework::Problems;
use synth_kubernetes::{BuiltManifests, Manifests};

use crate::settings::Settings;

pub(crate) use applications::PACKED_WELL;
pub use applications::{HEALTH, Health};
pub(crate) use karpenter::FEWEST_VCPUS;
pub use observability::{Question, scaling_questions};
pub(crate) use services::most_pods;

/// Builds the manifests of an environment, or returns their problems.
pub fn build(settings: &Settings) -> Result<BuiltManifests, Problems> {
    let manifests = Manifests::new("manifests");
    applications::define(settings, &manifests);
    platform::define(settings, &manifests.folder(applications::PLATFORM));
    karpenter::define(settings, &manifests.folder(applications::NODE_POOLS));
    observability::define(settings, &manifests.folder(applications::OBSERVABILITY));
    admission::define(settings, &manifests.folder(applications::ADMISSION));
    if settings.domain.name.is_some() {
        entrances::define(settings, &manifests.folder(applications::ENTRANCES));
    }
    if settings.cert_manager.enabled {
        issuers::define(settings, &manifests.folder(applications::ISSUERS));
    }
    services::define(settings, &manifests);
    manifests.build()
}
