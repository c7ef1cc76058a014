//! References to resources and data sources of AWS, as they stand in texts.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value as Json;

/// `data.aws_vpc.main[0].tags["a"].id`: the type, and the steps after the label.
static REFERENCE: LazyLock<Regex> = LazyLock::new(|| {
    let step = r"(?:\[[^\[\]]*\]|\.[A-Za-z_][A-Za-z0-9_-]*|\.\*|\.[0-9]+)";
    let text = format!(r#"(?:^|[^A-Za-z0-9_."-])((data\.)?(aws_[a-z0-9_]+)\.[A-Za-z_][A-Za-z0-9_-]*({step}*))"#);
    Regex::new(&text).expect("a pattern")
});

static STEP: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\[[^\[\]]*\]|\.\*|\.[0-9]+|\.?([A-Za-z_][A-Za-z0-9_-]*)").expect("a pattern"));

/// A step of a path.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// An attribute, a block or a member of an object.
    Name(String),
    /// An item, or all of them.
    Item,
}

/// A reference.
#[derive(Debug)]
pub(super) struct Reference {
    /// As it is written.
    pub(super) text: String,
    /// Is it to a data source?
    pub(super) data: bool,
    /// Such as `aws_vpc`.
    pub(super) type_name: String,
    /// The steps after the label.
    pub(super) steps: Vec<Step>,
}

/// Every reference in a text.
pub(super) fn references(text: &str) -> Vec<Reference> {
    let reference = |found: regex::Captures<'_>| Reference {
        text: found[1].to_owned(),
        data: found.get(2).is_some(),
        type_name: found[3].to_owned(),
        steps: steps(&found[4]),
    };
    REFERENCE.captures_iter(text).map(reference).collect()
}

/// The paths of which a lifecycle ignores changes, as they are written and as steps.
pub(super) fn ignored(lifecycle: &Json) -> Vec<(String, Vec<Step>)> {
    let lifecycles = lifecycle.as_array().map_or_else(|| vec![lifecycle], |all| all.iter().collect());
    let paths = lifecycles.into_iter().filter_map(|one| one["ignore_changes"].as_array()).flatten();
    paths.filter_map(Json::as_str).map(|path| (path.to_owned(), steps(path))).collect()
}

fn steps(path: &str) -> Vec<Step> {
    let step =
        |found: regex::Captures<'_>| found.get(1).map_or(Step::Item, |name| Step::Name(name.as_str().to_owned()));
    STEP.captures_iter(path).map(step).collect()
}

#[test]
fn references_are_found_where_they_stand() {
    let text = r#"a ${lookup(aws_vpc.main[0].tags, "aws_vpc.x.y", data.aws_subnets.all.ids[*])} aws_x ${aws_eks_cluster.c.identity[0].oidc[0].issuer}"#;
    let found: Vec<_> = references(text).into_iter().map(|found| (found.text, found.data)).collect();
    let wanted = [
        ("aws_vpc.main[0].tags", false),
        ("data.aws_subnets.all.ids[*]", true),
        ("aws_eks_cluster.c.identity[0].oidc[0].issuer", false),
    ];
    assert_eq!(found, wanted.map(|(text, data)| (text.to_owned(), data)));
    let name = |name: &str| Step::Name(name.to_owned());
    assert_eq!(
        steps(".identity[0].oidc.0.issuer"),
        [name("identity"), Step::Item, name("oidc"), Step::Item, name("issuer")]
    );
    assert_eq!(steps("scaling_config[0].desired_size"), [name("scaling_config"), Step::Item, name("desired_size")]);
}
