//! The add-ons stack: hands the cluster to GitOps, and then has nothing more to do.
//!
//! A small local chart holds the root Application, what bounds it, and the repository's credentials. It finds the cluster by
//! name, so nothing is copied from one stack's outputs into another's variables.

mod bounds;
mod chart;
mod credentials;
mod following;
mod root;

use synth_bindings::{data, helm_release};
use synth_framework::{
    Stack,
    functions::{jsondecode, path_module},
    output, run, text,
};

use crate::{names::ARGOCD_RELEASE, settings::Settings, terraform};

pub(crate) use chart::ROOT_VALUES;
pub use root::ROOT_APPLICATION;

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
        // With `upgrade_install` and no version, the provider plans the one that is installed, not the chart's.
        .version(chart::VERSION)
        .max_history(5)
        .wait(true)
        .upgrade_install(true)
        .timeout(following::RELEASE_SECONDS)
        // Argo CD has made the project `default` by then.
        .take_ownership(true);
    if !credentials.is_empty() {
        let values = credentials::values(settings, &credentials);
        release = release
            .set_wo(values)
            .set_wo_revision(settings.repository.credentials_revision)
            // The provider sends them only when their revision rises: at any other change Helm has to keep what it has.
            .reuse_values(true);
    }
    let release = release.add_to(root);
    test(settings, &release, root);
    credentials::test(&credentials, &release, &stack.file("credentials"));
    let outputs = &stack.file("outputs");
    output("root_application", ROOT_APPLICATION)
        .description("Argo CD Application that syncs all others.")
        .add_to(outputs);
    output("root_release", release.name()).description("Helm release of the root Application.").add_to(outputs);
    output("argocd_release", ARGOCD_RELEASE)
        .description("Helm release of Argo CD, from the cluster stack.")
        .add_to(outputs);
}

/// Argo CD goes on by itself from here: what it follows is all that can be lost.
fn test(settings: &Settings, release: &helm_release::Handle, stack: &Stack) {
    terraform::test_release(release, stack);
    let spec = || jsondecode(release.values().at(0)).key("objects").at(chart::APPLICATION).key("spec");
    let source = || spec().key("source");
    run("the_root_application_follows_this_environment")
        .assert(source().key("repoURL").equals(settings.repository.url.as_str()), "Argo CD follows another repository")
        .assert(
            source().key("targetRevision").equals(&settings.repository.revision),
            "Argo CD follows another revision",
        )
        .assert(source().key("path").equals(settings.manifests_path()), "Argo CD follows another environment")
        .assert(release.namespace().equals(&settings.argocd.namespace), "Argo CD looks into another namespace")
        .add_to(stack);
    let automated = || spec().key("syncPolicy").key("automated");
    run("the_root_application_heals_itself")
        .assert(automated().key("selfHeal").equals(true), "what is changed by hand stays")
        .assert(automated().key("prune").equals(true), "what leaves the repository stays in the cluster")
        .add_to(stack);
}
