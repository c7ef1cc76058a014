//! A bill on a terminal.

use std::fmt::Write;

use stacks::cost::{Cost, Line};
use synth_command::report::{ADDED, HEADING, PLACE, REMOVED};
use synth_page::grouped;

use super::{
    Answer,
    compare::{Compared, Step},
};

/// The longest value of a setting that is shown whole.
const LONGEST: usize = 48;

pub(super) fn of(answer: &Answer<'_>) -> String {
    let mut text = String::new();
    let Answer { settings, load, reckoned, compared, .. } = answer;
    let (name, region) = (&settings.name, settings.aws.region.name);
    let cost = &reckoned.cost;
    if let Some(compared) = compared {
        changed(&mut text, answer, compared);
    } else {
        let (month, hour) = (dollars(cost.month()), dollars(cost.hour()));
        let _ = writeln!(text, "{HEADING}{name}{HEADING:#} in {region}: {month} USD a month, {hour} an hour, {load}");
        bill(&mut text, cost);
    }
    if reckoned.lost > 0.0005 {
        let lost = 100.0 * reckoned.lost;
        let _ = writeln!(
            text,
            "{lost:.1} % of the requests are lost under this load: `synth simulate` says what they lack"
        );
    }
    text
}

/// Lines, part by part; where prices are from; what is assumed, and what has no line.
fn bill(text: &mut String, cost: &Cost) {
    let sources = sources(cost);
    let width = cost.lines.iter().map(|line| line.what.chars().count()).max().unwrap_or_default();
    for (part, sum) in cost.parts() {
        let _ = writeln!(text, "\n{HEADING}{:>10}  {}{HEADING:#}", dollars(sum), part.name());
        for line in cost.lines.iter().filter(|line| line.part == part) {
            let letter = sources.iter().position(|of| *of == (line.source.as_str(), line.day.as_str()));
            let marks = [(line.estimated, "price estimated"), (!line.assumed.is_empty(), "quantity assumed")];
            let marks: Vec<_> = marks.into_iter().filter(|(is, _)| *is).map(|(_, mark)| mark).collect();
            let marks = if marks.is_empty() { String::new() } else { format!(", {}", marks.join(", ")) };
            let _ = writeln!(
                text,
                "{:>10}  {:width$}  {:>9} {} at {} [{}]{marks}",
                dollars(line.dollars()),
                line.what,
                quantity(line.quantity),
                units(line),
                unit_price(line.each),
                letter.map_or(String::new(), letters)
            );
            let _ = writeln!(text, "{:10}  {PLACE}{}{PLACE:#}", "", origin(line));
        }
    }
    let _ = writeln!(
        text,
        "\n{} USD of these are of assumed quantities (`--assume NAME=NUMBER`):",
        dollars(cost.of_assumed())
    );
    for of in &cost.assumed {
        let _ = writeln!(text, "  {:16}  {} {}: {}", of.name, of.value, of.unit, of.why);
    }
    text.push_str("\nPrices are from:\n");
    for (place, (source, day)) in sources.iter().enumerate() {
        let _ = writeln!(text, "  [{}] {source}{}{day}", letters(place), if day.is_empty() { "" } else { ", " });
    }
    text.push_str("\nNot reckoned:\n");
    for of in &cost.left_out {
        let _ = writeln!(text, "  {}: {}", of.what, of.why);
    }
}

/// What a change comes to.
fn changed(text: &mut String, answer: &Answer<'_>, compared: &Compared) {
    let Answer { settings, load, reckoned, exceeds, .. } = answer;
    let (before, after) = (compared.month(), reckoned.cost.month());
    let (name, region) = (&settings.name, settings.aws.region.name);
    let _ = writeln!(
        text,
        "{HEADING}{name}{HEADING:#} in {region}: {} USD a month, {} than with `{}`{}, {load}",
        dollars(after),
        more(before, after),
        compared.with,
        share(before, after)
    );
    if compared.before.is_none() {
        let _ = writeln!(text, "  environment `{}` is not there: all of it is new", settings.environment);
    }
    for step in compared.steps.iter().filter(|step| step.counts()) {
        let _ = writeln!(text, "{}  {}", signed(step.dollars), step.words());
    }
    let quiet: Vec<_> = compared.steps.iter().filter(|step| !step.counts()).collect();
    if !quiet.is_empty() {
        let keys: Vec<_> = quiet.iter().flat_map(|step| &step.settings).map(|of| of.key.as_str()).collect();
        let _ = writeln!(text, "{:>10}  {}", "0.00", keys.join(", "));
    }
    if !compared.lines.is_empty() {
        let _ = writeln!(text, "\nThe lines that differ, in USD a month:");
        let width = compared.lines.iter().map(|line| line.what.chars().count()).max().unwrap_or_default();
        for line in &compared.lines {
            let (before, after) = (dollars(line.before), dollars(line.after));
            let difference = signed(line.after - line.before);
            let _ = writeln!(text, "{difference}  {:width$}  {before} to {after}, {}", line.what, line.part);
        }
    }
    if let Some(most) = exceeds {
        let _ = writeln!(text, "\nThat is more than `--max-increase` allows, which is {most}");
    }
}

