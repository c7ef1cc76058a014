//! The load test's plan is what `JMeter` reads without plugins, and has what a plan should have.

use std::collections::BTreeMap;

use roxmltree::{Document, Node};
use stacks::{Platform, load_test};
use synth_project::Built;

use super::platforms;

fn file(platform: &Platform, path: &str) -> String {
    let files = platform.parts.iter().filter(|part| matches!(part, Built::Files(_))).flat_map(|part| part.files());
    files.into_iter().find(|file| file.path == path).expect("the load test writes it").text
}

/// Every plan, with its platform.
fn each_plan(check: impl Fn(&Platform, &Document<'_>)) {
    for (_, platform) in platforms() {
        let text = file(&platform, load_test::PLAN);
        check(&platform, &Document::parse(&text).expect("the plan is well-formed"));
    }
}

/// The text of a property below an element of this class.
fn prop<'a>(plan: &'a Document<'_>, class: &str, name: &str) -> Vec<&'a str> {
    let elements = plan.descendants().filter(|node| node.attribute("testclass") == Some(class));
    let named = elements.flat_map(|node| node.descendants()).filter(|node| node.attribute("name") == Some(name));
    named.map(|node| node.text().unwrap_or_default()).collect()
}

/// The properties of the plan with their fallbacks.
fn properties(plan: &Document<'_>) -> BTreeMap<String, String> {
    let names = prop(plan, "Arguments", "Argument.name");
    let values = prop(plan, "TestPlan", "Argument.value");
    let fallback = |(name, value): (&&str, &&str)| {
        let fallback = value.strip_prefix(&format!("${{__P({name},")).and_then(|rest| rest.strip_suffix(")}"));
        ((*name).to_owned(), fallback.unwrap_or_else(|| panic!("{name} is {value}, and no property")).to_owned())
    };
    names.iter().zip(&values).map(fallback).collect()
}

#[test]
fn every_value_of_the_plan_is_a_property_and_every_property_is_used() {
    each_plan(|platform, plan| {
        let properties = properties(plan);
        assert!(properties.len() >= 12, "{properties:?}");
        let text = plan.input_text();
        for name in properties.keys() {
            let used = text.contains(&format!("${{{name}}}")) || text.contains(&format!("vars.get('{name}')"));
            assert!(used, "nothing uses {name}");
        }
        for used in text.split("${").skip(1).filter(|rest| !rest.starts_with("__")) {
            let name = used.split('}').next().unwrap_or_default();
            assert!(properties.contains_key(name), "{name} is used and is no property");
        }
        let written = file(platform, load_test::PROPERTIES);
        for (name, fallback) in &properties {
            assert!(written.contains(&format!("\n{name}={fallback}\n")), "{name}={fallback} is not what is written");
        }
    });
}

#[test]
fn connections_are_kept_and_nothing_waits_for_ever() {
    each_plan(|_, plan| {
        assert_eq!(prop(plan, "HTTPSamplerProxy", "HTTPSampler.use_keepalive"), ["true"]);
        assert_eq!(prop(plan, "ThreadGroup", "ThreadGroup.same_user_on_next_iteration"), ["true"]);
        assert_eq!(prop(plan, "ThreadGroup", "ThreadGroup.scheduler"), ["true"]);
        for timeout in ["connect", "response"] {
            let name = format!("HTTPSampler.{timeout}_timeout");
            assert_eq!(prop(plan, "ConfigTestElement", &name), [format!("${{{timeout}_timeout_ms}}")]);
        }
    });
}

#[test]
fn status_body_and_cors_header_are_asserted() {
    each_plan(|_, plan| {
        let fields = prop(plan, "ResponseAssertion", "Assertion.test_field");
        assert_eq!(fields, ["Assertion.response_code", "Assertion.response_data", "Assertion.response_headers"]);
    });
}

#[test]
fn the_plan_needs_no_plugin_and_no_listener() {
    let stock = [
        "Arguments",
        "ConfigTestElement",
        "HTTPSamplerProxy",
        "HeaderManager",
        "JSR223Timer",
        "LoopController",
        "ResponseAssertion",
        "TestPlan",
        "ThreadGroup",
    ];
    each_plan(|_, plan| {
        for class in plan.descendants().filter_map(|node: Node<'_, '_>| node.attribute("testclass")) {
            assert!(stock.contains(&class), "{class}");
        }
    });
}

#[test]
fn the_load_test_asks_for_what_the_proxy_may_reach() {
    each_plan(|platform, plan| {
        let target = properties(plan)["target"].clone();
        let address = target.strip_suffix("/posts/1").expect("the mock serves posts");
        let deployments = platform.objects().filter(|object| object.path == "cors-proxy-server/deployment.yaml");
        let arguments: Vec<String> = deployments.map(|deployment| deployment.object().to_string()).collect();
        assert!(arguments[0].contains(&format!("\"--allow-target\",\"{address}\"")), "{address}: {arguments:?}");
    });
}
