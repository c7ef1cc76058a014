//! The command behind `make cluster-up`, `make cluster-down` and the judgement of the repository's own environments.

mod live;
mod twin;

use std::{collections::BTreeSet, fs, path::Path, process::ExitCode};

use anyhow::{Context, Result, bail};
use clap::{Parser, Subcommand};
use cluster::{Argo, ControlPlane, Environment, Parts, Programs, definitions};
use synth_project::Layer;

/// A real Kubernetes control plane with fake nodes, on this machine.
#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Folder of settings.
    #[arg(long, global = true, default_value = "stacks/environments")]
    environments: String,
    /// Minor version of Kubernetes to run, instead of the environment's own.
    #[arg(long, global = true, default_value = "")]
    kubernetes: String,
}

#[derive(Subcommand)]
enum Command {
    /// Start a control plane, sync an environment into it, and leave it running.
    Up(live::Up),
    /// Stop the control plane that runs.
    Down,
    /// Judge every environment by a control plane: it must accept all objects, without a warning, and keep them as they are written.
    Judge,
    /// Run a load curve on a control plane with Karpenter and in the capacity twin, and print both side by side.
    TwinLive(twin::Live),
    #[command(hide = true)]
    Serve(live::Up),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = match &cli.command {
        Command::Up(up) => live::up(&cli, up),
        Command::Down => live::down(),
        Command::Judge => judge(&cli),
        Command::TwinLive(of) => twin::live(&cli, of),
        Command::Serve(up) => live::serve(&cli, up),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

impl Cli {
    /// An environment of the folder.
    fn environment(&self, name: &str) -> Result<Environment> {
        let path = |name: &str| Path::new(&self.environments).join(format!("{name}.toml"));
        let names = ["default", name];
        let layers = names[..if name == "default" { 1 } else { 2 }].iter().map(|name| {
            let path = path(name);
            let text = fs::read_to_string(&path).with_context(|| format!("reading `{}`", path.display()))?;
            anyhow::Ok(Layer { path: path.display().to_string(), text })
        });
        Environment::of(name, &layers.collect::<Result<Vec<_>>>()?)
    }

    /// The version that is asked for, or the environment's own.
    fn version(&self, environment: &Environment) -> String {
        match self.kubernetes.trim_end_matches(".x") {
            "" => environment.settings.cluster.kubernetes_version.to_string(),
            version => version.to_owned(),
        }
    }
}

/// Judges each environment by a control plane of its own version.
fn judge(cli: &Cli) -> Result<bool> {
    let folder = fs::read_dir(&cli.environments).with_context(|| format!("reading `{}`", cli.environments))?;
    let files = folder.map(|entry| Ok(entry?.path())).collect::<Result<BTreeSet<_>>>()?;
    let names = files.iter().filter(|path| path.extension().is_some_and(|extension| extension == "toml"));
    let names: Vec<_> = names.filter_map(|path| path.file_stem()?.to_str()).collect();
    if names.is_empty() {
        bail!("`{}` has no environments", cli.environments);
    }
    let mut well = true;
    for name in names {
        let environment = cli.environment(name)?;
        let version = cli.version(&environment);
        let folder = Path::new("target/cluster/run").join(format!("of-{name}"));
        let plane = ControlPlane::start(&Programs::of(&version)?, &folder, Parts::Judge)?;
        let argo = Argo::install(&plane.server()?)?;
        argo.define(&definitions()?)?;
        let first = argo.sync(&environment);
        let again = argo.again(&environment, &first.taken);
        for finding in first.all.iter().chain(&again) {
            eprintln!("{name}: {finding}");
        }
        well &= first.all.is_empty() && again.is_empty();
        eprintln!(
            "{name}: Kubernetes {version} takes {} of {} objects, {} findings",
            first.taken.len(),
            environment.items.len(),
            first.all.len() + again.len()
        );
    }
    Ok(well)
}
