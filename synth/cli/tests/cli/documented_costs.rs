//! Documents say of the environments as they are shipped, which the fixtures are, what `synth cost` says of them.

use std::fs;

use serde_json::Value as Json;

use crate::project::{Project, workspace};

/// A document whose lines are one.
fn words(path: &str) -> String {
    let text = fs::read_to_string(workspace().join(path)).unwrap();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The bill of an environment at rest, as it is shipped: nobody edits the fixtures.
fn bill(environment: &str) -> Json {
    let environments = workspace().join("stacks/tests/fixtures").canonicalize().unwrap();
    let environments = environments.to_str().unwrap();
    Project::new().synth(["cost", "--env", environment, "--json", "--environments", environments]).succeeds().json()
}

/// A number without a fraction, with commas.
pub(crate) fn thousands(number: f64) -> String {
    let text = format!("{number:.0}");
    let mut grouped = String::new();
    for (index, digit) in text.char_indices() {
        if index > 0 && (text.len() - index) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

pub(crate) fn month(bill: &Json) -> String {
    thousands(bill["usd_a_month"].as_f64().unwrap())
}

/// What entries of a list cost whose name is one of these.
fn sum(bill: &Json, (list, name): (&str, &str), is: impl Fn(&str) -> bool) -> f64 {
    let entries = bill[list].as_array().unwrap().iter().filter(|of| is(of[name].as_str().unwrap()));
    entries.map(|of| of["usd_a_month"].as_f64().unwrap()).sum()
}

fn line(bill: &Json, what: &str) -> f64 {
    sum(bill, ("lines", "what"), |name| name == what)
}

#[track_caller]
pub(crate) fn says(document: &str, said: &str) {
    assert!(words(document).contains(said), "{document} does not say: {said}");
}

#[test]
fn a_month_of_each_environment_is_what_the_command_says() {
    let all = ["default", "staging", "production", "development"].map(bill);
    let [default, staging, production, development] = all.each_ref().map(month);
    says(
        "README.md",
        &format!(
            "At rest in eu-north-1 `default` costs {default} USD a month, `production` {production}, and `development`, which a small \
             team leaves running, {development}."
        ),
    );
    says("docs/cost.md", &format!("The command says {default}, {staging} and {production}."));
    says(
        "docs/cost.md",
        &format!(
            "at rest {development} USD a month in eu-north-1, where `default` costs {default}, `staging` {staging} and `production` \
             {production}"
        ),
    );
}

#[test]
fn the_parts_of_development_stand_beside_those_of_default() {
    let (default, development) = (bill("default"), bill("development"));
    for (row, parts) in [
        ("control plane", &["control plane"][..]),
        ("base nodes", &["base nodes"]),
        ("Karpenter's nodes", &["Karpenter's nodes"]),
        ("network", &["network"]),
        ("storage, keys", &["storage", "keys"]),
        ("traffic, logs", &["traffic", "logs"]),
    ] {
        let of = |bill: &Json| thousands(sum(bill, ("parts", "part"), |name| parts.contains(&name)));
        says("docs/cost.md", &format!("| {row} | {} | {} |", of(&default), of(&development)));
    }
}

/// What the hand's reckoning lacks is the rest of the month.
#[test]
fn the_reckoning_by_hand_stands_beside_what_the_command_says() {
    const BASE: &str = "m7i.xlarge, on demand";
    const ENDPOINTS: &str = "interface endpoints, in each zone";
    let all = ["default", "staging", "production"].map(bill);
    let of = |what: &str| all.each_ref().map(|bill| thousands(line(bill, what)));
    let (base, endpoints) = (of(BASE), of(ENDPOINTS));
    says("docs/cost.md", &format!("of `production` | 469, 938 | {}, {} |", base[0], base[2]));
    says("docs/cost.md", &format!("| three NAT gateways | 101 | {} |", of("NAT gateways")[0]));
    says("docs/cost.md", &format!("of `production` | 96, 265 | {}, {} |", endpoints[0], endpoints[2]));
    let rest = all.each_ref().map(|bill| {
        let named = [BASE, ENDPOINTS, "NAT gateways"].map(|what| line(bill, what)).iter().sum::<f64>();
        thousands(bill["usd_a_month"].as_f64().unwrap() - named)
    });
    says("docs/cost.md", &format!("| 304, 296, 511 | {} |", rest.join(", ")));
    let spot = all.each_ref().map(|bill| thousands(sum(bill, ("lines", "what"), |name| name.ends_with(", Spot"))));
    says("docs/cost.md", &format!("here by Spot for {}, {} and {} USD", spot[0], spot[1], spot[2]));
}
