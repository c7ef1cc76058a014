//! `synth access`: the lines by which people reach what runs, once an environment is up.

use std::fmt::Write as _;

use anyhow::Result;
use clap::Args;
use serde_json::{Value as Json, json};
use stacks::{
    Platform,
    access::{Balanced, Page, balanced, pages},
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

/// Prints commands to copy; what they are for stands above them as comments of the shell.
pub(crate) fn access(project: &Project, args: &AccessArgs) -> Result<Report> {
    let settings = &project.settings;
    let platform = Platform::build(settings)?;
    let (pages, balanced) = (pages(&platform), balanced(&platform));
    if args.json {
        let value = json!({
            "environment": project.environment,
            "kubeconfig": settings.kubeconfig_command(),
            "private": is_private(settings),
            "pages": pages.iter().map(page).collect::<Vec<_>>(),
            "load_balancers": balanced.iter().map(load_balancer).collect::<Vec<_>>(),
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
        text += &comment(format_args!(
            "{} at its load balancer, which answers a minute after it has its name",
            service.service
        ));
        let (hostname, url) = (service.hostname(), url(settings, service));
        // Its certificate is for the name that people use, and not for the load balancer's own.
        let insecure = if service.scheme() == "https" { "--insecure " } else { "" };
        let header = format!("--header 'Origin: {}'", origin(settings));
        writeln!(text, "LOAD_BALANCER=$({hostname})\ncurl {insecure}--include {header} \"{url}\"")?;
    }
    Ok(Report::fine(text))
}

fn comment(text: impl std::fmt::Display) -> String {
    format!("{HEADING}# {text}{HEADING:#}\n")
}

fn is_private(settings: &Settings) -> bool {
    settings.cluster.public_access_cidrs.is_empty()
}

/// The target behind the proxy, asked for through the load balancer.
fn url(settings: &Settings, service: &Balanced) -> String {
    format!("{}://$LOAD_BALANCER/http://{}/posts/1", service.scheme(), settings.mock_target_address())
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
