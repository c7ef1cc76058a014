//! The Git repository's credentials: ephemeral variables into write-only values, so that neither plan nor state holds them.

use synth_bindings::helm_release::set_wo;
use synth_framework::{Ref, Stack, variable};

use crate::settings::{Credentials, Settings};

/// Declares a variable for each secret of the chosen way to sign in, and returns the chart's values made of them.
pub(super) fn credentials(
    settings: &Settings,
    stack: &Stack,
) -> Vec<set_wo::Object<synth_framework::Present, synth_framework::Present>> {
    let secrets: &[(&str, &str, &str)] = match settings.repository.credentials {
        Credentials::None => &[],
        Credentials::Token => &[
            ("username", "repository_username", "User name for the Git repository."),
            ("password", "repository_token", "Token for the Git repository."),
        ],
        Credentials::Ssh => &[("sshPrivateKey", "repository_ssh_private_key", "Private key for the Git repository.")],
        Credentials::GithubApp => &[
            ("githubAppID", "github_app_id", "Id of the GitHub App that reads the repository."),
            ("githubAppInstallationID", "github_app_installation_id", "Installation id of the GitHub App."),
            ("githubAppPrivateKey", "github_app_private_key", "Private key of the GitHub App."),
        ],
    };
    let values = secrets.iter().map(|(key, name, description)| {
        let secret: Ref<String> = variable::<String>(*name)
            .description(*description)
            .default("")
            .sensitive(true)
            .ephemeral(true)
            .add_to(stack);
        set_wo().name(format!("credentials.{key}")).value(secret)
    });
    values.collect()
}
