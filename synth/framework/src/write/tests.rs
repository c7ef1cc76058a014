//! Writes test runs, and the mocks of the providers that they run with.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use serde_json::{Map, Value as Json, json};

use super::{StackFile, header, optional, text, under, write_conditions};
use crate::{
    declaration::{Declaration, MockProviderData, RunData},
    expression::{Mode, Root},
    provider::ProviderInfo,
    render,
    stack::BuiltStack,
};

/// Where Terraform looks for tests.
const FOLDER: &str = "tests";

/// Where tests look for mocks. Terraform finds it from the stack's directory.
const MOCKS: &str = "tests/mocks";

/// The files of a stack's tests; none where nothing is asserted.
pub(super) fn test_files(stack: &BuiltStack) -> Vec<StackFile> {
    let mut by_file: BTreeMap<&Arc<str>, Vec<&RunData>> = BTreeMap::new();
    for placed in stack.declarations() {
        if let Declaration::Run(run) = &placed.declaration {
            by_file.entry(&placed.file).or_default().push(run);
        }
    }
    if by_file.is_empty() {
        return Vec::new();
    }
    let providers = required(stack);
    let mocked = mock_providers(stack, &providers);
    let tests = by_file.into_iter().map(|(name, runs)| {
        let mut file = Map::new();
        file.insert("//".to_owned(), header(runs.iter().map(|run| run.location)));
        if !mocked.is_empty() {
            file.insert("mock_provider".to_owned(), Json::Object(mocked.clone()));
        }
        let runs = runs.into_iter().map(|run| (run.name.clone(), write_run(run)));
        file.insert("run".to_owned(), Json::Object(runs.collect()));
        StackFile { path: format!("{FOLDER}/{name}.tftest.json"), text: text(file) }
    });
    tests.chain(providers.iter().map(|provider| mocks(stack, provider))).collect()
}

/// The providers that the stack requires, by name.
fn required(stack: &BuiltStack) -> Vec<&'static ProviderInfo> {
    let terraform = stack.declarations().iter().filter_map(|placed| match &placed.declaration {
        Declaration::Terraform(terraform) => Some(&terraform.required_providers),
        _ => None,
    });
    let mut providers: Vec<_> = terraform.flatten().map(|(provider, _)| *provider).collect();
    providers.sort_by_key(|provider| provider.name);
    providers
}

/// A mock for each configuration of each provider. All that they compute is known at the plan.
fn mock_providers(stack: &BuiltStack, providers: &[&'static ProviderInfo]) -> Map<String, Json> {
    let mocked = providers.iter().map(|provider| {
        let aliases = stack.declarations().iter().filter_map(|placed| match &placed.declaration {
            Declaration::Provider(configuration) if configuration.provider == *provider => configuration.alias.as_ref(),
            _ => None,
        });
        let mock = |alias: Option<&String>| {
            let mut written = Map::new();
            optional(&mut written, "alias", alias.map(|alias| json!(alias)));
            written.insert("override_during".to_owned(), json!("plan"));
            written.insert("source".to_owned(), json!(format!("./{MOCKS}")));
            Json::Object(written)
        };
        (
            provider.name.to_owned(),
            Json::Array(std::iter::once(mock(None)).chain(aliases.map(Some).map(mock)).collect()),
        )
    });
    mocked.collect()
}

/// The values that a provider computes. Terraform knows at the plan only types that are named: each is, even with none.
fn mocks(stack: &BuiltStack, provider: &'static ProviderInfo) -> StackFile {
    let mocks: Vec<&MockProviderData> = stack
        .declarations()
        .iter()
        .filter_map(|placed| match &placed.declaration {
            Declaration::MockProvider(mock) if mock.provider == provider => Some(mock),
            _ => None,
        })
        .collect();
    let mut sources: BTreeSet<_> = mocks.iter().map(|mock| mock.location).collect();
    let mut types: BTreeMap<(Mode, &str), Map<String, Json>> = BTreeMap::new();
    for resource in stack.resources().filter(|resource| resource.provider == provider) {
        if mocks.is_empty() {
            sources.insert(resource.location);
        }
        let defaults = types.entry((resource.mode, resource.type_name)).or_default();
        for default in mocks.iter().flat_map(|mock| &mock.defaults) {
            let value = default.value_for(resource).map(|value| render::template(&value));
            optional(defaults, default.attribute, value);
        }
    }
    let mut file = Map::new();
    file.insert("//".to_owned(), header(sources));
    for ((mode, type_name), defaults) in types {
        let section = if mode == Mode::Data { "mock_data" } else { "mock_resource" };
        under(&mut file, section).insert(type_name.to_owned(), json!({ "defaults": defaults }));
    }
    StackFile { path: format!("{MOCKS}/{}.tfmock.json", provider.name), text: text(file) }
}

fn write_run(run: &RunData) -> Json {
    let mut written = Map::new();
    written.insert("command".to_owned(), json!("plan"));
    let variables = run.variables.iter().filter_map(|(variable, value)| match &variable.root {
        Root::Declared(address) => Some((address.label.to_string(), render::template(value))),
        _ => None,
    });
    let variables: Map<_, _> = variables.collect();
    optional(&mut written, "variables", (!variables.is_empty()).then_some(Json::Object(variables)));
    optional(&mut written, "assert", write_conditions(&run.asserts));
    Json::Object(written)
}
