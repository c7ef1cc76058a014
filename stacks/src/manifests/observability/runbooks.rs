//! Where the repository shows what to do about an alert: `docs/runbooks.md`, at the alert's heading.

use crate::settings::Repository;

const FILE: &str = "docs/runbooks.md";

/// The page of an alert, as the forge of the repository shows files.
pub(super) fn url(repository: &Repository, alert: &str) -> String {
    let (host, path) = (repository.url.host(), repository.url.path());
    // GitHub's own form is everybody's who hosts GitHub elsewhere, and GitLab leads from it to its own.
    let shown = if host.contains("gitlab") {
        "-/blob"
    } else if host == "bitbucket.org" {
        "src"
    } else if ["codeberg", "forgejo", "gitea"].iter().any(|name| host.contains(name)) {
        "src/branch"
    } else {
        "blob"
    };
    let anchor = alert.to_lowercase();
    format!("https://{host}/{path}/{shown}/{}/{FILE}#{anchor}", repository.revision)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Credentials;

    #[test]
    fn each_forge_shows_files_in_its_own_way() {
        for (address, expected) in [
            ("https://github.com/a/b.git", "https://github.com/a/b/blob/main/"),
            ("git@github.com:a/b.git", "https://github.com/a/b/blob/main/"),
            ("ssh://git@git.example.com:2222/a/b.git", "https://git.example.com/a/b/blob/main/"),
            ("https://gitlab.example.com/group/a/b", "https://gitlab.example.com/group/a/b/-/blob/main/"),
            ("https://bitbucket.org/a/b.git", "https://bitbucket.org/a/b/src/main/"),
            ("https://codeberg.org/a/b.git", "https://codeberg.org/a/b/src/branch/main/"),
        ] {
            let repository = Repository {
                url: address.parse().unwrap(),
                revision: "main".to_owned(),
                credentials: Credentials::None,
                credentials_revision: 1,
            };
            assert_eq!(url(&repository, "PodsPending"), format!("{expected}docs/runbooks.md#podspending"));
        }
    }
}
