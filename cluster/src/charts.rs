//! The charts of an environment, and what Helm makes of their values, where a chart lies here.

use std::{
    io::Write as _,
    path::PathBuf,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};
use serde_json::Value as Json;
use stacks::Platform;
use synth_project::{Built, Project as _};

use crate::{
    environment::{Environment, Item},
    names::{name_of, text},
    programs::root,
};

/// The code with which the renderer says that a chart is not there.
const ABSENT: i32 = 2;

/// A chart as an environment installs it.
#[derive(Clone, Debug)]
pub struct Release {
    /// The chart's name.
    pub chart: String,
    version: String,
    name: String,
    namespace: String,
    values: Json,
    /// Is it Argo CD's own, which Terraform installs by Helm?
    own: bool,
}

impl Environment {
    /// Every chart: Argo CD's own, then those that it syncs.
    pub fn releases(&self) -> Result<Vec<Release>> {
        let applications =
            self.items.iter().map(|item| &item.object).filter(|object| text(object, "/kind") == "Application");
        let synced =
            applications.filter(|object| !text(object, "/spec/source/chart").is_empty()).map(|object| Release {
                chart: text(object, "/spec/source/chart").rsplit('/').next().unwrap_or_default().to_owned(),
                version: text(object, "/spec/source/targetRevision").to_owned(),
                name: name_of(object).to_owned(),
                namespace: text(object, "/spec/destination/namespace").to_owned(),
                values: object.pointer("/spec/source/helm/valuesObject").cloned().unwrap_or_default(),
                own: false,
            });
        Ok([self.argocd()?].into_iter().chain(synced).collect())
    }

    fn argocd(&self) -> Result<Release> {
        let part = Platform::part("cluster").context("there is no part `cluster`")?;
        let Built::Stack(stack) = part.build(&self.settings)? else { bail!("`cluster` is no stack") };
        let files = stack.files();
        let values = files.iter().find(|file| file.path == "argocd-values.json").context("Argo CD has no values")?;
        Ok(Release {
            chart: "argo-cd".to_owned(),
            version: self.settings.argocd.chart_version.to_string(),
            name: "argocd".to_owned(),
            namespace: self.settings.argocd.namespace.clone(),
            values: serde_json::from_str(&values.text)?,
            own: true,
        })
    }
}

impl Release {
    /// Its objects, as Helm renders them; nothing where the chart lies neither beside the programs nor in `CHARTS_DIR`.
    pub fn render(&self) -> Result<Option<Vec<Item>>> {
        let python = root().join("target/venv/bin/python");
        let mut command = Command::new(&python);
        command.arg("-B").arg(root().join("scripts/charts")).arg("render");
        for folder in folders() {
            command.arg("--charts").arg(folder);
        }
        command.args([&self.chart, &self.version, &self.name, &self.namespace]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let started = command.spawn();
        let mut process =
            started.with_context(|| format!("starting `{}`: `make manifests` installs it", python.display()))?;
        process.stdin.take().context("no standard input")?.write_all(self.values.to_string().as_bytes())?;
        let output = process.wait_with_output()?;
        if output.status.code() == Some(ABSENT) {
            return Ok(None);
        }
        if !output.status.success() {
            bail!("rendering {} {}: {}", self.chart, self.version, String::from_utf8_lossy(&output.stderr));
        }
        let objects: Vec<Json> = serde_json::from_slice(&output.stdout).context("what the renderer printed")?;
        let source = format!("the chart {} {}", self.chart, self.version);
        let item =
            |object| Item { object, source: source.clone(), application: (!self.own).then(|| self.name.clone()) };
        Ok(Some(objects.into_iter().map(item).collect()))
    }
}

/// Where charts are looked for: beside the programs, which brought them, and in the user's folder.
fn folders() -> Vec<PathBuf> {
    let own = ["charts", "charts-dns"].map(|folder| root().join("target/cluster").join(folder));
    let theirs = std::env::var_os("CHARTS_DIR").filter(|folder| !folder.is_empty()).map(|folder| root().join(folder));
    own.into_iter().filter(|folder| folder.exists()).chain(theirs).collect()
}