impl Step {
    /// The settings, with their values before and after.
    pub(super) fn words(&self) -> String {
        let each = self.settings.iter().map(|of| match (&of.before, &of.after) {
            (Some(before), Some(after)) => format!("{}: {} to {}", of.key, short(before), short(after)),
            (None, Some(after)) => format!("{}: {} is new", of.key, short(after)),
            (Some(before), None) => format!("{}: {} is gone", of.key, short(before)),
            (None, None) => format!("{}: a table as a whole", of.key),
        });
        let each: Vec<_> = each.collect();
        if each.len() > 1 { format!("together: {}", each.join("; ")) } else { each.concat() }
    }
}

fn short(value: &str) -> String {
    if value.chars().count() <= LONGEST {
        return value.to_owned();
    }
    value.chars().take(LONGEST - 1).chain(['…']).collect()
}

/// Who says what units cost, and from which day, each once.
pub(super) fn sources(cost: &Cost) -> Vec<(&str, &str)> {
    let mut sources: Vec<(&str, &str)> = Vec::new();
    for line in &cost.lines {
        let of = (line.source.as_str(), line.day.as_str());
        if !sources.contains(&of) {
            sources.push(of);
        }
    }
    sources
}

/// `a`, `b`, …: the mark of a source.
pub(super) fn letters(place: usize) -> String {
    let letter = u8::try_from(place).ok().and_then(|place| b'a'.checked_add(place)).filter(u8::is_ascii_lowercase);
    letter.map_or_else(|| (place + 1).to_string(), |letter| char::from(letter).to_string())
}

/// The objects that a line follows from, and the settings that decide it.
pub(super) fn origin(line: &Line) -> String {
    let from = match line.from.as_slice() {
        [first, _, _, ..] => format!("{first} and {} more", line.from.len() - 1),
        few => few.join(", "),
    };
    let assumed = line.assumed.iter().map(|name| format!("--assume {name}"));
    let by: Vec<_> = line.settings.iter().cloned().chain(assumed).collect();
    match (from.is_empty(), by.is_empty()) {
        (_, true) => from,
        (true, false) => format!("by {}", by.join(", ")),
        (false, false) => format!("{from}, by {}", by.join(", ")),
    }
}

/// The unit, for several.
pub(super) fn units(line: &Line) -> String {
    match line.unit.as_str() {
        unit @ ("hour" | "month") => format!("{unit}s"),
        unit => unit.to_owned(),
    }
}

/// `1,004.20`.
pub(super) fn dollars(amount: f64) -> String {
    let text = format!("{:.2}", amount.abs());
    let (whole, cents) = text.split_once('.').unwrap_or((&text, "00"));
    let sign = if amount < 0.0 && (whole, cents) != ("0", "00") { "-" } else { "" };
    format!("{sign}{}.{cents}", grouped(whole))
}

/// At most two places, and none where there are none.
pub(super) fn quantity(number: f64) -> String {
    let text = dollars(number);
    text.strip_suffix(".00").map_or_else(|| text.clone(), str::to_owned)
}

/// As many places as a price has, up to six.
pub(super) fn unit_price(dollars: f64) -> String {
    let text = format!("{dollars:.6}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// `72.38 more`, `3.00 less`, or `no more`.
pub(super) fn more(before: f64, after: f64) -> String {
    let difference = dollars((after - before).abs());
    match difference.as_str() {
        "0.00" => "no more".to_owned(),
        _ if after > before => format!("{difference} more"),
        _ => format!("{difference} less"),
    }
}

/// The difference as a share of what was.
pub(super) fn share(before: f64, after: f64) -> String {
    let percent = 100.0 * (after - before) / before;
    if percent.is_finite() && percent.abs() >= 0.05 { format!(" ({percent:+.1} %)") } else { String::new() }
}

/// A difference in colour, ten signs wide.
fn signed(amount: f64) -> String {
    let text = format!("{}{}", if amount > 0.0 { "+" } else { "" }, dollars(amount));
    let style = if amount > 0.0 { REMOVED } else { ADDED };
    format!("{style}{text:>10}{style:#}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_by_people() {
        assert_eq!([1004.204, -0.001, -3.5, 0.0].map(dollars), ["1,004.20", "0.00", "-3.50", "0.00"]);
        assert_eq!([2190.0, 0.5, 109.72].map(quantity), ["2,190", "0.50", "109.72"]);
        assert_eq!([0.1, 0.0836, 3.0, 0.000_000_3].map(unit_price), ["0.1", "0.0836", "3", "0"]);
        assert_eq!([more(1.0, 2.5), more(2.0, 1.0), more(1.0, 1.0)], ["1.50 more", "1.00 less", "no more"]);
        assert_eq!([letters(0), letters(25), letters(26)], ["a", "z", "27"]);
    }
}
