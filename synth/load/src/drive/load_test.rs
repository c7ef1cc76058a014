//! A run of the plan: what it asks for, on what, and what is left of it in a folder.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use clap::{Args, ValueEnum};
use rustix::process::Signal;
use synth_load::{HERE, Run, TESTED};
use tokio::time::timeout;

use crate::{
    ask::Request,
    described::{first_line, load_average, machine},
    jmeter::JMeter,
    leftovers::remove,
    processes::{Ending, Started},
    services::Services,
    talk::say,
};

/// The most that one `JMeter` on one machine may be asked for, here where a typing mistake would hurt.
const MOST_RATE: u32 = 20_000;
const MOST_SECONDS: u32 = 6 * 3600;

/// `jmeter` is a script whose Java would outlive it.
const ENDING: Ending = Ending { first: Signal::KILL, patience: Duration::from_secs(10), group: true };

/// Properties of the plan by their names.
type Properties = BTreeMap<String, String>;

#[derive(Args, Debug)]
pub(crate) struct LoadTestArgs {
    /// Folder of plan and properties
    #[arg(long, value_name = "FOLDER", default_value = "out/load-testing")]
    plan: PathBuf,
    /// Folder to write
    #[arg(long, value_name = "FOLDER", default_value = "target/load-test")]
    results: PathBuf,
    /// Command of `JMeter` 5; `java` runs the one of `--jmeter-home` if left out
    #[arg(long, value_name = "COMMAND")]
    jmeter: Option<String>,
    /// Folder of a `JMeter`
    #[arg(long, value_name = "FOLDER", default_value = "target/jmeter")]
    jmeter_home: PathBuf,
    /// Folder of both services
    #[arg(long, value_name = "FOLDER", default_value = "target/service")]
    binaries: PathBuf,
    /// The command that repeats this test, as the page shows it
    #[arg(long, value_name = "COMMAND")]
    asked: Option<String>,
    /// Another property, passed on as `JMeter`'s -J
    #[arg(long, value_name = "NAME=VALUE")]
    property: Vec<String>,
    #[command(flatten)]
    replaced: Replaced,
}

