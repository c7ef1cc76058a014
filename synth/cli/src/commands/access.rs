//! `synth access`: the lines by which people reach what runs, once an environment is up.

use std::fmt::Write as _;

use anyhow::Result;
use clap::Args;
use serde_json::{Value as Json, json};
use stacks::{
    Platform,
    access::{Balanced, Entered, Page, balanced, entered, pages},
    settings::Settings,
};
use synth_command::report::{HEADING, Report, json as pretty};
use synth_project::Project as _;

use crate::project::Project;

#[derive(Args, Debug)]
pub(crate) struct AccessArgs {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Where a Service with a load balancer of its own is.
const BALANCER: &str = "its load balancer, which answers a minute after it has its name";

/// Prints commands to copy; what they are for stands above them as comments of the shell.
pub(crate) fn access(project: &Project, args: &AccessArgs) -> Result<Report> {
    let settings = &project.settings;
    let platform = Platform::build(settings)?;
    let (pages, balanced, entered) = (pages(&platform), balanced(&platform), entered(&platform));
    if args.json {
        let value = json!({
            "environment": project.environment,
            "kubeconfig": settings.kubeconfig_command(),
            "private": is_private(settings),
            "pages": pages.iter().map(page).collect::<Vec<_>>(),
            "load_balancers": balanced.iter().map(load_balancer).collect::<Vec<_>>(),
            "entrances": entered.iter().map(entrance).collect::<Vec<_>>(),
        });
        return Ok(Report::fine(pretty(&value)));
    }
    let from = if is_private(settings) { ", from inside the VPC: the endpoint is private" } else { "" };
    let mut text = comment(format_args!("kubectl{from}")) + &settings.kubeconfig_command() + "\n";
    for page in &pages {
        let named = format!("names are those of chart {}", page.chart);
        text += "\n";
        if let Some((host, public)) = &page.entrance {
            let from = if *public { "" } else { ", from inside the VPC" };
            text += &comment(format_args!("{} at https://{host}{from}; or", page.name));
        }
        text += &comment(format_args!("{} at {} while this runs ({named})", page.name, page.url()));
        writeln!(text, "{}", page.port_forward())?;
        if let (Some(login), Some(password)) = (&page.login, page.password()) {
            text += &comment(format_args!("first password of `{}`", login.user));
            writeln!(text, "{password}")?;
        }
    }
    for service in &balanced {
        text += "\n";
        if let Some(host) = &service.host {
            let target = settings.mock_target_address();
            let url = format!("{}://{host}/http://{target}/posts/1", service.scheme());
            text += &comment(format_args!("{} at {}://{host}", service.service, service.scheme()));
            writeln!(text, "curl --include --header 'Origin: {}' \"{url}\"", origin(settings))?;
            continue;
        }
        let (variable, at, insecure) = match (&service.edge, service.scheme()) {
            (Some(_), _) => ("EDGE", "the edge before it, which answers some minutes after it is applied", ""),
            // Its certificate is for the name that people use, and not for the load balancer's own.
            (None, "https") => ("LOAD_BALANCER", BALANCER, "--insecure "),
            _ => ("LOAD_BALANCER", BALANCER, ""),
        };
        text += &comment(format_args!("{} at {at}", service.service));
        let (hostname, url) = (service.hostname(), url(settings, service, variable));
        let header = format!("--header 'Origin: {}'", origin(settings));
        writeln!(text, "{variable}=$({hostname})\ncurl {insecure}--include {header} \"{url}\"")?;
    }
    for Entered { service, url, public, .. } in &entered {
        let from = if *public { "" } else { ", from inside the VPC" };
        text += "\n";
        text += &comment(format_args!("{service} at {url}{from}"));
        writeln!(text, "curl --include \"{url}\"")?;
    }
    Ok(Report::fine(text))
}

fn comment(text: impl std::fmt::Display) -> String {
    format!("{HEADING}# {text}{HEADING:#}\n")
}

fn is_private(settings: &Settings) -> bool {
    settings.cluster.public_access_cidrs.is_empty()
}

/// The target behind the proxy, asked for through what the variable of the shell names.
fn url(settings: &Settings, service: &Balanced, variable: &str) -> String {
    let balancer = ["$", variable].concat();
    format!("{}://{balancer}/http://{}/posts/1", service.scheme(), settings.mock_target_address())
}

/// A page that the proxy serves.
fn origin(settings: &Settings) -> &str {
    settings.services.proxy.named_origins().next().unwrap_or("https://page.example")
}

fn page(page: &Page) -> Json {
    let login = page.login.as_ref().map(|login| {
        json!({
            "user": login.user,
            "secret": login.secret,
            "key": login.key,
            "command": page.password(),
        })
    });
    json!({
        "name": page.name,
        "namespace": page.namespace,
        "service": page.service,
        "port": page.port,
        "local_port": page.local_port,
        "url": page.url(),
        "command": page.port_forward(),
        "login": login,
        "named_by": page.chart,
        "entrance": page.entrance.as_ref().map(|(host, _)| format!("https://{host}")),
    })
}

fn load_balancer(service: &Balanced) -> Json {
    json!({
        "service": service.service,
        "namespace": service.namespace,
        "port": service.port,
        "command": service.hostname(),
        "host": service.host,
    })
}

fn entrance(entered: &Entered) -> Json {
    json!({
        "service": entered.service,
        "namespace": entered.namespace,
        "url": entered.url,
        "public": entered.public,
    })
}
