//! When objects count as healthy: the scripts run in Lua 5.1, with the libraries that Argo CD gives them and no others.

use mlua::{Lua, LuaOptions, LuaSerdeExt, StdLib, Table, serde::SerializeOptions};
use serde_json::{Value as Json, json};
use stacks::manifests::HEALTH;

/// Argo CD's interpreter: base, `table` and `package`; `os` by `require` alone, with `time` and `date`; no `string`, no `math`.
/// Source: `util/lua/lua.go` and `util/lua/oslib_safe.go` of Argo CD.
fn interpreter() -> Lua {
    let lua = Lua::new_with(StdLib::TABLE | StdLib::PACKAGE | StdLib::OS, LuaOptions::default()).unwrap();
    lua.load(
        "local safe = { time = os.time, date = os.date }
         os, package.loaded.os = nil, nil
         package.preload.os = function() return safe end",
    )
    .exec()
    .unwrap();
    lua
}

/// The judgement of a script on an object: status and message. Argo CD gives `null` as `nil`.
fn run(script: &str, object: &Json) -> Result<(String, String), mlua::Error> {
    let lua = interpreter();
    let options = SerializeOptions::new().serialize_none_to_null(false).serialize_unit_to_null(false);
    lua.globals().set("obj", lua.to_value_with(object, options)?)?;
    let health: Table = lua.load(script).eval()?;
    Ok((health.get("status")?, health.get::<Option<String>>("message")?.unwrap_or_default()))
}

fn script(kind: &str) -> &'static str {
    HEALTH.iter().find(|health| health.key.ends_with(kind)).unwrap().lua
}

#[track_caller]
fn judge(script: &str, cases: &[(&str, Json, &str)]) -> Vec<String> {
    let found = cases.iter().filter_map(|(name, object, wanted)| match run(script, object) {
        Ok((status, _)) if status == *wanted => None,
        found => Some(format!("{name}: {found:?} instead of {wanted}")),
    });
    found.collect()
}

/// An Application: what its spec follows, what was compared, whether that is synced, its operation, and its last health.
fn application(spec: &str, compared: &str, sync: &str, phase: &str, health: &str) -> Json {
    let source = |chart: &str| {
        json!({
            "repoURL": "https://charts.example.com", "chart": "karpenter", "targetRevision": chart,
            "helm": { "skipTests": true, "valuesObject": { "replicas": 2, "limits": [1, 2.5], "extra": null } },
        })
    };
    let operation = (!phase.is_empty()).then(|| json!({ "phase": phase, "message": "one or more objects failed" }));
    json!({
        "metadata": { "name": "karpenter" },
        "spec": { "source": source(spec) },
        "status": {
            "health": { "status": health },
            "sync": { "status": sync, "comparedTo": { "source": source(compared) } },
            "operationState": operation,
        },
    })
}

fn applications() -> Vec<(&'static str, Json, &'static str)> {
    let several = |second: &str| {
        let sources = |second: &str| json!([{ "repoURL": "a" }, { "repoURL": "b", "targetRevision": second }]);
        json!({
            "spec": { "sources": sources("1.0.0") },
            "status": {
                "health": { "status": "Healthy" },
                // The API has no way to leave this address out.
                "sync": { "status": "Synced", "comparedTo": { "source": { "repoURL": "" }, "sources": sources(second) } },
                "operationState": { "phase": "Succeeded" },
            },
        })
    };
    let mut pruned = application("1.0.0", "1.0.0", "Synced", "Succeeded", "Healthy");
    pruned["spec"]["source"]["helm"]["skipCrds"] = false.into();
    pruned["spec"]["source"]["directory"] = json!({ "recurse": false, "jsonnet": {} });
    pruned["status"]["sync"]["comparedTo"]["source"]["kustomize"] = json!({ "images": [] });
    let mut unread = application("1.0.0", "1.0.0", "Synced", "Succeeded", "Healthy");
    unread["status"]["sync"]["comparedTo"]["source"]["directory"] = json!({ "include": "*.yaml" });
    let mut unjudged = application("1.0.0", "1.0.0", "Synced", "Succeeded", "Healthy");
    unjudged["status"]["health"] = json!({});
    let mut values = application("1.0.0", "1.0.0", "Synced", "Succeeded", "Healthy");
    values["spec"]["source"]["helm"]["valuesObject"]["replicas"] = 3.into();
    let mut fewer = application("1.0.0", "1.0.0", "Synced", "Succeeded", "Healthy");
    fewer["status"]["sync"]["comparedTo"]["source"]["helm"]["valuesObject"]["another"] = true.into();
    let mut requested = application("1.0.0", "1.0.0", "OutOfSync", "Failed", "Degraded");
    requested["operation"] = json!({ "sync": {} });
    vec![
        // A first install.
        ("that has just been made", json!({ "spec": { "source": { "repoURL": "a" } } }), "Progressing"),
        ("before its first sync", application("1.0.0", "1.0.0", "OutOfSync", "", "Missing"), "Progressing"),
        ("in its first sync", application("1.0.0", "1.0.0", "OutOfSync", "Running", "Missing"), "Progressing"),
        ("synced but not healthy", application("1.0.0", "1.0.0", "Synced", "Succeeded", "Progressing"), "Progressing"),
        (
            "whose health is of before",
            application("1.0.0", "1.0.0", "OutOfSync", "Succeeded", "Healthy"),
            "Progressing",
        ),
        ("installed", application("1.0.0", "1.0.0", "Synced", "Succeeded", "Healthy"), "Healthy"),
        ("adopted", application("1.0.0", "1.0.0", "Synced", "", "Healthy"), "Healthy"),
        // An update.
        ("of another chart", application("2.0.0", "1.0.0", "Synced", "Succeeded", "Healthy"), "Progressing"),
        ("mended after a failure", application("2.0.0", "1.0.0", "OutOfSync", "Failed", "Degraded"), "Progressing"),
        ("of other values", values, "Progressing"),
        ("of values without one", fewer, "Progressing"),
        ("read in another way", unread, "Progressing"),
        ("not yet judged", unjudged, "Progressing"),
        ("compared, not synced", application("2.0.0", "2.0.0", "OutOfSync", "Succeeded", "Healthy"), "Progressing"),
        ("in its sync", application("2.0.0", "2.0.0", "OutOfSync", "Running", "Healthy"), "Progressing"),
        ("whose sync ends", application("2.0.0", "2.0.0", "OutOfSync", "Terminating", "Healthy"), "Progressing"),
        ("updated", application("2.0.0", "2.0.0", "Synced", "Succeeded", "Healthy"), "Healthy"),
        ("with empty fields", pruned, "Healthy"),
        ("of several sources", several("1.0.0"), "Healthy"),
        ("of another second source", several("0.9.0"), "Progressing"),
        ("asked for another sync", requested, "Progressing"),
        ("without a comparison", application("1.0.0", "1.0.0", "Unknown", "Succeeded", "Healthy"), "Progressing"),
        // Degraded.
        ("whose sync failed", application("1.0.0", "1.0.0", "OutOfSync", "Failed", "Healthy"), "Degraded"),
        ("whose sync was in error", application("1.0.0", "1.0.0", "Unknown", "Error", "Missing"), "Degraded"),
        ("of degraded objects", application("1.0.0", "1.0.0", "Synced", "Succeeded", "Degraded"), "Degraded"),
    ]
}

