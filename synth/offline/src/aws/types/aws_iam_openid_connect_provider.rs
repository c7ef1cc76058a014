//! Facts of `aws_iam_openid_connect_provider`.

use super::Facts;
use crate::{
    aws::account::Account,
    cloud::Change,
    problem::Problem,
    value::{Mapping, Path, Value},
};

pub(super) const RESOURCE: Facts = Facts {
    identity: &["url", "arn"],
    replaces: Some(&["url"]),
    templates: &[
        ("arn", "arn:{partition}:iam::{account}:oidc-provider/{url|bare}"),
        ("id", "{arn}"),
        ("thumbprint_list", "{hex:40}"),
    ],
    plan: Some(bare),
    ..Facts::new("aws_iam_openid_connect_provider")
};

pub(super) const DATA: Facts = Facts {
    templates: &[("client_id_list", "sts.{dns_suffix}"), ("url", "{arn|provider}")],
    read: Some(other),
    ..Facts::new("data.aws_iam_openid_connect_provider")
};

/// The state has the address without its scheme, which makes no difference.
fn bare(change: &Change<'_>, planned: &mut Mapping) {
    let given = change.config.get("url").and_then(Value::as_text).unwrap_or_default();
    let before = change.prior.and_then(|prior| prior.get("url")).and_then(Value::as_text);
    if let Some(bare) = before.filter(|before| given.strip_prefix("https://") == Some(before)) {
        planned.insert("url".to_owned(), bare.into());
    }
}

/// By ARN or by address: each tells the other.
fn other(account: &Account, state: &mut Mapping) -> Result<(), Problem> {
    let text = |state: &Mapping, name: &str| state.get(name).and_then(Value::as_text).map(str::to_owned);
    match (text(state, "arn"), text(state, "url")) {
        (None, Some(url)) => {
            let url = url.trim_start_matches("https://").to_owned();
            let part = |name: &str| account.named(name).unwrap_or_default();
            let arn = format!("arn:{}:iam::{}:oidc-provider/{url}", part("partition"), part("account"));
            state.insert("arn".to_owned(), arn.into());
            state.insert("url".to_owned(), url.into());
            Ok(())
        }
        (Some(_), None) => Ok(()),
        _ => Err(Problem::new(Path::of("arn"), "Invalid combination of arguments", "Give one of `arn` and `url`.")),
    }
}
