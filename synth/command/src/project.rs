//! Where a run reads and writes: the environment's settings, and the root of what is written.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use synth_framework::did_you_mean;
use synth_project::{Layer, Project, Settings as _};

/// The environment whose directories lie directly in `out/`, and whose settings are the base of all others.
pub const DEFAULT: &str = "default";

/// The options of every command: the environment, and where its settings come from and files go.
#[derive(Args, Clone, Debug)]
pub struct ProjectArgs {
    /// Environment: `default`, or another file of the environments' folder
    #[arg(long, global = true, value_name = "NAME", default_value = "default")]
    pub env: String,
    /// Folder to use instead of `out/`
    #[arg(long, global = true, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Folder of settings; the project's own, here or in a folder above, if left out
    #[arg(long, global = true, value_name = "DIR")]
    pub environments: Option<PathBuf>,
    /// Day that policies about age take as today, such as 2026-09-30; the machine's date if left out
    #[arg(long, global = true, value_name = "DAY", overrides_with = "today")]
    pub today: Option<Date>,
}

/// A chosen environment, and the root that its parts are written under.
#[derive(Debug)]
pub struct Opened<P: Project> {
    /// The environment.
    pub environment: String,
    /// Its settings.
    pub settings: P::Settings,
    /// The root of everything written, of all environments.
    pub out: PathBuf,
    /// The root of the copies that Terraform runs in offline, of this environment.
    pub scratch: PathBuf,
    /// The day on which policies judge; nothing that is written depends on it.
    pub today: Date,
    /// The folder of all environments' settings.
    environments: PathBuf,
}

/// Where a project lies, whatever its settings are.
#[derive(Debug)]
pub struct Folders {
    /// Its root, empty where there is none.
    root: PathBuf,
    /// The folder of all environments' settings.
    pub environments: PathBuf,
    /// The root of everything written.
    pub out: PathBuf,
}

impl Folders {
    /// Finds the folders, and refuses a name that no environment may have.
    pub fn find<P: Project>(args: &ProjectArgs) -> Result<Self> {
        check_name::<P>(&args.env)?;
        let root = root::<P>()?;
        let environments = match (&args.environments, &root) {
            (Some(folder), _) => folder.clone(),
            (None, Some(root)) => root.join(P::ENVIRONMENTS),
            (None, None) => bail!(
                "no `{}` in the current folder or above it: run inside the project, or name the folder with \
                 `--environments`",
                P::ENVIRONMENTS
            ),
        };
        let root = root.unwrap_or_default();
        let out = args.out.clone().unwrap_or_else(|| root.join("out"));
        Ok(Self { root, environments, out })
    }
}

impl<P: Project> Opened<P> {
    /// Finds the project, and reads the settings of the environment.
    pub fn open(args: &ProjectArgs) -> Result<Self> {
        let Folders { root, environments, out } = Folders::find::<P>(args)?;
        let environment = &args.env;
        let layers = layers(&environments, environment)?;
        let settings = P::Settings::parse(environment, &layers)
            .with_context(|| format!("the settings of environment `{environment}` are invalid"))?;
        let scratch = root.join(P::SCRATCH).join(environment);
        #[expect(clippy::disallowed_methods, reason = "the one place where the day is the machine's")]
        let today = args.today.unwrap_or_else(|| Timestamp::now().to_zoned(TimeZone::UTC).date());
        Ok(Self { environment: environment.clone(), settings, out, scratch, today, environments })
    }

    /// The file of the environment.
    pub fn file(&self) -> PathBuf {
        file(&self.environments, &self.environment)
    }

    /// The files of the settings, that of the environment last.
    pub fn layers(&self) -> Result<Vec<Layer>> {
        layers(&self.environments, &self.environment)
    }

    /// Every environment of the folder, this one too, sorted by name.
    pub fn siblings(&self) -> Result<Vec<Self>> {
        let open = |env| {
            let (out, environments) = (Some(self.out.clone()), Some(self.environments.clone()));
            Self::open(&ProjectArgs { env, out, environments, today: Some(self.today) })
        };
        known(&self.environments)?.into_iter().map(open).collect()
    }

    /// The names of every other environment of the folder, sorted.
    pub fn others(&self) -> Result<Vec<String>> {
        Ok(known(&self.environments)?.into_iter().filter(|other| *other != self.environment).collect())
    }

    /// The settings of another environment of the folder.
    pub fn other(&self, environment: &str) -> Result<P::Settings> {
        check_name::<P>(environment)?;
        let layers = layers(&self.environments, environment)?;
        Ok(P::Settings::parse(environment, &layers)?)
    }

    /// The directory of a part inside the root: `cluster`, or `production/cluster`.
    pub fn directory(&self, part: &str) -> String {
        self.settings.directory(part)
    }

    /// The command that writes a part.
    pub fn command(&self, part: &str) -> String {
        let option = if self.environment == DEFAULT { String::new() } else { format!(" --env {}", self.environment) };
        format!("{} {part}{option}", P::COMMAND)
    }
}

/// An environment's name becomes a folder beside those of the default environment's parts.
fn check_name<P: Project>(environment: &str) -> Result<()> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    ensure!(
        !environment.is_empty() && !environment.starts_with('-') && environment.bytes().all(plain),
        "environment `{environment}` has an invalid name: use `a-z`, `0-9` and `-`, and do not begin with `-`"
    );
    ensure!(
        P::part(environment).is_none(),
        "environment `{environment}` has the name of a part, so their folders would clash: choose another name"
    );
    Ok(())
}

/// The nearest folder, from the current one upwards, that holds a project; relative, so that no message or output
/// depends on where the project lies.
fn root<P: Project>() -> Result<Option<PathBuf>> {
    let current = std::env::current_dir().context("finding the current folder")?;
    let found = current.ancestors().position(|folder| folder.join(P::ENVIRONMENTS).is_dir());
    Ok(found.map(|height| (0..height).map(|_| "..").collect()))
}

/// The files of an environment's settings, its own last.
pub fn layers(folder: &Path, environment: &str) -> Result<Vec<Layer>> {
    let mut layers = vec![read_layer(&file(folder, DEFAULT))?];
    if environment != DEFAULT {
        let path = file(folder, environment);
        if !path.exists() {
            let known = known(folder)?;
            let names = known.iter().map(String::as_str);
            let meant = did_you_mean(environment, names).map(|question| format!("; {question}")).unwrap_or_default();
            let known = known.join("`, `");
            bail!("environment `{environment}` has no file `{}`: choose one of `{known}`{meant}", path.display());
        }
        layers.push(read_layer(&path)?);
    }
    Ok(layers)
}

/// The file of an environment.
pub fn file(folder: &Path, environment: &str) -> PathBuf {
    folder.join(format!("{environment}.toml"))
}

fn read_layer(path: &Path) -> Result<Layer> {
    let text = fs::read_to_string(path).with_context(|| format!("reading `{}`", path.display()))?;
    Ok(Layer { path: path.display().to_string(), text })
}

/// The environments that a folder holds, sorted.
pub fn known(folder: &Path) -> Result<Vec<String>> {
    let context = || format!("reading `{}`", folder.display());
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).with_context(context)? {
        let path = entry.with_context(context)?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            names.extend(path.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
        }
    }
    names.sort();
    Ok(names)
}