fn conditions(conditions: Json) -> Json {
    json!({ "metadata": { "generation": 2 }, "status": { "conditions": conditions } })
}

fn definitions() -> Vec<(&'static str, Json, &'static str)> {
    let of = |type_: &str, status: &str| json!({ "type": type_, "status": status, "message": "because" });
    vec![
        ("just made", json!({ "metadata": {} }), "Healthy"),
        ("without conditions", json!({ "status": { "conditions": null } }), "Healthy"),
        ("whose names are accepted", conditions(json!([of("NamesAccepted", "True")])), "Healthy"),
        (
            "not yet established",
            conditions(json!([of("NamesAccepted", "True"), of("Established", "False")])),
            "Healthy",
        ),
        ("established", conditions(json!([of("NamesAccepted", "True"), of("Established", "True")])), "Healthy"),
        (
            "of another's names",
            conditions(json!([of("NamesAccepted", "False"), of("Established", "False")])),
            "Degraded",
        ),
        (
            "of a schema that is none",
            conditions(json!([of("Established", "True"), of("NonStructuralSchema", "True")])),
            "Degraded",
        ),
        ("of a schema that is one", conditions(json!([of("NonStructuralSchema", "False")])), "Healthy"),
    ]
}

/// A time so many minutes ago, as the API server writes it.
fn ago(minutes: u32) -> String {
    let moment = format!("return require('os').date('!%Y-%m-%dT%H:%M:%SZ', require('os').time() - {minutes} * 60)");
    interpreter().load(moment).eval().unwrap()
}

fn monitoring() -> Vec<(&'static str, Json, &'static str)> {
    let available = |status: &str, reason: &str, minutes: u32, seen: u32| {
        conditions(json!([
            { "type": "Reconciled", "status": "True", "observedGeneration": seen },
            {
                "type": "Available", "status": status, "reason": reason, "message": "", "observedGeneration": seen,
                "lastTransitionTime": ago(minutes),
            },
        ]))
    };
    let mut unseen = available("True", "", 60, 2);
    unseen["status"]["conditions"][1].as_object_mut().unwrap().remove("observedGeneration");
    vec![
        // A first install.
        ("just made", json!({ "metadata": { "generation": 1 } }), "Progressing"),
        ("without conditions", json!({ "metadata": { "generation": 1 }, "status": {} }), "Progressing"),
        ("without a StatefulSet", available("False", "StatefulSetNotFound", 1, 2), "Progressing"),
        ("without a pod", available("False", "NoPodReady", 14, 2), "Progressing"),
        ("with one of two pods", available("Degraded", "SomePodsNotReady", 1, 2), "Progressing"),
        ("that runs", available("True", "", 1, 2), "Healthy"),
        ("of an operator that counts nothing", unseen, "Healthy"),
        // An update.
        ("of a new generation", available("True", "", 60, 1), "Progressing"),
        ("rolling out for long", available("Degraded", "SomePodsNotReady", 60, 2), "Progressing"),
        // Degraded.
        ("without a pod for long", available("False", "NoPodReady", 16, 2), "Degraded"),
        ("without a StatefulSet for long", available("False", "StatefulSetNotFound", 60, 2), "Degraded"),
        ("of another reason", available("False", "InvalidConfiguration", 1, 2), "Degraded"),
    ]
}

