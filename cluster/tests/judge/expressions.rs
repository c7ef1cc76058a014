//! The server checks the types of every expression of an admission policy, against the kinds that the policy matches.

use serde_json::json;

use crate::{WORLD, record};

#[test]
fn every_expression_has_the_types_that_it_says() {
    for (name, record) in record::RECORDS.iter() {
        assert!(record.checks.len() > 5, "`{name}` has {} policies", record.checks.len());
        let items = crate::environment(name).items;
        for (policy, warnings) in &record.checks {
            let of = |item: &&cluster::Item| item.object["metadata"]["name"] == policy.as_str();
            let source = items.iter().find(of).map_or("nowhere", |item| &item.source);
            assert_eq!(warnings, &json!([]), "`{name}`: the policy `{policy}`, declared at {source}");
        }
    }
}

#[test]
fn an_expression_of_the_wrong_type_is_found() {
    let policy = |name: &str, expression: &str| {
        json!({
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "ValidatingAdmissionPolicy",
            "metadata": { "name": name },
            "spec": {
                "matchConstraints": { "resourceRules": [
                    { "apiGroups": ["apps"], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["deployments"] },
                ] },
                "validations": [{ "expression": expression }],
            },
        })
    };
    let _ = &*record::RECORDS;
    let wrong = policy("planted-wrong-type", "object.spec.replicas == 'three'");
    WORLD.server.create(&wrong, "").unwrap().object().unwrap();
    let checks = record::type_checks(&WORLD.server);
    let _ = WORLD.server.delete(&wrong).unwrap();
    let warning = checks["planted-wrong-type"][0]["warning"].as_str().unwrap_or_default().to_owned();
    assert!(warning.contains("no matching overload for '_==_' applied to '(int, string)'"), "{warning}");
}

#[test]
fn a_validation_that_is_no_condition_is_refused_at_once() {
    let policy = json!({
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicy",
        "metadata": { "name": "planted-no-condition" },
        "spec": {
            "matchConstraints": { "resourceRules": [
                { "apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"] },
            ] },
            "validations": [{ "expression": "size('three')" }],
        },
    });
    let answer = WORLD.server.create(&policy, "dryRun=All").unwrap();
    assert!(answer.words().contains("must evaluate to bool"), "{answer}");
}
