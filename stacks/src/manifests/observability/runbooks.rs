//! Where the repository shows what to do about an alert: `docs/runbooks.md`, at the alert's heading.

use crate::settings::Repository;

const FILE: &str = "docs/runbooks.md";

/// The page of an alert, as the forge of the repository shows files.
pub(super) fn url(repository: &Repository, alert: &str) -> String {
    let (host, path) = place(&repository.url);
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

/// The host and the path of an address over HTTPS or SSH, without user, port and ending.
fn place(url: &str) -> (&str, &str) {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.split_once('@').map_or(rest, |(_, rest)| rest);
    let (host, path) = rest.split_once(['/', ':']).unwrap_or((rest, ""));
    // `ssh://git@host:22/owner/name.git` has a port where `git@host:owner/name.git` has the path.
    let path = match path.split_once('/') {
        Some((port, path)) if url.contains("://") && port.parse::<u16>().is_ok() => path,
        _ => path,
    };
    (host, path.trim_end_matches('/').trim_end_matches(".git"))
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
                url: address.to_owned(),
                revision: "main".to_owned(),
                credentials: Credentials::None,
                credentials_revision: 1,
            };
            assert_eq!(url(&repository, "PodsPending"), format!("{expected}docs/runbooks.md#podspending"));
        }
    }
}
