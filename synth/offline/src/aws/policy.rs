//! `aws_iam_policy_document`: the JSON that the provider writes, byte for byte.
//!
//! Its habits, from `policy_document_data_source.go` and `policy_model.go` of the provider: one value stands alone, more
//! are sorted downwards, values of conditions keep their order, keys of principals and conditions are sorted, `&{` becomes
//! `${`, and Go escapes `<`, `>` and `&`.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Value as Json, json};

use crate::{
    problem::Problem,
    value::{Mapping, Path, Value},
};

const SUMMARY: &str = "Invalid IAM policy document";

#[derive(Default, Serialize)]
struct Document {
    #[serde(rename = "Version", skip_serializing_if = "String::is_empty")]
    version: String,
    #[serde(rename = "Id", skip_serializing_if = "String::is_empty")]
    id: String,
    #[serde(rename = "Statement", skip_serializing_if = "Vec::is_empty")]
    statements: Vec<Statement>,
}

#[derive(Default, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Statement {
    #[serde(skip_serializing_if = "String::is_empty")]
    sid: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    effect: String,
    #[serde(skip_serializing_if = "Json::is_null")]
    action: Json,
    #[serde(skip_serializing_if = "Json::is_null")]
    not_action: Json,
    #[serde(skip_serializing_if = "Json::is_null")]
    resource: Json,
    #[serde(skip_serializing_if = "Json::is_null")]
    not_resource: Json,
    #[serde(skip_serializing_if = "Json::is_null")]
    principal: Json,
    #[serde(skip_serializing_if = "Json::is_null")]
    not_principal: Json,
    #[serde(skip_serializing_if = "Json::is_null")]
    condition: Json,
}

/// Answers the data source: documents to start from, the statements, documents that override.
pub(crate) fn answer(state: &mut Mapping) -> Result<(), Problem> {
    let of = |name: &str| state.get(name).cloned().unwrap_or_default();
    let mut merged = Document::default();
    let mut sids = BTreeSet::new();
    for (index, source) in of("source_policy_documents").each_text().enumerate() {
        let path = Path::of("source_policy_documents").index(index);
        let document = parse(source, &path)?;
        for sid in document.statements.iter().map(|statement| &statement.sid).filter(|sid| !sid.is_empty()) {
            if !sids.insert(sid.clone()) {
                return Err(duplicate(path, sid));
            }
        }
        merged.merge(document);
    }
    merged.merge(own(&of("version"), &of("policy_id"), &of("statement"))?);
    for (index, source) in of("override_policy_documents").each_text().enumerate() {
        merged.merge(parse(source, &Path::of("override_policy_documents").index(index))?);
    }
    let text = escaped(&serde_json::to_string_pretty(&merged).expect("a document of texts is JSON"));
    let minified = escaped(&serde_json::to_string(&merged).expect("a document of texts is JSON"));
    state.insert("json".to_owned(), text.into());
    state.insert("minified_json".to_owned(), minified.into());
    if state.get("version").is_none_or(Value::is_null) {
        state.insert("version".to_owned(), "2012-10-17".into());
    }
    Ok(())
}

impl Document {
    /// Takes over another document: its statements replace those of the same sid.
    fn merge(&mut self, other: Self) {
        if !other.id.is_empty() {
            self.id = other.id;
        }
        self.version = std::mem::take(&mut self.version).max(other.version);
        for statement in other.statements {
            let same = |old: &&mut Statement| !statement.sid.is_empty() && old.sid == statement.sid;
            match self.statements.iter_mut().find(same) {
                Some(old) => *old = statement,
                None => self.statements.push(statement),
            }
        }
    }
}

/// The document that the blocks of the configuration make.
fn own(version: &Value, id: &Value, statements: &Value) -> Result<Document, Problem> {
    let mut document = Document {
        version: version.as_text().unwrap_or("2012-10-17").to_owned(),
        id: id.as_text().unwrap_or_default().to_owned(),
        statements: Vec::new(),
    };
    let mut sids = BTreeSet::new();
    for (index, block) in statements.as_sequence().unwrap_or_default().iter().enumerate() {
        let path = Path::of("statement").index(index);
        let sid = block.member("sid").as_text().unwrap_or_default().to_owned();
        if !sid.is_empty() && !sids.insert(sid.clone()) {
            return Err(duplicate(path.name("sid"), &sid));
        }
        let replaced = |name: &str| variables(sorted(block.member(name)), &document.version, &path.name(name));
        document.statements.push(Statement {
            sid,
            effect: block.member("effect").as_text().unwrap_or("Allow").to_owned(),
            action: sorted(block.member("actions")),
            not_action: sorted(block.member("not_actions")),
            resource: replaced("resources")?,
            not_resource: replaced("not_resources")?,
            principal: principals(block.member("principals"), &document.version, &path.name("principals"))?,
            not_principal: principals(block.member("not_principals"), &document.version, &path.name("not_principals"))?,
            condition: conditions(block.member("condition"), &document.version, &path.name("condition"))?,
        });
    }
    Ok(document)
}

/// One text alone, more of them sorted downwards, none as null.
fn sorted(set: &Value) -> Json {
    let mut texts: Vec<&str> = set.each_text().collect();
    texts.sort_unstable_by(|one, other| other.cmp(one));
    match texts.as_slice() {
        [] => Json::Null,
        [one] => json!(one),
        more => json!(more),
    }
}

