//! Takes a Terraform JSON configuration apart: what it declares, by address.
//!
//! A file on disk may have been edited into any shape, so an unknown shape is kept whole instead of being refused.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

/// Adds what `configuration` declares.
pub(super) fn declared(configuration: Json, into: &mut BTreeMap<String, Json>) {
    let Json::Object(sections) = configuration else {
        into.insert("configuration".to_owned(), configuration);
        return;
    };
    for (section, content) in sections {
        match (section.as_str(), content) {
            ("//", _) => {}
            ("resource", Json::Object(types)) => add_typed("", types, into),
            ("data", Json::Object(types)) => add_typed("data.", types, into),
            ("locals", Json::Object(entries)) => add_named("local", entries, into),
            ("variable", Json::Object(entries)) => add_named("var", entries, into),
            ("provider", Json::Object(providers)) => add_providers(providers, into),
            ("moved" | "removed", Json::Array(blocks)) => add_blocks(&section, "from", blocks, into),
            ("import", Json::Array(blocks)) => add_blocks(&section, "to", blocks, into),
            (_, Json::Object(entries)) => add_named(&section, entries, into),
            (_, content) => {
                into.insert(section, content);
            }
        }
    }
}

fn add_typed(prefix: &str, types: Map<String, Json>, into: &mut BTreeMap<String, Json>) {
    for (type_name, content) in types {
        match content {
            Json::Object(entries) => add_named(&format!("{prefix}{type_name}"), entries, into),
            content => {
                into.insert(format!("{prefix}{type_name}"), content);
            }
        }
    }
}

fn add_named(prefix: &str, entries: Map<String, Json>, into: &mut BTreeMap<String, Json>) {
    into.extend(entries.into_iter().map(|(name, content)| (format!("{prefix}.{name}"), content)));
}

/// A provider has one configuration or a list of them, told apart by their aliases.
fn add_providers(providers: Map<String, Json>, into: &mut BTreeMap<String, Json>) {
    for (name, content) in providers {
        let configurations = match content {
            Json::Array(configurations) => configurations,
            single => vec![single],
        };
        for configuration in configurations {
            let alias = configuration.get("alias").and_then(Json::as_str);
            let address = alias.map_or_else(|| format!("provider.{name}"), |alias| format!("provider.{name}.{alias}"));
            into.insert(address, configuration);
        }
    }
}

fn add_blocks(section: &str, key: &str, blocks: Vec<Json>, into: &mut BTreeMap<String, Json>) {
    for block in blocks {
        let name = block.get(key).map(|name| name.as_str().map_or_else(|| name.to_string(), str::to_owned));
        into.insert(format!("{section}.{}", name.unwrap_or_default()), block);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn addresses(configuration: Json) -> Vec<String> {
        let mut into = BTreeMap::new();
        declared(configuration, &mut into);
        into.into_keys().collect()
    }

    #[test]
    fn every_kind_of_declaration_has_an_address() {
        let configuration = json!({
            "//": "Synthesized from a.rs; do not edit.",
            "terraform": { "required_version": ">= 1.11", "backend": { "s3": {} } },
            "provider": { "aws": [{}, { "alias": "us" }], "helm": {} },
            "variable": { "token": {} },
            "locals": { "zones": [] },
            "data": { "aws_region": { "current": {} } },
            "resource": { "aws_vpc": { "main": {}, "other": {} } },
            "check": { "healthy": {} },
            "moved": [{ "from": "aws_vpc.old", "to": "aws_vpc.main" }],
            "import": [{ "to": "aws_vpc.other", "id": "vpc-1" }],
            "removed": [{ "from": "aws_eip.gone" }],
            "output": { "vpc_id": {} },
        });
        let expected = [
            "aws_vpc.main",
            "aws_vpc.other",
            "check.healthy",
            "data.aws_region.current",
            "import.aws_vpc.other",
            "local.zones",
            "moved.aws_vpc.old",
            "output.vpc_id",
            "provider.aws",
            "provider.aws.us",
            "provider.helm",
            "removed.aws_eip.gone",
            "terraform.backend",
            "terraform.required_version",
            "var.token",
        ];
        assert_eq!(addresses(configuration), expected);
    }

    #[test]
    fn an_unknown_shape_is_kept_whole() {
        assert_eq!(addresses(json!([1])), ["configuration"]);
        assert_eq!(addresses(json!({ "resource": 1, "data": { "aws_region": [] } })), ["data.aws_region", "resource"]);
    }
}
