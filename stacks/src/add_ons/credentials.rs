//! The Git repository's credentials: ephemeral variables into write-only values, so that neither plan nor state holds them.

use synth_bindings::{helm_release, helm_release::set_wo};
use synth_framework::{
    IntoValue as _, Present, Ref, Stack, Value, View as _,
    functions::{jsonencode, replace, strcontains},
    run, variable,
};

use crate::settings::{Credentials, Settings};

/// A secret of the chosen way to sign in: where it stands in the chart's values, and the variable that brings it.
pub(super) struct Credential {
    key: &'static str,
    variable: Ref<String>,
}

/// Declares a variable for each secret of the chosen way to sign in.
pub(super) fn credentials(settings: &Settings, stack: &Stack) -> Vec<Credential> {
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
    let credentials = secrets.iter().map(|(key, name, description)| {
        let variable = variable::<String>(*name)
            .description(*description)
            .default("")
            .sensitive(true)
            .ephemeral(true)
            .add_to(stack);
        Credential { key, variable }
    });
    credentials.collect()
}

/// The chart's values made of them, which are sent to the provider and stored nowhere.
pub(super) fn values(settings: &Settings, credentials: &[Credential]) -> Vec<set_wo::Object<Present, Present>> {
    let way = settings.repository.credentials;
    let value = |credential: &Credential| {
        set_wo()
            .name(format!("credentials.{way}.{}", credential.key))
            // Otherwise a password of `true` or an id of digits would not stay the text that it is.
            .type_("string")
            .value(escaped(&credential.variable))
    };
    credentials.iter().map(value).collect()
}

/// Helm reads a value as `helm --set` does: a comma would end it, a brace begin a list, and a backslash disappear.
fn escaped(secret: &Ref<String>) -> Value<String> {
    [r"\", ",", "{"]
        .into_iter()
        .fold(secret.clone().into_value(), |secret, mark| replace(secret, mark, format!(r"\{mark}")))
}

/// Nothing that is planned for the release, and so nothing that is stored, holds a secret.
pub(super) fn test(credentials: &[Credential], release: &helm_release::Handle, stack: &Stack) {
    if credentials.is_empty() {
        return;
    }
    let secret = "never-to-be-stored";
    let given = credentials
        .iter()
        .fold(run("no_credential_is_stored"), |run, credential| run.variable(&credential.variable, secret));
    given
        .assert(!strcontains(jsonencode(release.whole()), secret), "a credential would be in the state")
        .assert(release.set_wo_revision().at_least(1), "nobody notices when the credentials change")
        .add_to(stack);
    run("credentials_outlive_a_change_of_the_other_values")
        .assert(release.reuse_values().equals(true), "Argo CD loses its credentials when it follows another revision")
        .add_to(stack);
}
