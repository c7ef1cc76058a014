//! The add-ons stack: hands the cluster to GitOps, and then has nothing more to do.
//!
//! A small local chart holds the root Application, its AppProject and the repository's credentials. It finds the cluster by
//! name, so nothing is copied from one stack's outputs into another's variables.

mod chart;
mod credentials;

use synth_bindings::{data, helm_release};
use synth_framework::{Stack, functions::path_module, output, text};

use crate::{names::ARGOCD_RELEASE, settings::Settings, terraform};

pub use chart::ROOT_APPLICATION;

/// The release of the local chart.
pub const ROOT_RELEASE: &str = "tideline-root";

/// Declares the add-ons stack.
pub fn define(settings: &Settings, stack: &Stack) {
    terraform::aws_and_helm(settings, &stack.file("terraform"));
    let root = &stack.file("root");
    let cluster = data::aws_eks_cluster("main").name(&settings.name).add_to(root);
    terraform::helm_provider(settings, cluster.endpoint(), cluster.certificate_authority().at(0).data(), root);

    let values = chart::write(settings, root);
    let credentials = credentials::credentials(settings, &stack.file("credentials"));
    let mut release = helm_release("root")
        .name(ROOT_RELEASE)
        .namespace(&settings.argocd.namespace)
        .chart(text!("{}/{}", path_module(), chart::DIRECTORY))
        .values([values])
        .max_history(5)
        .wait(true);
    if !credentials.is_empty() {
        release = release.set_wo(credentials).set_wo_revision(settings.repository.credentials_revision);
    }
    let release = release.add_to(root);
    let outputs = &stack.file("outputs");
    output("root_application", chart::ROOT_APPLICATION)
        .description("Argo CD Application that syncs all others.")
        .add_to(outputs);
    output("root_release", release.name()).description("Helm release of the root Application.").add_to(outputs);
    output("argocd_release", ARGOCD_RELEASE)
        .description("Helm release of Argo CD, from the cluster stack.")
        .add_to(outputs);
}
