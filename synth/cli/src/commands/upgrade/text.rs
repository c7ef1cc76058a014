//! What an upgrade says on a terminal.

use std::fmt::{Display, Write as _};

use stacks::{
    settings::SupportType,
    upgrade::{Change, Finding, Replaced, SettingPlace, Source, Standing, Step, Support, Value, Waiver},
};
use synth_command::report::{HEADING, PLACE, count};
use synth_page::grouped;
use synth_twin::{simulation::replacement::Replacement, time::Span};

use super::Planned;

/// How wide the names of lines are.
const NAME: usize = 12;

pub(super) fn planned(planned: &Planned) -> String {
    let Planned { upgrade, .. } = planned;
    let mut text = standing(&upgrade.standing);
    if !upgrade.findings.is_empty() {
        text += "\ndoes not fit today\n";
        upgrade.findings.iter().for_each(|finding| text += &finding.to_string());
    }
    if !upgrade.asks.is_empty() {
        text += "\nask before the first step, for the settings do not say it\n";
        for ask in &upgrade.asks {
            let _ = writeln!(text, "  {HEADING}# {}{HEADING:#}\n  {}", ask.question, ask.command);
        }
    }
    if upgrade.steps.is_empty() {
        let _ = writeln!(text, "\nno step: nothing later than {} was asked for, or is on EKS", upgrade.target);
    }
    for (place, step) in upgrade.steps.iter().enumerate() {
        text += &self::step(place + 1, step, planned);
    }
    let told = |of: &Finding| upgrade.steps.iter().any(|step| step.findings.contains(of));
    let left: String = upgrade.left.iter().filter(|of| !told(of)).map(ToString::to_string).collect();
    if !left.is_empty() && !upgrade.steps.is_empty() {
        text += "\nstill does not fit after the last step\n";
        text += &left;
    }
    text
}

fn standing(of: &Standing) -> String {
    let Standing { version, today, standard, extended, .. } = of;
    let mut text = format!("{HEADING}{}{HEADING:#}: Kubernetes {version}, on {today}\n", of.name);
    let reckoned = if of.reckoned { " (reckoned: AWS has published no day)" } else { "" };
    line(&mut text, "standard", format_args!("{}{reckoned}, at {}", ends(*standard), dollars(*standard)));
    let taken = match of.at_the_end {
        SupportType::Extended => "",
        SupportType::Standard => "; `cluster.support_type` does not take it",
    };
    line(&mut text, "extended", format_args!("{}, at {}{taken}", ends(*extended), dollars(*extended)));
    let (next, then) = of.next_end();
    let name = if next.days < 0 { "since" } else { "then" };
    line(&mut text, name, format_args!("{}: {then}", next.until));
    line(&mut text, "sources", format_args!("days {}; dollars {}", of.days_from(), source(of.prices)));
    text
}

fn ends(support: Support) -> String {
    let Support { until, days, .. } = support;
    match days {
        1.. => format!("until {until}, in {}", counted(days)),
        0 => format!("until {until}, today"),
        _ => format!("ended {until}, {} ago", counted(-days)),
    }
}

fn counted(days: i64) -> String {
    count(usize::try_from(days).unwrap_or_default(), "day")
}

fn dollars(support: Support) -> String {
    format!("{:.0} USD a month", support.dollars_a_month)
}

fn source(Source { url, read }: Source) -> String {
    format!("{url} ({read})")
}

fn step(number: usize, step: &Step, planned: &Planned) -> String {
    let mut text = format!("\n{HEADING}{number}. {}{HEADING:#}\n", step.title);
    let changes = step.changes.iter().flat_map(changed);
    let waivers = step.waivers.iter().map(waiver);
    lines(&mut text, "set", changes.chain(waivers));
    lines(&mut text, "run", &step.run);
    lines(&mut text, "replaces", step.replaces.iter().map(|of| replaced(of, planned)));
    lines(&mut text, "back", &step.back);
    if !step.findings.is_empty() {
        line(&mut text, "does not fit", "and this step does not mend it:");
        step.findings.iter().for_each(|finding| text += &finding.to_string());
    }
    text
}

fn waiver(Waiver { code, subject, .. }: &Waiver) -> String {
    format!("remove the waiver of {code} for `{subject}`, or keep it in the files of environments that stay")
}

fn changed(Change { key, place, from, to }: &Change) -> Vec<String> {
    let place = place.as_ref().map(|SettingPlace { file, line, .. }| format!(" ({PLACE}{file}:{line}{PLACE:#})"));
    let place = place.unwrap_or_default();
    match to {
        Value::Known(value) => vec![format!("{key} = \"{value}\", was \"{from}\"{place}")],
        Value::Published(how, answers) => {
            vec![format!("{key}, was \"{from}\"{place}: {how}"), format!("  {PLACE}{answers}{PLACE:#}")]
        }
    }
}

fn replaced(of: &Replaced, planned: &Planned) -> String {
    match of {
        Replaced::ControlPlane => "the control plane, by EKS; its name and addresses stay".to_owned(),
        Replaced::Pods(whose) => format!("the pods of {whose}"),
        Replaced::BaseNodes(nodes, percent) => {
            format!("{}, at most {percent} % at once", count(*nodes as usize, "base node"))
        }
        Replaced::KarpenterNodes => planned.replaced.map_or_else(String::new, |of| karpenter_nodes(&of, planned.rate)),
    }
}

fn karpenter_nodes(of: &Replacement, rate: f64) -> String {
    let Replacement { nodes, took, most, lost, .. } = *of;
    let rate = grouped(format!("{rate:.0}"));
    let time = match took {
        Some(took) => format!("in {}", minutes(took)),
        None => "not within a day, for budgets hold them".to_owned(),
    };
    let lost = match lost {
        ..0.5 => "no request is lost".to_owned(),
        lost => format!("{} requests are lost", grouped(format!("{lost:.0}"))),
    };
    format!(
        "{} of Karpenter's, {time}; at most {most} there meanwhile, and {lost}, simulated at {rate}/s",
        count(nodes, "node")
    )
}

/// Whole minutes, rounded up.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a day has 1440")]
fn minutes(span: Span) -> String {
    count((span.in_seconds() / 60.0).ceil() as usize, "minute")
}

/// Lines below one name.
fn lines(text: &mut String, name: &str, lines: impl IntoIterator<Item = impl Display>) {
    for (place, one) in lines.into_iter().enumerate() {
        line(text, if place == 0 { name } else { "" }, one);
    }
}

fn line(text: &mut String, name: &str, what: impl Display) {
    let _ = writeln!(text, "{name:NAME$} {what}");
}

/// The ends that come near.
pub(super) fn ends_within<'a>(near: impl Iterator<Item = &'a Standing>, days: u32) -> String {
    let line = |of: &Standing| {
        let (next, then) = of.next_end();
        let kind = if next == of.standard { "standard" } else { "extended" };
        let (env, version, days) = (&of.environment, of.version, of.days_from());
        format!("{env}: {kind} support of Kubernetes {version} {}: {then}; days {days}\n", ends(next))
    };
    let text: String = near.map(line).collect();
    if text.is_empty() { format!("no support ends within {days} days\n") } else { text }
}
