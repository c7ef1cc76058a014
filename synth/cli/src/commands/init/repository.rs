//! Where a repository lies.

/// Owner and name in the address of a repository.
pub(super) fn github_repository(url: &str) -> Option<(String, String)> {
    let path = match url.split_once("://") {
        Some((_, rest)) => rest.split_once('/')?.1,
        None => url.split_once(':')?.1,
    };
    let (owner, name) = path.strip_suffix(".git").unwrap_or(path).rsplit_once('/')?;
    let owner = owner.rsplit('/').next()?;
    (!owner.is_empty() && !name.is_empty()).then(|| (owner.to_owned(), name.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owner_and_name_are_the_end_of_an_address() {
        let expected = Some(("tideline-dev".to_owned(), "platform".to_owned()));
        for url in [
            "https://github.com/tideline-dev/platform.git",
            "https://github.com/tideline-dev/platform",
            "git@github.com:tideline-dev/platform.git",
            "ssh://git@github.com/tideline-dev/platform.git",
        ] {
            assert_eq!(github_repository(url), expected, "{url}");
        }
        for url in ["", "platform", "https://github.com", "https://github.com/platform", "/srv/git/platform"] {
            assert_eq!(github_repository(url), None, "{url}");
        }
    }
}
