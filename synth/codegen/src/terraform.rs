//! Runs Terraform in a directory of its own to print a provider's schema.

use std::{
    ffi::OsStr,
    fs,
    process::{Command, Output},
};

use anyhow::{Context, Result, ensure};

use crate::{mirror, selection::Selected};

/// Terraform's answer about a provider's schema.
#[derive(Debug)]
pub enum Schema {
    /// The output of `terraform providers schema -json`.
    Text(String),
    /// Terraform or the provider cannot be had here, for this reason.
    Unavailable(String),
}

/// Prints the schema of one provider at exactly the selected version.
pub fn schema(provider: &str, selected: &Selected) -> Result<Schema> {
    let terraform = Terraform::new(provider, selected)?;
    let init = match terraform.run(["init", "-backend=false", "-input=false", "-no-color"]) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Ok(Schema::Unavailable("`terraform` is not installed".to_owned()));
        }
        other => other.context("running `terraform init`")?,
    };
    if !init.status.success() {
        let Selected { source, version, .. } = selected;
        let why = first_error(&init).unwrap_or_else(|| "`terraform init` fails".to_owned());
        return Ok(Schema::Unavailable(format!("{source} {version} cannot be installed: {why}")));
    }
    let output =
        terraform.run(["providers", "schema", "-json"]).context("running `terraform providers schema -json`")?;
    ensure!(
        output.status.success(),
        "`terraform providers schema -json` fails: {}",
        String::from_utf8_lossy(&output.stderr).trim()
    );
    Ok(Schema::Text(String::from_utf8(output.stdout).context("reading the output of Terraform")?))
}

struct Terraform {
    directory: tempfile::TempDir,
}

impl Terraform {
    fn new(provider: &str, selected: &Selected) -> Result<Self> {
        let directory = tempfile::tempdir().context("making a temporary directory")?;
        let Selected { source, version, .. } = selected;
        let configuration = serde_json::json!({
            "terraform": { "required_providers": { provider: { "source": source, "version": version } } }
        });
        for (name, text) in [
            ("main.tf.json", configuration.to_string()),
            ("terraform.rc", mirror::cli_configuration(&selected.address())),
        ] {
            let path = directory.path().join(name);
            fs::write(&path, text).with_context(|| format!("writing `{}`", path.display()))?;
        }
        Ok(Self { directory })
    }

    fn run(&self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> std::io::Result<Output> {
        Command::new("terraform")
            .args(arguments)
            .current_dir(self.directory.path())
            .env("TF_CLI_CONFIG_FILE", self.directory.path().join("terraform.rc"))
            .env("CHECKPOINT_DISABLE", "1")
            // Where there is no way to the registry, one try says as much as many.
            .env("TF_REGISTRY_DISCOVERY_RETRY", "0")
            .env_remove("TF_DATA_DIR")
            .env_remove("TF_PLUGIN_CACHE_DIR")
            .env_remove("TF_WORKSPACE")
            .env_remove("TF_REATTACH_PROVIDERS")
            .output()
    }
}

/// The line after `Error:` in what Terraform says.
fn first_error(output: &Output) -> Option<String> {
    let said = String::from_utf8_lossy(&output.stderr);
    let error = said.lines().find_map(|line| line.split_once("Error: ").map(|(_, error)| error.trim()));
    error.map(str::to_owned)
}
