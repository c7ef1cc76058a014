//! A sound platform, and ways to break it: other settings, an object's JSON, a resource's argument.

use std::sync::LazyLock;

use jiff::civil::{Date, date};
use serde_json::Value as Json;
use stacks::{Platform, policies, settings::Settings};
use synth_framework::{Declaration, Expression, Mode, Resource};
use synth_project::{Built, Layer, Project as _};
use synth_review::{Finding, Review};

pub(crate) const BASE: &str = include_str!("../fixtures/default.toml");
pub(crate) const SMALL: &str = include_str!("../fixtures/small.toml");
pub(crate) const NAMED: &str = include_str!("../fixtures/named.toml");
const LARGE: &str = include_str!("../fixtures/large.toml");

/// The guide to what is done once a platform runs.
pub(crate) const GUIDE: &str = include_str!("../../../docs/day-2.md");

/// The first settings that the guide shows under a heading.
#[track_caller]
pub(crate) fn of_the_guide(heading: &str) -> &'static str {
    let (_, section) =
        GUIDE.split_once(&format!("\n{heading}\n")).unwrap_or_else(|| panic!("`{heading}` is no heading"));
    let (_, table) = section.split_once("```toml\n").expect("the guide shows settings");
    table.split_once("```").expect("a block ends").0
}

/// The day on which the fixtures are judged: some days after their images were made.
pub(crate) const TODAY: Date = date(2026, 9, 10);

/// Settings of several layers.
pub(crate) fn settings(environment: &str, layers: &[&str]) -> Settings {
    let layers: Vec<_> =
        layers.iter().map(|text| Layer { path: "test.toml".to_owned(), text: (*text).to_owned() }).collect();
    Settings::parse(environment, &layers).unwrap_or_else(|error| panic!("{error}"))
}

pub(crate) fn build(settings: &Settings) -> Platform {
    Platform::build(settings).unwrap_or_else(|problems| panic!("{problems}"))
}

/// The cheapest platform, over three zones.
pub(crate) fn small() -> Platform {
    static SOUND: LazyLock<Platform> = LazyLock::new(|| build(&settings("default", &[BASE, SMALL])));
    SOUND.clone()
}

/// The cheapest platform with other settings.
pub(crate) fn with(overrides: &str) -> Platform {
    build(&settings("default", &[BASE, SMALL, overrides]))
}

/// The widest platform.
pub(crate) fn large() -> Platform {
    build(&settings("large", &[BASE, LARGE]))
}

/// The findings of a policy: subject, file, what is wrong and how to mend it, each finding on two lines.
pub(crate) fn found(platform: &Platform, code: &str) -> String {
    found_on(TODAY, platform, code)
}