/// Values in the place of the plan's own.
#[derive(Args, Debug)]
#[command(next_help_heading = "Properties to replace the plan's own")]
struct Replaced {
    /// Address of the proxy
    #[arg(long)]
    host: Option<String>,
    /// Port of the proxy
    #[arg(long)]
    port: Option<u16>,
    /// Scheme of the proxy's address
    #[arg(long)]
    scheme: Option<Scheme>,
    /// Target that the proxy is asked for
    #[arg(long)]
    target: Option<String>,
    /// Origin that the requests name
    #[arg(long)]
    origin: Option<String>,
    /// Most connections at once
    #[arg(long)]
    threads: Option<u32>,
    /// Requests a second at the top
    #[arg(long, value_parser = up_to::<MOST_RATE>)]
    rate: Option<u32>,
    /// Seconds until the top
    #[arg(long, value_name = "SECONDS", value_parser = up_to::<MOST_SECONDS>)]
    ramp: Option<u32>,
    /// Seconds at the top
    #[arg(long, value_name = "SECONDS", value_parser = up_to::<MOST_SECONDS>)]
    hold: Option<u32>,
    /// Seconds from the top back to nothing
    #[arg(long, value_name = "SECONDS", value_parser = up_to::<MOST_SECONDS>)]
    ramp_down: Option<u32>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Scheme {
    Http,
    Https,
}

fn up_to<const MOST: u32>(text: &str) -> Result<u32, String> {
    let number = text.parse().ok().filter(|number| *number <= MOST);
    number.ok_or_else(|| format!("`{text}` is not a whole number up to {MOST}"))
}

impl Replaced {
    fn properties(&self) -> Properties {
        let number = |value: Option<u32>| value.map(|value| value.to_string());
        let scheme = self.scheme.map(|scheme| match scheme {
            Scheme::Http => "http".to_owned(),
            Scheme::Https => "https".to_owned(),
        });
        let given = [
            ("host", self.host.clone()),
            ("port", self.port.map(|port| port.to_string())),
            ("scheme", scheme),
            ("target", self.target.clone()),
            ("origin", self.origin.clone()),
            ("threads", number(self.threads)),
            ("rate", number(self.rate)),
            ("ramp", number(self.ramp)),
            ("hold", number(self.hold)),
            ("ramp_down", number(self.ramp_down)),
        ];
        given.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
    }
}

/// The plan's properties, as far as a run needs to know them.
struct Plan {
    request: Request,
    threads: u32,
    seconds: u64,
}

impl Plan {
    /// Those that are written, with others in their place.
    fn of(folder: &Path, replaced: &Properties) -> Result<Self> {
        let file = folder.join("user.properties");
        let text = fs::read_to_string(&file).with_context(|| format!("reading `{}`", file.display()))?;
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let mut of: BTreeMap<&str, &str> = lines.filter_map(|line| line.split_once('=')).collect();
        of.extend(replaced.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        let text = |name: &str| of.get(name).copied().with_context(|| format!("`{}` has no `{name}`", file.display()));
        let number = |name: &str| -> Result<u32> {
            let value = text(name)?;
            value.parse().with_context(|| format!("`{name}` is `{value}`: expected a whole number"))
        };
        let request = Request {
            scheme: text("scheme")?.to_owned(),
            host: text("host")?.to_owned(),
            port: number("port")?.try_into().context("`port` is not a port")?,
            target: text("target")?.to_owned(),
            origin: text("origin")?.to_owned(),
        };
        let phases = [number("ramp")?, number("hold")?, number("ramp_down")?];
        Ok(Self { request, threads: number("threads")?, seconds: phases.into_iter().map(u64::from).sum() })
    }
}

/// Runs the plan.
pub(crate) async fn run(args: &LoadTestArgs) -> Result<()> {
    let plan = args.plan.join("RPS-test-plan.jmx");
    ensure!(plan.exists(), "no plan in `{}`: run `synth load-test`", args.plan.display());
    let JMeter { mut command, version } = JMeter::find(args.jmeter.as_deref(), &args.jmeter_home).await?;
    let [results, report, log] = ["results.jtl", "report", "jmeter.log"].map(|name| args.results.join(name));
    fs::create_dir_all(&args.results).with_context(|| format!("making `{}`", args.results.display()))?;
    for old in ["results.jtl", "run.json", "index.html", "report"] {
        remove(&args.results.join(old))?;
    }

    let mut replaced = args.replaced.properties();
    let services = match args.replaced.host {
        Some(_) => None,
        None => Some(Services::start(&args.binaries, &args.results).await?),
    };
    let found = services.iter().flat_map(|services| &services.properties);
    replaced.extend(found.map(|(name, value)| ((*name).to_owned(), value.clone())));
    let Plan { request, threads, seconds } = Plan::of(&args.plan, &replaced)?;
    request.ask_once().await?;

    command.arg("-n").arg("-t").arg(plan).arg("-q").arg(args.plan.join("user.properties"));
    command.arg("-l").arg(&results).arg("-j").arg(&log).args(["-e", "-o"]).arg(report);
    command.args(replaced.iter().map(|(name, value)| format!("-J{name}={value}")));
    command.args(args.property.iter().map(|given| format!("-J{given}")));
    say(format_args!("JMeter runs for {seconds} s, then writes its report"))?;
    let begun = load_average().await;
    let mut jmeter = Started::new(&mut command, ENDING)?;
    // The plan ends itself 30 s after the schedule; the report of a million lines takes a minute.
    let patience = seconds + 300;
    let code = timeout(Duration::from_secs(patience), jmeter.ended()).await;
    let code =
        code.with_context(|| format!("JMeter is still running after {patience} s: see `{}`", log.display()))??;

    let Request { scheme, host, port, target, origin } = &request;
    let built = args.binaries.file_name().unwrap_or_default().to_string_lossy();
    let tested = match services {
        Some(_) => format!("{HERE}, beside JMeter, built in Cargo's profile {built}"),
        None => format!("{host}:{port}, {scheme}"),
    };
    let java = match first_line("java", &["-version"]).await {
        unknown if unknown.is_empty() => "Java unknown".to_owned(),
        java => java,
    };
    let load = load_average().await;
    let described = [
        ("Command", args.asked.clone().unwrap_or_default()),
        (TESTED, tested),
        ("Request", format!("GET /{target} with Origin {origin}")),
        ("Client", format!("JMeter {version}, {threads} threads, {java}")),
        ("Machine", machine().await),
        ("Load average", format!("{begun} at the start, {load} at the end (1, 5 and 15 minutes)")),
        ("Revision", first_line("git", &["describe", "--always", "--dirty", "--abbrev=12"]).await),
    ];
    let described = described.into_iter().filter(|(_, value)| !value.is_empty());
    let described = described.map(|(name, value)| (name.to_owned(), value)).collect();
    Run { described, ..Run::default() }.write(&results)?;
    ensure!(code == 0 && results.exists(), "JMeter ended with code {code}: see `{}`", log.display());
    Ok(())
}
