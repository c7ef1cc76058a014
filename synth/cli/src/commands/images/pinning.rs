//! Tags and digests written into an environment's file: comments, order and everything else stay as they were.

use std::fs;

use anyhow::{Context, Result};
use stacks::settings::Settings;
use synth_command::{
    file::replace,
    report::{ADDED, CHANGED, PLACE, Report},
};
use toml_edit::{DocumentMut, Item, Table, TableLike, Value};

use crate::project::Project;

/// Changes of one environment's images. Nothing is written before [`Pinning::commit`].
pub(super) struct Pinning<'a> {
    project: &'a Project,
    document: DocumentMut,
    changes: Vec<String>,
}

/// The tables that lead to the image of a service.
pub(super) fn path(project: &Project, app: &str) -> Vec<String> {
    project.settings.services.key(app).into_iter().chain(["image".to_owned()]).collect()
}

impl<'a> Pinning<'a> {
    /// Reads the environment's file.
    pub(super) fn begin(project: &'a Project) -> Result<Self> {
        let path = project.file();
        let text = fs::read_to_string(&path).with_context(|| format!("reading `{}`", path.display()))?;
        let document = text.parse().with_context(|| format!("reading `{}`", path.display()))?;
        Ok(Self { project, document, changes: Vec::new() })
    }

    /// Does the file itself say which build of a service runs?
    pub(super) fn names(&self, app: &str) -> bool {
        let mut item = self.document.as_item();
        for name in path(self.project, app) {
            let Some(next) = item.get(&name) else { return false };
            item = next;
        }
        ["tag", "digest"].iter().all(|key| item.get(key).is_some())
    }

    /// Changes the digest of a service's image, and its tag where one is given.
    pub(super) fn pin(&mut self, app: &str, tag: Option<&str>, digest: &str) -> Result<()> {
        let image = super::image(self.project, app)?;
        let old_digest = image.digest.as_deref().unwrap_or_default();
        let wanted = [("tag", tag, image.tag.as_str()), ("digest", Some(digest), old_digest)];
        for (key, new, old) in wanted.into_iter().filter_map(|(key, new, old)| Some((key, new?, old))) {
            let table = table(&mut self.document, &path(self.project, app))
                .with_context(|| format!("changing the image of `{app}` in `{}`", self.project.file().display()))?;
            if put(table, key, new) {
                let old = if old.is_empty() { "\"\"" } else { old };
                self.changes.push(format!("  {CHANGED}~{CHANGED:#} {app} {key}: {old} → {ADDED}{new}{ADDED:#}\n"));
            }
        }
        Ok(())
    }

    /// Writes the file, if the settings are sound with it, and says what changed.
    pub(super) fn commit(self) -> Result<Report> {
        let file = self.project.file();
        let environment = &self.project.environment;
        if self.changes.is_empty() {
            return Ok(Report::fine(format!("{PLACE}{}{PLACE:#}  unchanged\n", file.display())));
        }
        let text = self.document.to_string();
        let mut layers = self.project.layers()?;
        if let Some(layer) = layers.last_mut() {
            layer.text.clone_from(&text);
        }
        Settings::parse(environment, &layers)
            .with_context(|| format!("the settings of environment `{environment}` would be invalid"))?;
        replace(&file, &text).with_context(|| format!("writing `{}`", file.display()))?;
        Ok(Report::fine(format!("{PLACE}{}{PLACE:#}\n{}", file.display(), self.changes.concat())))
    }
}

/// The table of a service's image, made where the file has none.
fn table<'a>(document: &'a mut DocumentMut, path: &[String]) -> Result<&'a mut dyn TableLike> {
    let mut table: &mut dyn TableLike = document.as_table_mut();
    for name in path {
        let made = || {
            let mut made = Table::new();
            // Tables that only hold others need no line of their own.
            made.set_implicit(name != "image");
            Item::Table(made)
        };
        let item = table.entry(name).or_insert_with(made);
        table = item.as_table_like_mut().with_context(|| format!("`{name}` is not a table"))?;
    }
    Ok(table)
}

/// Changes a value where it stands; spaces and comments around it stay. Says whether it was another.
fn put(table: &mut dyn TableLike, key: &str, new: &str) -> bool {
    match table.get_mut(key).and_then(Item::as_value_mut) {
        Some(value) if value.as_str() == Some(new) => false,
        Some(value) => {
            let around = value.decor().clone();
            *value = Value::from(new);
            *value.decor_mut() = around;
            true
        }
        None => {
            table.insert(key, Item::Value(Value::from(new)));
            true
        }
    }
}
