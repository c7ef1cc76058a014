//! `synth init`: makes an environment somebody's. It asks for what only its owner knows, or takes it as flags, and changes
//! those values in the environment's file; comments and everything else stay.

mod answers;
mod asking;
mod defaults;
mod document;
mod examples;
mod refusal;
mod repository;
mod topic;

use std::fmt::Write as _;

use anyhow::{Result, bail};
use clap::Args;
use stacks::{Platform, settings::Settings};
use synth_command::{
    project::{DEFAULT, Folders, ProjectArgs, layers},
    report::{ADDED, CHANGED, HEADING, PLACE, REMOVED, Report, say},
};
use toml_edit::{Array, Value};

use self::{
    answers::Answers,
    asking::{ask, somebody_is_there},
    document::{Change, Document},
    examples::{drop_example, ensure_others_stand, ensure_unused},
    refusal::Refusal,
    topic::{TOPICS, Topic},
};

/// Without flags, a terminal is asked; where nobody can be asked, all flags that are missing are named at once.
#[derive(Args, Debug)]
pub(crate) struct InitArgs {
    /// AWS account that everything is made in, 12 digits
    #[arg(long, value_name = "ID")]
    account: Option<String>,
    /// Region, such as `eu-west-1`
    #[arg(long)]
    region: Option<String>,
    /// Availability zones, with commas; the first three of the region that host EKS if left out
    #[arg(long, value_name = "ZONES")]
    zones: Option<String>,
    /// Bucket for Terraform's state, or `derived`: NAME-state-ACCOUNT
    #[arg(long, value_name = "BUCKET")]
    state_bucket: Option<String>,
    /// Git repository that Argo CD and the workflows follow; this clone's `origin` if left out
    #[arg(long, value_name = "URL")]
    repository: Option<String>,
    /// How Argo CD signs in there: none, github-app, token or ssh
    #[arg(long)]
    credentials: Option<String>,
    /// Number of the repository's owner (`gh api repos/OWNER/NAME --jq .owner.id`); 0 for a repository made before 2026-06-18
    #[arg(long, value_name = "NUMBER")]
    owner_id: Option<String>,
    /// Number of the repository (`gh api repos/OWNER/NAME --jq .id`); 0 like the owner's
    #[arg(long, value_name = "NUMBER")]
    repository_id: Option<String>,
    /// Label of the GitHub runners that reach the cluster
    #[arg(long, value_name = "LABEL")]
    runner: Option<String>,
    /// IAM roles and users that administer the cluster, as ARNs with commas, or `none`
    #[arg(long, value_name = "ARNS")]
    administrators: Option<String>,
    /// Public ranges that reach the Kubernetes API, with commas
    #[arg(long, value_name = "RANGES", conflicts_with = "private_only")]
    public_access: Option<String>,
    /// Give the Kubernetes API no public endpoint; the addresses of the VPC reach it
    #[arg(long)]
    private_only: bool,
    /// Domain under which all is reached over HTTPS, or `none`: a zone, a certificate and records are made for it
    #[arg(long, value_name = "DOMAIN")]
    dns_domain: Option<String>,
    /// Its hosted zone: create, or adopt the one that is there
    #[arg(long, value_name = "WAY")]
    dns_zone: Option<String>,
    /// Host name of Argo CD; `argocd.DOMAIN` if left out where `--dns-domain` says one
    #[arg(long, value_name = "HOST")]
    domain: Option<String>,
    /// Certificate of the proxy's load balancer, as an ARN, or `none`
    #[arg(long, value_name = "ARN")]
    certificate: Option<String>,
    /// Origins whose pages may use the proxy, with commas; `*` admits all
    #[arg(long)]
    origins: Option<String>,
    /// Remove the other environments that are examples, with what is written of them
    #[arg(long)]
    drop_examples: bool,
}

impl InitArgs {
    fn answers(&self) -> Answers {
        let flags = TOPICS.map(|topic| {
            let answer = match topic {
                Topic::Account => &self.account,
                Topic::Region => &self.region,
                Topic::Zones => &self.zones,
                Topic::StateBucket => &self.state_bucket,
                Topic::Repository => &self.repository,
                Topic::Credentials => &self.credentials,
                Topic::OwnerId => &self.owner_id,
                Topic::RepositoryId => &self.repository_id,
                Topic::Runner => &self.runner,
                Topic::Administrators => &self.administrators,
                Topic::PublicAccess => {
                    return (topic, defaults::public_access(self.public_access.as_ref(), self.private_only));
                }
                Topic::DnsDomain => &self.dns_domain,
                Topic::DnsZone => &self.dns_zone,
                Topic::Domain => &self.domain,
                Topic::Certificate => &self.certificate,
                Topic::Origins => &self.origins,
            };
            (topic, answer.clone())
        });
        Answers::of(flags)
    }
}