#[test]
fn a_wave_waits_for_the_syncs_that_it_begins_and_no_longer() {
    assert_eq!(judge(script("argoproj.io_Application"), &applications()), [""; 0]);
}

#[test]
fn a_definition_is_degraded_only_by_what_the_api_server_refuses() {
    assert_eq!(judge(script("CustomResourceDefinition"), &definitions()), [""; 0]);
}

#[test]
fn prometheus_and_alertmanager_may_begin_slowly() {
    assert_eq!(judge(script("_Prometheus"), &monitoring()), [""; 0]);
    assert_eq!(judge(script("_Alertmanager"), &monitoring()), [""; 0]);
}

#[test]
fn reasons_are_told() {
    let message = |kind, object: &Json| run(script(kind), object).unwrap().1;
    let failed = application("1.0.0", "1.0.0", "OutOfSync", "Failed", "Healthy");
    assert_eq!(message("argoproj.io_Application", &failed), "one or more objects failed");
    let update = application("2.0.0", "1.0.0", "Synced", "Succeeded", "Healthy");
    assert_eq!(message("argoproj.io_Application", &update), "Waiting for the comparison with another source");
    let refused = conditions(json!([{ "type": "NamesAccepted", "status": "False", "message": "taken" }]));
    assert_eq!(message("CustomResourceDefinition", &refused), "taken");
}

/// Each fault changes one line of a script, and the cases find it.
#[test]
fn a_fault_in_a_script_is_found() {
    let faults = [
        ("argoproj.io_Application", "not same(obj.spec.source, compared.source) or ", ""),
        ("argoproj.io_Application", " or not same(obj.spec.sources, compared.sources)", ""),
        ("argoproj.io_Application", "if not same(value, other[key]) then return false end", ""),
        ("argoproj.io_Application", "if one[key] == nil and not empty(value) then return false end", ""),
        ("argoproj.io_Application", " or empty(one) and empty(other)", ""),
        ("argoproj.io_Application", "and not empty(value)", ""),
        ("argoproj.io_Application", "if not empty(inner) then return false end", ""),
        ("argoproj.io_Application", "obj.operation ~= nil or ", ""),
        ("argoproj.io_Application", "operation.phase == \"Running\" or ", ""),
        ("argoproj.io_Application", " or operation.phase == \"Terminating\"", ""),
        ("argoproj.io_Application", "if operation.phase == \"Succeeded\" then", "if false then"),
        ("argoproj.io_Application", "if operation.phase == nil then", "if false then"),
        ("argoproj.io_Application", "status = \"Degraded\"", "status = \"Healthy\""),
        ("argoproj.io_Application", "status = health.status", "status = \"Healthy\""),
        ("argoproj.io_Application", "if health.status == nil then", "if false then"),
        ("CustomResourceDefinition", "\"NamesAccepted\"", "\"Established\""),
        ("CustomResourceDefinition", "condition.status == \"True\"", "condition.status == \"False\""),
        ("CustomResourceDefinition", "obj.status and obj.status.conditions or {}", "obj.status.conditions"),
        ("_Prometheus", "StatefulSetNotFound = true, ", ""),
        ("_Prometheus", ", NoPodReady = true", ""),
        ("_Prometheus", "condition.reason == \"SomePodsNotReady\"", "false"),
        ("_Prometheus", "seen and seen < obj.metadata.generation", "false"),
        ("_Prometheus", "seen and seen", "seen"),
        ("_Prometheus", " > patience", " < patience"),
        ("_Prometheus", "- 900", "- 9000"),
        ("_Prometheus", "local os = require(\"os\")\n", ""),
        ("_Prometheus", "\"Available\"", "\"Reconciled\""),
    ];
    let unseen = faults.iter().filter(|(kind, right, wrong)| {
        let script = script(kind);
        assert!(script.contains(right), "{kind} has no `{right}`");
        let cases = match *kind {
            "argoproj.io_Application" => applications(),
            "CustomResourceDefinition" => definitions(),
            _ => monitoring(),
        };
        judge(&script.replacen(right, wrong, 1), &cases).is_empty()
    });
    assert_eq!(unseen.collect::<Vec<_>>(), Vec::<&(&str, &str, &str)>::new());
}

#[test]
fn nothing_is_there_that_argo_cd_does_not_give() {
    let absent = ["string", "math", "io", "os", "debug"];
    for name in absent {
        let found: bool = interpreter().load(format!("return {name} == nil")).eval().unwrap();
        assert!(found, "{name}");
    }
    assert!(interpreter().load("return ('text'):upper()").eval::<String>().is_err());
    assert!(interpreter().load("return require('os').execute == nil").eval::<bool>().unwrap());
}
