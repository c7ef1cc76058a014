//! The shapes that names, versions and addresses of AWS, Kubernetes and Git have.

/// The most characters that IAM allows in the name of a role, and `EventBridge` in the name of a rule.
pub(super) const ROLE_NAME_LIMIT: usize = 64;

/// `a-z`, digits and inner hyphens, a letter first, at most 63 characters.
pub(super) fn dns_label(text: &str) -> bool {
    text.len() <= 63
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && !text.ends_with('-')
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// The name of an object, or nothing.
pub(super) fn optional_name(text: &str) -> bool {
    text.is_empty() || dns_label(text)
}

/// A channel of Slack, or a person there.
pub(super) fn slack_channel(text: &str) -> bool {
    text.strip_prefix(['#', '@']).is_some_and(|name| {
        !name.is_empty() && name.len() <= 80 && !name.contains(|c: char| c.is_whitespace() || "#@,{}\"".contains(c))
    })
}

/// An address of mail, without a name before it.
pub(super) fn mail_address(text: &str) -> bool {
    let part = |c: char| c.is_ascii_alphanumeric() || ".!#$%&'*+/=?^_`|~-".contains(c);
    text.split_once('@').is_some_and(|(user, server)| !user.is_empty() && user.chars().all(part) && host(server))
}

/// A DNS name of at least two labels.
pub(super) fn host(text: &str) -> bool {
    text.len() <= 253 && text.contains('.') && text.split('.').all(is_host_label)
}

/// One label of a name in DNS, which may begin with a digit.
pub(super) fn is_host_label(label: &str) -> bool {
    !label.is_empty()
        && label.len() <= 63
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// `sg-` and 8 or 17 hexadecimal digits.
pub(super) fn security_group(text: &str) -> bool {
    text.strip_prefix("sg-").is_some_and(|hex| {
        matches!(hex.len(), 8 | 17) && hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    })
}

/// A bucket name of S3: `a-z`, digits, dots left out because they break TLS; of its 63 characters five are another bucket's ending.
pub(super) fn bucket(text: &str) -> bool {
    (3..=58).contains(&text.len()) && is_host_label(text)
}

/// Slash-separated path of `a-z`, digits, `-`, `_` and `.`.
pub(super) fn path(text: &str) -> bool {
    text.len() <= 256
        && text.split('/').all(|part| {
            part.starts_with(|first: char| first.is_ascii_lowercase() || first.is_ascii_digit())
                && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_.".contains(&byte))
        })
}

/// A [`path`] of states, beside those that could not be written where they belong.
pub(super) fn state_path(text: &str) -> bool {
    path(text) && text.split('/').next() != Some("errored")
}

/// A name on GitHub: letters, digits, `-`, `_` and `.`.
pub(super) fn github_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

/// A branch, tag or commit of Git.
pub(super) fn revision(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(['-', '/'])
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte))
}

/// A branch by its name, without the `refs/heads/` that Git puts before it.
pub(super) fn branch(text: &str) -> bool {
    revision(text) && !text.starts_with("refs/")
}

/// The short name of a VPC endpoint's service, such as `ecr.api`.
pub(super) fn endpoint_service(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_lowercase()) && text.split('.').all(is_host_label)
}

/// An image tag that says which build it is: anything but `latest`.
pub(super) fn image_tag(text: &str) -> bool {
    text != "latest"
        && (1..=128).contains(&text.len())
        && !text.starts_with(['.', '-'])
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

/// `sha256:` and 64 hexadecimal digits.
pub(super) fn image_digest(text: &str) -> bool {
    text.strip_prefix("sha256:")
        .is_some_and(|hex| hex.len() == 64 && hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')))
}

/// A single lower-case letter, as instance categories are.
pub(super) fn instance_category(text: &str) -> bool {
    lowercase(text) && text.len() <= 4
}

fn lowercase(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase())
}

/// A URL of HTTPS with a host, and without a query.
pub(super) fn https_url(text: &str) -> bool {
    let rest = text.strip_prefix("https://").unwrap_or_default();
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let name = authority.split_once(':').map_or(authority, |(name, _)| name);
    host(name) && path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte))
}

/// A team or a group, as it stands between quotes and commas.
pub(super) fn group(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || " -_.:/@".contains(c)) && text.trim() == text
}

/// The slug of a team of GitHub, by which its address names it.
pub(super) fn team(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte))
}

/// What is asked of an issuer of `OpenID` Connect: a word, or an address.
pub(super) fn scope(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.:/".contains(&byte))
}
