//! Writes providers, variables and the `terraform` block.

use serde_json::{Map, Value as Json, json};

use super::{flag, optional, resource::write_escaped_body, write_conditions};
use crate::{
    declaration::{TerraformData, VariableData},
    provider::ProviderConfiguration,
    render,
};

/// The names that Terraform keeps for itself in a provider configuration.
const META_ARGUMENTS: [&str; 8] =
    ["alias", "count", "depends_on", "for_each", "lifecycle", "locals", "source", "version"];

pub(super) fn write_provider(provider: &ProviderConfiguration) -> Json {
    let mut written = Map::new();
    optional(&mut written, "alias", provider.alias.as_ref().map(|alias| json!(alias)));
    written.extend(write_escaped_body(&provider.body, &META_ARGUMENTS));
    Json::Object(written)
}

pub(super) fn write_variable(variable: &VariableData) -> Json {
    let mut written = Map::new();
    written.insert("type".to_owned(), json!(variable.type_));
    optional(&mut written, "description", variable.description.as_ref().map(|text| json!(text)));
    optional(&mut written, "default", variable.default.as_ref().map(render::literal));
    flag(&mut written, "sensitive", variable.sensitive);
    flag(&mut written, "ephemeral", variable.ephemeral);
    optional(&mut written, "nullable", variable.nullable.map(Json::Bool));
    optional(&mut written, "validation", write_conditions(&variable.validations));
    Json::Object(written)
}

pub(super) fn write_terraform(terraform: &TerraformData) -> Map<String, Json> {
    let mut written = Map::new();
    optional(&mut written, "required_version", terraform.required_version.as_ref().map(|version| json!(version)));
    if !terraform.required_providers.is_empty() {
        let providers = terraform.required_providers.iter();
        let providers: Map<_, _> = providers
            .map(|(provider, version)| {
                (provider.name.to_owned(), json!({ "source": provider.source, "version": version }))
            })
            .collect();
        written.insert("required_providers".to_owned(), Json::Object(providers));
    }
    if let Some(backend) = &terraform.backend {
        let arguments: Map<_, _> =
            backend.arguments.iter().map(|(name, value)| ((*name).to_owned(), render::literal(value))).collect();
        let mut written_backend = Map::new();
        written_backend.insert(backend.type_name.to_owned(), Json::Object(arguments));
        written.insert("backend".to_owned(), Json::Object(written_backend));
    }
    written
}