/// The same, on another day.
pub(crate) fn found_on(today: Date, platform: &Platform, code: &str) -> String {
    let policy = policies::all().find(|policy| policy.code == code);
    let policy = policy.unwrap_or_else(|| panic!("`{code}` is no policy"));
    let review = Review::run([policy], platform, today, &[]);
    for finding in &review.findings {
        assert_settings_are_named(platform, finding);
    }
    let lines = review.findings.iter().map(|finding| {
        format!("{} in {} {}\n  mend: {}", finding.place.subject, finding.place.file, finding.message, finding.mend)
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// A mend that names a setting says where it stands: the finding has its key, and the files have that.
#[track_caller]
fn assert_settings_are_named(platform: &Platform, finding: &Finding) {
    let schema = Settings::schema();
    for (key, _) in &finding.settings {
        assert!(platform.settings.place(key).is_some(), "`{key}` of {} stands nowhere", finding.code);
        // A key that is not there has the place of the table that it would be in.
        let setting = key.split('.').try_fold(&schema, |table, name| {
            table["properties"].get(name).or_else(|| table.get("additionalProperties").filter(|any| any.is_object()))
        });
        assert!(setting.is_some(), "`{key}` of {} is no setting", finding.code);
    }
    let leaf = |key: &str| key.rsplit('.').next().unwrap_or_default().to_owned();
    let settings: Vec<_> = BASE.lines().filter_map(|line| line.split_once(" = ")).map(|(name, _)| name).collect();
    // A name of one word, such as `replicas`, is Kubernetes' as often as ours.
    let named = finding.mend.split('`').skip(1).step_by(2).map(leaf);
    for name in named.filter(|name| name.contains('_') && settings.contains(&name.as_str())) {
        let known = finding.settings.iter().any(|(key, _)| leaf(key) == name);
        assert!(known, "{} mends by `{name}`, and does not say where it is set: {}", finding.code, finding.mend);
    }
}

/// The findings of a policy once the cheapest platform is changed. It finds nothing before.
#[track_caller]
pub(crate) fn broken(code: &str, change: impl FnOnce(&mut Platform)) -> String {
    let mut platform = small();
    assert_eq!(found(&platform, code), "", "the policy passes on the sound platform");
    change(&mut platform);
    found(&platform, code)
}

/// The findings of a policy under other settings. It finds nothing before.
#[track_caller]
pub(crate) fn broken_by(code: &str, overrides: &str) -> String {
    broken(code, |platform| *platform = with(overrides))
}

/// Changes the objects of a kind and name.
#[track_caller]
pub(crate) fn edit(platform: &mut Platform, kind: &str, name: &str, edit: impl Fn(&mut Json)) {
    let mut edited = 0;
    for part in &mut platform.parts {
        let Built::Manifests(manifests) = part else { continue };
        for manifest in manifests.objects_mut() {
            if manifest.kind() == kind && manifest.name() == name {
                manifest.change(&edit).unwrap();
                edited += 1;
            }
        }
    }
    assert!(edited > 0, "there is no {kind}/{name}");
}

/// Sets the value at a JSON pointer, which must exist but for its last part; `null` removes it.
#[track_caller]
pub(crate) fn set(platform: &mut Platform, kind: &str, name: &str, pointer: &str, value: impl Into<Json>) {
    let value = value.into();
    edit(platform, kind, name, |object| {
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        let parent = object.pointer_mut(parent).unwrap_or_else(|| panic!("nothing at {parent}"));
        let key = key.replace("~1", "/");
        match (parent, &value) {
            (Json::Object(entries), Json::Null) => drop(entries.shift_remove(&key)),
            (parent @ Json::Object(_), value) => parent[key.as_str()] = value.clone(),
            (parent, value) => parent[key.parse::<usize>().unwrap()] = value.clone(),
        }
    });
}

/// Removes the object of a kind and name.
pub(crate) fn remove(platform: &mut Platform, kind: &str, name: &str) {
    for part in &mut platform.parts {
        if let Built::Manifests(manifests) = part {
            manifests.objects_mut().retain(|manifest| manifest.kind() != kind || manifest.name() != name);
        }
    }
}

/// Adds a copy of an object, changed.
pub(crate) fn copy(platform: &mut Platform, kind: &str, name: &str, path: &str, edit: impl Fn(&mut Json)) {
    for part in &mut platform.parts {
        if let Built::Manifests(manifests) = part {
            let mut copy =
                manifests.objects_mut().iter().find(|of| of.kind() == kind && of.name() == name).unwrap().clone();
            copy.change(&edit).unwrap();
            path.clone_into(&mut copy.path);
            manifests.objects_mut().push(copy);
        }
    }
}

/// Changes a resource, given by its address.
#[track_caller]
pub(crate) fn resource(platform: &mut Platform, address: &str, mut change: impl FnMut(&mut Resource)) {
    let mut changed = 0;
    for part in &mut platform.parts {
        let Built::Stack(stack) = part else { continue };
        for placed in stack.declarations_mut() {
            if let Declaration::Resource(resource) = &mut placed.declaration
                && address_of(resource) == address
            {
                change(resource);
                changed += 1;
            }
        }
    }
    assert!(changed > 0, "there is no {address}");
}

/// Sets an argument of a resource by its dotted path; `null` removes it.
#[track_caller]
pub(crate) fn argue(platform: &mut Platform, address: &str, path: &str, value: Expression) {
    resource(platform, address, |resource| resource.override_argument(path, value.clone()));
}

/// Removes a resource.
pub(crate) fn remove_resource(platform: &mut Platform, address: &str) {
    for part in &mut platform.parts {
        if let Built::Stack(stack) = part {
            stack.declarations_mut().retain(|placed| match &placed.declaration {
                Declaration::Resource(resource) => address_of(resource) != address,
                _ => true,
            });
        }
    }
}

/// Adds a copy of a resource under another label, changed.
pub(crate) fn copy_resource(
    platform: &mut Platform,
    address: &str,
    label: &str,
    mut change: impl FnMut(&mut Resource),
) {
    for part in &mut platform.parts {
        let Built::Stack(stack) = part else { continue };
        let found = stack.declarations().iter().find(
            |placed| matches!(&placed.declaration, Declaration::Resource(resource) if address_of(resource) == address),
        );
        let Some(mut copy) = found.cloned() else { continue };
        if let Declaration::Resource(resource) = &mut copy.declaration {
            label.clone_into(&mut resource.label);
            change(resource);
        }
        stack.declarations_mut().push(copy);
    }
}

/// Changes the JSON file that lies beside a stack.
pub(crate) fn asset(platform: &mut Platform, path: &str, edit: impl Fn(&mut Json)) {
    for part in &mut platform.parts {
        let Built::Stack(stack) = part else { continue };
        for placed in stack.declarations_mut() {
            if let Declaration::Asset(asset) = &mut placed.declaration
                && asset.path == path
            {
                let mut json = serde_json::from_str(asset.text()).unwrap();
                edit(&mut json);
                asset.rewrite(json.to_string());
            }
        }
    }
}

fn address_of(resource: &Resource) -> String {
    let mode = if resource.mode == Mode::Data { "data." } else { "" };
    format!("{mode}{}.{}", resource.type_name, resource.label)
}

/// A literal text.
pub(crate) fn text(text: &str) -> Expression {
    Expression::String(text.to_owned().into())
}

/// A list of literal texts.
pub(crate) fn texts(texts: &[&str]) -> Expression {
    Expression::List(texts.iter().map(|of| text(of)).collect())
}
