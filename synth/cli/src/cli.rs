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
    access::AccessArgs, cost::CostArgs, images::ImagesArgs, init::InitArgs, load_report::LoadReportArgs,
    settings::SettingsArgs, simulate::SimulateArgs, upgrade::UpgradeArgs,
};

/// The help of the option that every project has, as this one's folder is called.
const ENVIRONMENTS: &str = "Folder of settings; `stacks/environments`, here or in a folder above, if left out";

/// Write the platform, typed in Rust, as Terraform JSON and Kubernetes YAML
///
/// Exit codes: 0 success, 1 a finding, 2 an error; `plan`, `apply`, `destroy` and `test` exit as Terraform does. Results go to
/// standard output, messages to standard error.
#[derive(Debug, Parser)]
#[command(version, subcommand_help_heading = "Commands")]
#[command(mut_arg("environments", |arg| arg.help(ENVIRONMENTS)))]
pub(crate) struct Cli {
    /// The command.
    #[command(subcommand)]
    pub(crate) command: Command,
    /// The places of settings and files.
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
    /// Write every part of the platform
    All(WriteArgs),
    /// List the parts: their directories, files and resources
    List(ListArgs),
    /// Run the policies on the whole platform, and check that `out/` matches the code; print differences as a patch
    Check(CheckArgs<Platform>),
    /// List the policies that `check` runs, and why each exists
    Policies(PoliciesArgs),
    /// Compare `out/` with the code by resource address: added, changed, removed
    Diff(DiffArgs<Platform>),
    /// Draw the dependency graph of a stack
    Graph(GraphArgs<Platform>),
    /// Pin, list and promote the images of the services
    Images(ImagesArgs),
    /// Print the values of an environment that scripts and workflows need
    Settings(SettingsArgs),
    /// Plan with the real Terraform and providers that run in memory: no cloud, no credentials, no registry
    Plan(PlanArgs<Platform>),
    /// Apply the same way, to a state in `target/offline`: nothing real is created
    Apply(ApplyArgs<Platform>),
    /// Destroy what `apply` put into that state
    Destroy(DestroyArgs<Platform>),
    /// Test the invariants of stacks the same way: `terraform test`, with the providers mocked
    Test(TestArgs<Platform>),
    /// Print the commands that reach what runs: kubectl, Argo CD, Grafana, Prometheus and the proxy
    Access(AccessArgs),
    /// Simulate what happens under a load, before anything is applied: pods, nodes, latency, lost requests and money
    Simulate(SimulateArgs),
    /// Say what an environment costs by the month and the hour, line by line, and what a change of its settings costs
    Cost(CostArgs),
    /// Say how long this Kubernetes is supported, what does not fit, and the steps to a later one
    Upgrade(UpgradeArgs),
    /// Judge the results of a load test, and draw them on a page
    LoadReport(LoadReportArgs),
    /// Print a script with which a shell completes this command line: `source <(synth completions bash)`
    Completions(CompletionsArgs),
}
