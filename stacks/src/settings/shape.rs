//! The shapes that names, versions and addresses of AWS, Kubernetes and Git have.

use super::version::compact_day;

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
    text.len() <= 253 && text.contains('.') && text.split('.').all(host_label)
}

fn host_label(label: &str) -> bool {
    !label.is_empty()
        && label.len() <= 63
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// `host:port`.
pub(super) fn host_and_port(text: &str) -> bool {
    text.rsplit_once(':')
        .is_some_and(|(name, port)| name.split('.').all(host_label) && port.parse::<u16>().is_ok_and(|port| port > 0))
}

/// `*`, or a scheme and a host without a path.
pub(super) fn origin(text: &str) -> bool {
    if text == "*" {
        return true;
    }
    let Some(rest) = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")) else {
        return false;
    };
    let name = rest.split_once(':').map_or(rest, |(name, port)| if port.parse::<u16>().is_ok() { name } else { "" });
    name.split('.').all(host_label)
}

/// Twelve digits.
pub(super) fn account_id(text: &str) -> bool {
    text.len() == 12 && digits(text)
}

/// Such as `eu-north-1` or `us-gov-west-1`.
pub(super) fn region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let Some((number, words)) = parts.split_last() else {
        return false;
    };
    words.len() >= 2 && digits(number) && number.len() == 1 && words.iter().all(|word| lowercase(word))
}

/// A region and the letter of a zone.
pub(super) fn zone(text: &str) -> bool {
    text.char_indices().next_back().is_some_and(|(last, letter)| letter.is_ascii_lowercase() && region(&text[..last]))
}

/// The ARN of an IAM user or role, in any partition.
pub(super) fn principal_arn(text: &str) -> bool {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let [arn, partition, service, region, account, resource] = parts[..] else {
        return false;
    };
    arn == "arn"
        && partition.starts_with("aws")
        && service == "iam"
        && region.is_empty()
        && account_id(account)
        && ["role/", "user/"]
            .iter()
            .any(|kind| resource.strip_prefix(kind).is_some_and(|path| path.split('/').all(iam_name)))
}

fn iam_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte))
}

/// The ARN of a topic of SNS.
pub(super) fn topic_arn(text: &str) -> bool {
    let ["arn", partition, "sns", of, account, name] = text.split(':').collect::<Vec<_>>()[..] else { return false };
    let named = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    partition.starts_with("aws") && region(of) && account_id(account) && !name.is_empty() && name.bytes().all(named)
}

/// `sg-` and 8 or 17 hexadecimal digits.
pub(super) fn security_group(text: &str) -> bool {
    text.strip_prefix("sg-").is_some_and(|hex| {
        matches!(hex.len(), 8 | 17) && hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    })
}

/// The ARN of a certificate of AWS Certificate Manager.
pub(super) fn certificate_arn(text: &str) -> bool {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let [arn, partition, service, region_name, account, resource] = parts[..] else {
        return false;
    };
    arn == "arn"
        && partition.starts_with("aws")
        && service == "acm"
        && region(region_name)
        && account_id(account)
        && resource.starts_with("certificate/")
}

/// A bucket name of S3: `a-z`, digits, dots left out because they break TLS; of its 63 characters five are another bucket's ending.
pub(super) fn bucket(text: &str) -> bool {
    (3..=58).contains(&text.len()) && host_label(text)
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

/// A repository that Argo CD can read, over HTTPS or SSH.
pub(super) fn repository_url(text: &str) -> bool {
    let path = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("ssh://git@"))
        .and_then(|rest| rest.split_once('/'))
        .or_else(|| text.strip_prefix("git@").and_then(|rest| rest.split_once(':')));
    path.is_some_and(|(name, path)| {
        name.split([':']).next().is_some_and(host)
            && !path.is_empty()
            && !path.ends_with('/')
            && path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./~".contains(&byte))
    })
}

/// Three numbers and nothing else, such as `10.1.1`: no range, no `v`.
pub(super) fn chart_version(text: &str) -> bool {
    let parts: Vec<&str> = text.split('.').collect();
    parts.len() == 3 && parts.iter().all(|part| digits(part))
}

/// An add-on build of EKS, such as `v1.23.1-eksbuild.1`.
pub(super) fn addon_version(text: &str) -> bool {
    text.strip_prefix('v')
        .and_then(|rest| rest.split_once("-eksbuild."))
        .is_some_and(|(version, build)| chart_version(version) && digits(build))
}

/// A dated image of Amazon Linux 2023, such as `al2023@v20260903`.
pub(super) fn ami_alias(text: &str) -> bool {
    text.strip_prefix("al2023@v").is_some_and(day)
}

/// A version of the AWS provider from 5.100.0 on and below 7.
pub(super) fn aws_provider_version(text: &str) -> bool {
    let numbers: Vec<u32> = text.split('.').filter_map(|number| number.parse().ok()).collect();
    chart_version(text) && numbers >= vec![5, 100, 0] && numbers < vec![7]
}

/// A release of EKS's Amazon Linux, such as `1.36.3-20260903`: the kubelet's version and a day.
pub(super) fn amazon_linux_release(text: &str) -> bool {
    text.split_once('-').is_some_and(|(version, date)| chart_version(version) && day(date))
}

/// A release of Bottlerocket, such as `1.62.1-5d9ac849`: its version and a commit.
pub(super) fn bottlerocket_release(text: &str) -> bool {
    text.split_once('-').is_some_and(|(version, commit)| {
        chart_version(version)
            && commit.len() == 8
            && commit.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    })
}

/// A day of the calendar without separators, such as `20260903`.
fn day(text: &str) -> bool {
    compact_day(text).is_some()
}

/// Durations as Go writes them: `30s`, `5m`, `1h30m`.
pub(super) fn duration(text: &str) -> bool {
    let mut rest = text;
    while !rest.is_empty() {
        let unit = rest.trim_start_matches(|byte: char| byte.is_ascii_digit());
        if unit.len() == rest.len() || !unit.starts_with(['s', 'm', 'h']) {
            return false;
        }
        rest = &unit[1..];
    }
    !text.is_empty()
}

/// A duration, or `Never`.
pub(super) fn duration_or_never(text: &str) -> bool {
    text == "Never" || duration(text)
}

/// The short name of a VPC endpoint's service, such as `ecr.api`.
pub(super) fn endpoint_service(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_lowercase()) && text.split('.').all(host_label)
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

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn lowercase(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase())
}