fn principals(blocks: &Value, version: &str, path: &Path) -> Result<Json, Problem> {
    let blocks = blocks.as_sequence().unwrap_or_default();
    let everybody = |block: &Value| {
        block.member("type").as_text() == Some("*") && sorted(block.member("identifiers")) == json!("*")
    };
    if let [block] = blocks
        && everybody(block)
    {
        return Ok(json!("*"));
    }
    let mut by_type: BTreeMap<&str, Vec<Json>> = BTreeMap::new();
    for block in blocks {
        let identifiers = variables(sorted(block.member("identifiers")), version, path)?;
        let all = by_type.entry(block.member("type").as_text().unwrap_or_default()).or_default();
        match identifiers {
            Json::Array(more) => all.extend(more),
            one => all.push(one),
        }
    }
    Ok(flattened(by_type))
}

fn conditions(blocks: &Value, version: &str, path: &Path) -> Result<Json, Problem> {
    let mut by_test: BTreeMap<&str, BTreeMap<&str, Vec<Json>>> = BTreeMap::new();
    for block in blocks.as_sequence().unwrap_or_default() {
        let text = |name: &str| block.member(name).as_text().unwrap_or_default();
        let values = by_test.entry(text("test")).or_default().entry(text("variable")).or_default();
        for value in block.member("values").each_text() {
            values.push(variables(json!(value), version, path)?);
        }
    }
    let tests = by_test.into_iter().map(|(test, variables)| (test.to_owned(), flattened(variables)));
    let tests: serde_json::Map<_, _> = tests.collect();
    Ok(if tests.is_empty() { Json::Null } else { Json::Object(tests) })
}

/// Lists by key, where a list of one is that one.
fn flattened(lists: BTreeMap<&str, Vec<Json>>) -> Json {
    let one = |mut list: Vec<Json>| if list.len() == 1 { list.remove(0) } else { Json::Array(list) };
    let object: serde_json::Map<_, _> = lists.into_iter().map(|(key, list)| (key.to_owned(), one(list))).collect();
    if object.is_empty() { Json::Null } else { Json::Object(object) }
}

/// Writes IAM's own variables, which Terraform would take for its own, as IAM reads them.
fn variables(json: Json, version: &str, path: &Path) -> Result<Json, Problem> {
    Ok(match json {
        Json::String(text) if text.contains("&{") && version == "2008-10-17" => {
            let detail =
                format!("found &{{ sequence in ({text}), which is not supported in document version {version}");
            return Err(Problem::new(path.clone(), SUMMARY, detail));
        }
        Json::String(text) => Json::String(text.replace("&{", "${")),
        Json::Array(texts) => {
            Json::Array(texts.into_iter().map(|text| variables(text, version, path)).collect::<Result<_, _>>()?)
        }
        other => other,
    })
}

/// Reads a document that was given as JSON; its principals and conditions are written back in order.
fn parse(text: &str, path: &Path) -> Result<Document, Problem> {
    let invalid = |detail: String| Problem::new(path.clone(), SUMMARY, detail);
    let json: Json = serde_json::from_str(text).map_err(|error| invalid(format!("not JSON: {error}")))?;
    let text = |json: &Json, name: &str| json[name].as_str().unwrap_or_default().to_owned();
    let statements = match &json["Statement"] {
        Json::Array(statements) => statements.clone(),
        Json::Null => Vec::new(),
        // The provider decodes into a list and fails on a single statement.
        _ => return Err(invalid("`Statement` is not a list".to_owned())),
    };
    let statement = |json: &Json| Statement {
        sid: text(json, "Sid"),
        effect: text(json, "Effect"),
        action: json["Action"].clone(),
        not_action: json["NotAction"].clone(),
        resource: json["Resource"].clone(),
        not_resource: json["NotResource"].clone(),
        principal: ordered(&json["Principal"], true),
        not_principal: ordered(&json["NotPrincipal"], true),
        condition: ordered(&json["Condition"], false),
    };
    Ok(Document {
        version: text(&json, "Version"),
        id: text(&json, "Id"),
        statements: statements.iter().map(statement).collect(),
    })
}

/// Sorts keys, and the lists of principals; a list of one value in a condition becomes the value.
fn ordered(json: &Json, principals: bool) -> Json {
    match json {
        Json::Object(members) => {
            let sorted: BTreeMap<_, _> = members.iter().collect();
            Json::Object(sorted.into_iter().map(|(key, json)| (key.clone(), ordered(json, principals))).collect())
        }
        Json::Array(list) if principals => {
            let mut texts: Vec<_> = list.iter().filter_map(Json::as_str).collect();
            texts.sort_unstable_by(|one, other| other.cmp(one));
            json!(texts)
        }
        Json::Array(list) if list.len() == 1 => list[0].clone(),
        Json::Bool(value) if !principals => json!(value.to_string()),
        other => other.clone(),
    }
}

/// Go's `encoding/json` writes these as escapes, so that JSON may stand in HTML.
pub(crate) fn escaped(json: &str) -> String {
    json.replace('&', r"\u0026")
        .replace('<', r"\u003c")
        .replace('>', r"\u003e")
        .replace('\u{2028}', r"\u2028")
        .replace('\u{2029}', r"\u2029")
}

fn duplicate(path: Path, sid: &str) -> Problem {
    Problem::new(path, SUMMARY, format!("duplicate Sid ({sid}). Remove the Sid or ensure the Sid is unique."))
}
