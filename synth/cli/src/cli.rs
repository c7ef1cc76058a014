//! The command line: what can be asked for, and where. The doc comments are the help.

use clap::{Parser, Subcommand};
use stacks::Platform;
use synth_command::{
    commands::{
        apply::ApplyArgs,
        check::CheckArgs,
        completions::CompletionsArgs,
        destroy::DestroyArgs,
        diff::DiffArgs,
        graph::GraphArgs,
        list::ListArgs,
        plan::PlanArgs,
        policies::PoliciesArgs,
        test::TestArgs,
        write::{PartCommand, WriteArgs},
    },
    project::ProjectArgs,
};

use crate::commands::{
    access::AccessArgs, images::ImagesArgs, init::InitArgs, load_report::LoadReportArgs, settings::SettingsArgs,
};

/// The help of the option that every project has, as this one's folder is called.
const ENVIRONMENTS: &str =
    "Folder of settings that replaces `stacks/environments`, which is searched from here upwards";

/// Write the platform, typed in Rust, to Terraform JSON
///
/// Exit codes: 0 fine, 1 a finding, 2 an error; `plan`, `apply`, `destroy` and `test` end as Terraform does. The result goes to
/// standard output, all talk to standard error.
#[derive(Debug, Parser)]
#[command(version, subcommand_help_heading = "Commands")]
#[command(mut_arg("environments", |arg| arg.help(ENVIRONMENTS)))]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Where.
    #[command(flatten)]
    pub(crate) project: ProjectArgs,
}

/// One variant for each command; the parts of the platform come from their table.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    #[command(flatten)]
    Part(PartCommand<Platform>),
    /// Make an environment yours: ask for its account, region, repository and addresses, and write its settings
    Init(InitArgs),
    /// Write every part
    All(WriteArgs),
    /// List the parts: their directories, files and resources
    List(ListArgs),
    /// Run the policies on the whole platform, and check that `out/` is what the code says; print what differs as a patch
    Check(CheckArgs<Platform>),
    /// List the policies that `check` runs, and why each exists
    Policies(PoliciesArgs),
    /// Compare `out/` with the code by resource address: added, changed, removed
    Diff(DiffArgs<Platform>),
    /// Draw who refers to whom inside a part
    Graph(GraphArgs<Platform>),
    /// Pin, list and promote the images of the services
    Images(ImagesArgs),
    /// Print what scripts and workflows need of an environment
    Settings(SettingsArgs),
    /// Plan with the real Terraform and providers that run in memory: no cloud, no credentials, no registry
    Plan(PlanArgs<Platform>),
    /// Apply the same way, to a state in `target/offline`: nothing real is made
    Apply(ApplyArgs<Platform>),
    /// Destroy what `apply` put into that state
    Destroy(DestroyArgs<Platform>),
    /// Test the invariants of stacks the same way: `terraform test`, with the providers mocked
    Test(TestArgs<Platform>),
    /// Print the commands that lead to what runs: kubectl, Argo CD, Grafana, Prometheus and the proxy
    Access(AccessArgs),
    /// Judge the results of a load test, and draw them on a page
    LoadReport(LoadReportArgs),
    /// Print a script by which a shell completes this command line: `source <(synth completions bash)`
    Completions(CompletionsArgs),
}
