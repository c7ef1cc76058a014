//! Renovate's own managers find every version that stands in the settings, and ask where it comes from.

use std::collections::BTreeMap;

use regex::Regex;
use serde_json::Value as Json;
use stacks::{Platform, settings::Settings};
use synth_project::Project as _;

use crate::{BASE, layer};

const CONFIGURATION: &str = include_str!("../../../renovate.json");
const MAKEFILE: &str = include_str!("../../../apps/services.mk");

fn managers() -> Vec<Json> {
    let configuration: Json = serde_json::from_str(CONFIGURATION).expect("renovate.json is JSON");
    configuration["customManagers"].as_array().expect("managers are a list").clone()
}

/// The texts that a group captures, by the matches of any of a manager's expressions.
fn captured(manager: &Json, group: &str, text: &str) -> Vec<String> {
    let expressions = manager["matchStrings"].as_array().expect("patterns are a list").iter().map(|of| {
        let pattern = of.as_str().expect("a pattern is a text");
        Regex::new(pattern).expect("a pattern is a regular expression")
    });
    let found = expressions.flat_map(|expression| {
        let captures = expression.captures_iter(text).filter_map(|found| Some(found.name(group)?.as_str().to_owned()));
        captures.collect::<Vec<_>>()
    });
    found.collect()
}

/// Every version in the settings: charts by their tables, add-ons by their keys, both node images.
fn versions() -> BTreeMap<String, String> {
    let (mut table, mut found) = ("", BTreeMap::new());
    for line in BASE.lines() {
        if let Some(header) = line.strip_prefix('[') {
            table = header.trim_end_matches(']');
        }
        let Some((key, value)) = line.split_once(" = ") else { continue };
        let named = ["chart_version", "ami_alias", "release_version"].contains(&key);
        if named || (table == "cluster.addon_versions" && value != "\"\"") {
            found.insert(format!("{table}.{key}"), value.trim_matches('"').to_owned());
        }
    }
    assert!(found.len() >= 12, "{found:?}");
    found
}

#[test]
fn every_version_in_the_settings_is_matched_by_one_manager() {
    let mut matched: Vec<_> = managers().iter().flat_map(|manager| captured(manager, "currentValue", BASE)).collect();
    let mut expected: Vec<_> =
        versions().into_values().map(|version| version.trim_start_matches("al2023@").to_owned()).collect();
    matched.sort();
    expected.sort();
    assert_eq!(matched, expected);
}

/// An environment may name some of them only, in any order, among others.
#[test]
fn an_override_of_one_version_is_matched_alone() {
    let text = "[karpenter]\n# Newer.\nreplicas = 3\n\nchart_version = \"1.15.0\"\n\n[services]\nnamespace = \"a\"\n";
    let matched: Vec<_> = managers().iter().flat_map(|manager| captured(manager, "currentValue", text)).collect();
    assert_eq!(matched, ["1.15.0"]);
}

#[test]
fn charts_are_asked_for_where_argo_cd_and_terraform_take_them() {
    let settings = Settings::parse("default", &[layer("default", BASE)]).unwrap();
    let platform = Platform::build(&settings).unwrap();
    let managers = managers();
    let mut charts = 0;
    for application in platform.objects().filter(|object| object.kind() == "Application") {
        let source = &application.object()["spec"]["source"];
        let (Some(chart), Some(repository)) = (source["chart"].as_str(), source["repoURL"].as_str()) else { continue };
        // The chart of Karpenter's resources has the version of Karpenter's own.
        let name = chart.trim_end_matches("-crd");
        let manager = managers.iter().find(|manager| manager["depNameTemplate"] == name);
        let manager = manager.unwrap_or_else(|| panic!("no manager is about the chart {chart}"));
        let asked = match manager["datasourceTemplate"].as_str() {
            Some("docker") => {
                manager["packageNameTemplate"].as_str().and_then(|image| image.strip_suffix(&format!("/{name}")))
            }
            _ => manager["registryUrlTemplate"].as_str(),
        };
        assert_eq!(asked, Some(repository), "{chart}");
        assert_eq!(captured(manager, "currentValue", BASE), [source["targetRevision"].as_str().unwrap()], "{chart}");
        charts += 1;
    }
    assert!(charts >= 4, "{charts}");
    let release = platform.stack("cluster").unwrap().files().into_iter().map(|file| file.text).collect::<String>();
    let argocd = managers.iter().find(|manager| manager["depNameTemplate"] == "argo-cd").unwrap();
    assert!(release.contains(argocd["registryUrlTemplate"].as_str().unwrap()));
}

#[test]
fn add_ons_are_asked_for_by_the_version_of_the_cluster() {
    for manager in managers().iter().filter(|manager| manager["datasourceTemplate"] == "aws-eks-addon") {
        assert_eq!(captured(manager, "kubernetes", BASE), ["1.36"]);
        let name = manager["depNameTemplate"].as_str().unwrap();
        let package = manager["packageNameTemplate"].as_str().unwrap();
        let filter: Json = serde_json::from_str(&package.replace("{{{kubernetes}}}", "1.36")).unwrap();
        assert_eq!((filter["addonName"].as_str(), filter["kubernetesVersion"].as_str()), (Some(name), Some("1.36")));
        let key = name.replace('-', "_");
        assert!(BASE.contains(&format!("\n{key} = ")), "{key} is a setting");
    }
}

/// The notes of a release name the image of every Kubernetes version; one of another minor version is no update.
#[test]
fn releases_of_base_nodes_are_read_out_of_the_notes_that_name_them() {
    let configuration: Json = serde_json::from_str(CONFIGURATION).unwrap();
    let managers = managers();
    let manager = managers.iter().find(|manager| manager["depNameTemplate"] == "eks-node-release").unwrap();
    let source = manager["datasourceTemplate"].as_str().unwrap().strip_prefix("custom.").unwrap();
    let rule = configuration["customDatasources"][source]["transformTemplates"][0].as_str().unwrap();
    let pattern = Regex::new(rule.split('/').nth(1).unwrap()).unwrap();
    let notes = "| amazon-eks-node-al2023-x86_64-standard-1.36-v20260903 | 1.36.3-20260903 | s3://amazon-eks/1.36.3/2026-08-19/ |\n\
                 | amazon-eks-node-al2023-x86_64-standard-1.35-v20260903 | 1.35.6-20260903 | al2023-ami-minimal-2023.12.20260831.0 |";
    let found: Vec<_> = pattern.find_iter(notes).map(|found| found.as_str()).collect();
    assert_eq!(found, ["1.36.3-20260903", "1.35.6-20260903"]);
    let versioning = manager["versioningTemplate"].as_str().unwrap().strip_prefix("regex:").unwrap();
    let versioning = Regex::new(versioning).unwrap();
    let compatible = |release: &str| versioning.captures(release).map(|of| of["compatibility"].to_owned());
    assert_eq!(compatible("1.36.3-20260903"), compatible("1.36.4-20260930"));
    assert_ne!(compatible("1.36.3-20260903"), compatible("1.35.6-20260903"));
    let bottlerocket = "\nrelease_version = \"1.62.1-5d9ac849\"\n";
    assert!(captured(manager, "currentValue", bottlerocket).is_empty(), "its releases are no days");
}

#[test]
fn packages_that_a_makefile_installs_are_matched() {
    let matched: Vec<_> = managers().iter().flat_map(|manager| captured(manager, "depName", MAKEFILE)).collect();
    assert_eq!(matched, ["cors-anywhere"]);
}
