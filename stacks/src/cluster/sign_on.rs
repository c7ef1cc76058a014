//! Sign-on to Argo CD: who knows people, and what they may do there.
//!
//! Argo CD reads `$NAME:KEY` out of the Secret of that name beside it, so that nothing secret is here.

use serde_json::Value as Json;

use crate::settings::{Provider, Settings};

/// The entry of Argo CD's configuration that names who knows people.
pub(super) fn configuration(settings: &Settings) -> Option<(String, String)> {
    let sign_on = &settings.domain.sign_on;
    let own = |key: &str| ["$", &sign_on.secret, ":", key].concat();
    let (id, secret) = (own("client-id"), own("client-secret"));
    // YAML takes an organization of digits for a number, and a name such as `no` for no text at all: JSON's quotes are its own.
    let quoted = |text: &str| Json::from(text).to_string();
    let given = |text: &Option<String>| quoted(text.as_deref().unwrap_or_default());
    match sign_on.provider {
        Provider::Nobody => None,
        Provider::Github => {
            let organization = given(&sign_on.organization);
            let connector = format!(
                "connectors:\n- type: github\n  id: github\n  name: GitHub\n  config:\n    clientID: {id}\n    \
                 clientSecret: {secret}\n    teamNameField: slug\n    orgs:\n    - name: {organization}\n"
            );
            Some(("dex.config".to_owned(), connector))
        }
        Provider::Oidc => {
            let issuer = given(&sign_on.issuer);
            let configuration = format!(
                "name: {}\nissuer: {issuer}\nclientID: {id}\nclientSecret: {secret}\nrequestedScopes: {}\n",
                quoted(&settings.name),
                Json::from(sign_on.scopes.as_slice())
            );
            Some(("oidc.config".to_owned(), configuration))
        }
    }
}

/// What the groups may do, line by line: whoever is in none may do nothing.
pub(super) fn rights(settings: &Settings) -> Option<String> {
    let sign_on = &settings.domain.sign_on;
    let of = |group: &String| match (sign_on.provider, &sign_on.organization) {
        // Dex names a team behind its organization.
        (Provider::Github, Some(organization)) => format!("{organization}:{group}"),
        _ => group.clone(),
    };
    let line = |group: &String, role: &str| format!("g, {}, role:{role}\n", of(group));
    let admins = sign_on.admins.iter().map(|group| line(group, "admin"));
    let readers = sign_on.readers.iter().map(|group| line(group, "readonly"));
    sign_on.is_on().then(|| admins.chain(readers).collect())
}
