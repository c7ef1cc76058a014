//! The environment's file as a document: what it says, and changes of single values that leave comments and order as they are.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use synth_command::file::replace;
use synth_project::Layer;
use toml_edit::{DocumentMut, Item, Table, TableLike, Value};

/// The settings of one environment while they are changed.
#[derive(Debug)]
pub(super) struct Document {
    /// The file that is changed.
    pub(super) path: PathBuf,
    own: DocumentMut,
    /// The base that the file builds on, unless the file is the base itself.
    base: Option<DocumentMut>,
    before: Vec<Layer>,
}

/// A value that changes.
#[derive(Debug)]
pub(super) struct Change {
    /// Dotted key.
    pub(super) key: &'static str,
    /// The old value, as TOML.
    pub(super) old: String,
    /// The new value, as TOML.
    pub(super) new: String,
}

impl Document {
    /// Reads the layers of an environment, its own file last.
    pub(super) fn read(layers: Vec<Layer>) -> Result<Self> {
        let parse = |layer: &Layer| layer.text.parse().with_context(|| format!("reading `{}`", layer.path));
        let (last, base) = layers.split_last().context("an environment has a file")?;
        let own = parse(last)?;
        let base = base.first().map(parse).transpose()?;
        Ok(Self { path: last.path.clone().into(), own, base, before: layers })
    }

    /// The value of a setting as text, lists with commas between their items.
    pub(super) fn text(&self, key: &str) -> Option<String> {
        let found = [Some(&self.own), self.base.as_ref()].into_iter().flatten().find_map(|of| find(of, key))?;
        match found {
            Value::String(text) => Some(text.value().clone()),
            Value::Integer(number) => Some(number.value().to_string()),
            Value::Array(items) => Some(items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(",")),
            _ => None,
        }
    }

    /// Puts a value where it belongs, unless the settings say so already.
    pub(super) fn put(&mut self, key: &'static str, new: Value) -> Result<Option<Change>> {
        let present = find(&self.own, key).or_else(|| find(self.base.as_ref()?, key));
        let old = present.map(shown).unwrap_or_default();
        let new_text = shown(&new);
        if old == new_text {
            return Ok(None);
        }
        let (tables, name) = key.rsplit_once('.').unwrap_or(("", key));
        let mut table: &mut dyn TableLike = self.own.as_table_mut();
        for part in tables.split('.').filter(|part| !part.is_empty()) {
            let item = table.entry(part).or_insert_with(|| Item::Table(Table::new()));
            table = item.as_table_like_mut().with_context(|| format!("`{part}` of `{key}` is not a table"))?;
        }
        if let Some(value) = table.get_mut(name).and_then(Item::as_value_mut) {
            let around = value.decor().clone();
            *value = new;
            *value.decor_mut() = around;
        } else {
            table.insert(name, Item::Value(new));
        }
        Ok(Some(Change { key, old, new: new_text }))
    }

    /// The layers with the file as it would be.
    pub(super) fn layers(&self) -> Vec<Layer> {
        let mut layers = self.before.clone();
        if let Some(last) = layers.last_mut() {
            last.text = self.own.to_string();
        }
        layers
    }

    /// Makes the file what the document says.
    pub(super) fn write(&self) -> Result<()> {
        let text = self.own.to_string();
        if self.before.last().is_some_and(|layer| layer.text == text) {
            return Ok(());
        }
        replace(&self.path, &text).with_context(|| format!("writing `{}`", self.path.display()))
    }
}

/// The account that a file names itself.
pub(super) fn account(path: &Path) -> Result<Option<String>> {
    let context = || format!("reading `{}`", path.display());
    let document: DocumentMut = fs::read_to_string(path).with_context(context)?.parse().with_context(context)?;
    Ok(find(&document, "aws.account_id").and_then(Value::as_str).map(str::to_owned))
}

fn find<'a>(document: &'a DocumentMut, key: &str) -> Option<&'a Value> {
    key.split('.').try_fold(document.as_item(), |item, name| item.get(name))?.as_value()
}

/// A value as TOML on one line, without what stands around it.
fn shown(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(", ")),
        other => other.clone().decorated("", "").to_string(),
    }
}