/// Asks, checks everything, and only then writes.
pub(crate) fn init(chosen: &ProjectArgs, args: &InitArgs) -> Result<Report> {
    let folders = Folders::find::<Platform>(chosen)?;
    let environment = &chosen.env;
    let before = layers(&folders.environments, environment)?;
    let mut answers = args.answers();
    let mut known = args.answers();
    let missing = known.fill(&Document::read(before.clone())?);
    let asks = somebody_is_there() && (answers.is_empty() || !missing.is_empty());
    if !asks && !missing.is_empty() {
        let flags: Vec<_> = missing.iter().map(|topic| topic.flag()).collect();
        bail!(
            "the answers for `{}` are missing, and without a terminal nobody can be asked: give these flags",
            flags.join("`, `")
        );
    }
    let (document, changes) = loop {
        let mut document = Document::read(before.clone())?;
        if asks {
            answers.ask(&document)?;
        } else {
            answers.fill(&document);
        }
        let mut changes = Vec::new();
        let said = answers.iter().filter(|(topic, _)| !answers.leave_out(*topic, &document));
        let said: Vec<_> = said.flat_map(|(topic, answer)| topic.settings(answer)).collect();
        for (key, value) in said {
            changes.extend(document.put(key, value)?);
        }
        if let Some((key, value)) = ways_in(environment, &document) {
            changes.extend(document.put(key, value)?);
        }
        let Some(refusal) = Refusal::of(environment, &answers, &document) else { break (document, changes) };
        if !asks || refusal.topics.is_empty() {
            bail!("{}", refusal.message);
        }
        say(format_args!("{REMOVED}invalid{REMOVED:#}: {}", refusal.message));
        // What follows from a bad answer is asked anew with it.
        let anew = TOPICS
            .into_iter()
            .filter(|topic| [Some(*topic), topic.follows()].iter().flatten().any(|of| refusal.topics.contains(of)));
        anew.for_each(|topic| answers.remove(topic));
    };
    let examples = examples::examples(&folders, environment)?;
    let dropped = if args.drop_examples || asks && wants_to_drop(&examples)? { examples } else { Vec::new() };
    ensure_others_stand(&folders, environment, &document, &dropped)?;
    ensure_unused(&folders, &dropped)?;
    document.write()?;
    let mut text = told(&document, &changes);
    for name in &dropped {
        let left = drop_example(&folders, name)?;
        writeln!(text, "  {REMOVED}-{REMOVED:#} example environment `{name}`")?;
        for path in left {
            say(format_args!(
                "`{}` holds files that `synth` did not write: check them, and remove them yourself",
                path.display()
            ));
        }
    }
    let settings = Settings::parse(environment, &document.layers())?;
    let left = left_over(&settings);
    Ok(Report::finding(!left.is_empty(), text + &left + &next_steps(environment)))
}

/// Who reaches a private endpoint: the addresses of the VPC, where nobody is named.
fn ways_in(environment: &str, document: &Document) -> Option<(&'static str, Value)> {
    let settings = Settings::parse(environment, &document.layers()).ok()?;
    let cluster = &settings.cluster;
    let named = [&cluster.public_access_cidrs, &cluster.private_access_cidrs].iter().any(|ranges| !ranges.is_empty())
        || !cluster.private_access_security_groups.is_empty();
    let vpc: Array = [settings.network.cidr.to_string()].into_iter().collect();
    (!named).then(|| ("cluster.private_access_cidrs", vpc.into()))
}

fn wants_to_drop(examples: &[String]) -> Result<bool> {
    if examples.is_empty() {
        return Ok(false);
    }
    let question = format!(
        "Remove the example environments `{}` and the files written for them? yes or no",
        examples.join("`, `")
    );
    Ok(ask(&question, Some("yes"))?.to_lowercase().starts_with('y'))
}

fn told(document: &Document, changes: &[Change]) -> String {
    let mut text = format!("{PLACE}{}{PLACE:#}", document.path.display());
    text += if changes.is_empty() { "  unchanged\n" } else { "\n" };
    let lines = changes
        .iter()
        .map(|Change { key, old, new }| format!("  {CHANGED}~{CHANGED:#} {key}: {old} → {ADDED}{new}{ADDED:#}\n"));
    text + &lines.collect::<String>()
}

/// The settings that still hold an example because nobody is asked about them, one a line.
fn left_over(settings: &Settings) -> String {
    let lines = settings.example_values.iter().map(|left| {
        let (key, value) = (&left.key, &left.value);
        format!(
            "{REMOVED}left{REMOVED:#} {}:{}: `{key}` is `{value}`, an example: write your own value\n",
            left.file, left.line
        )
    });
    lines.collect()
}

fn next_steps(environment: &str) -> String {
    let env = if environment == DEFAULT { String::new() } else { format!(" ENV={environment}") };
    format!(
        "{HEADING}next{HEADING:#}\n  make synth    # writes out/ as these settings say\n  git diff      # look, then commit \
         stacks/environments and out\n  make up{env}       # brings it up, and asks before each change\n"
    )
}
