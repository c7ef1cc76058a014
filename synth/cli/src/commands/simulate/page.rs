//! The page of a simulation: what it comes to, curves, what it costs, and what happened.

pub(super) mod charts;

use std::fmt::Write;

use synth_page::{
    document, escaped, grouped,
    shares::{self, Share},
    table, with_code,
};
use synth_twin::{
    cost::{HOURS_A_MONTH, Line},
    simulation::{
        setup::Setup,
        trace::{Second, Trace},
    },
};

use super::text::{Run, milliseconds};

pub(super) fn html(setup: &Setup, asked: &str, runs: &[Run]) -> String {
    let lost = runs.iter().any(|run| run.binding.is_some());
    let verdict = if lost { "requests are lost" } else { "every request is answered" };
    let class = if lost { "missed" } else { "met" };
    let mut page = format!("<header>\n<h1>Simulated: <span class=\"{class}\">{verdict}</span></h1>\n");
    let _ = write!(
        page,
        "<p>The environment <code>{}</code> under a load, as the capacity twin reckons it from the objects that are synthesized. \
         Nothing of this ran in AWS; <code>docs/scaling.md</code> says what is modelled, from which source, and how far it was held to the real controllers.</p>\n<p>{}</p>\n</header>\n",
        escaped(&setup.name),
        escaped(asked)
    );
    page.push_str(&judgements(runs));
    page.push_str(&compared(runs));
    for run in runs {
        if runs.len() > 1 {
            let _ = writeln!(page, "<h2>Scaled on {}</h2>", escaped(run.scaled_on()));
        }
        page.push_str(&charts::sections(run, runs.len() > 1));
        page.push_str(&bill(&run.trace));
        page.push_str(&charts::events(&run.trace));
    }
    document(&format!("Simulated: {verdict}"), &page)
}

fn judgements(runs: &[Run]) -> String {
    let mut list = "<ul class=\"judgements\">\n".to_owned();
    for run in runs {
        let sums = run.sums();
        let (class, word) = if run.binding.is_some() { ("missed", "lost") } else { ("met", "answered") };
        let what = run.binding.as_ref().map_or_else(
            || format!("all of {} requests", grouped(format!("{:.0}", sums.totals.offered))),
            |binding| format!("from {} on: {}", charts::moment(binding.second), binding.what),
        );
        let mend = run
            .binding
            .as_ref()
            .map(|binding| format!("<br><small>{}</small>", with_code(&binding.mend)))
            .unwrap_or_default();
        let _ = writeln!(
            list,
            "<li class=\"{class}\"><strong>{}</strong> <em>{word}</em><br>{}{mend}</li>",
            escaped(run.name()),
            escaped(&what)
        );
    }
    list.push_str("</ul>\n");
    list
}

fn compared(runs: &[Run]) -> String {
    let rows = runs.iter().map(|run| {
        let sums = run.sums();
        let Second { offered, answered, refused, failed, .. } = sums.totals;
        let number = |value: f64| grouped(format!("{value:.0}"));
        let pods = sums.most_pods.iter().map(u32::to_string).collect::<Vec<_>>().join(" + ");
        vec![
            run.name().to_owned(),
            number(offered),
            number(answered),
            number(refused),
            number(failed),
            milliseconds(sums.p99),
            pods,
            sums.most_nodes.to_string(),
            format!("{:.2}", sums.cost),
        ]
    });
    let header = [
        "Scaled on",
        "Offered",
        "Answered",
        "Refused",
        "Failed",
        "Highest p99 ms",
        "Most pods",
        "Most nodes",
        "$ for nodes",
    ];
    let (title, caption) = if runs.len() > 1 {
        ("Compared", "The same load, with pods added by each metric")
    } else {
        ("In all", "What the load comes to: sums over all seconds, and the most of any")
    };
    format!("<h2>{title}</h2>\n{}", table::plain(caption, &header, rows))
}

/// What the run costs, line by line, with where each price is from.
fn bill(trace: &Trace) -> String {
    let rows = trace.bill.lines.iter().map(|line| {
        let said = [line.price.source.trim_start_matches("https://"), line.price.read];
        let said = said.into_iter().chain(line.price.estimated.then_some("estimated"));
        let source = said.filter(|of| !of.is_empty()).collect::<Vec<_>>().join(", ");
        vec![
            line.what.clone(),
            format!("{:.2}", line.quantity),
            line.unit.to_owned(),
            format!("{:.4}", line.dollars),
            source,
        ]
    });
    let total =
        vec!["all".to_owned(), String::new(), String::new(), format!("{:.4}", trace.bill.dollars()), String::new()];
    let once = number(trace);
    let caption = "What this time costs, without tax and discounts; how large answers are is assumed";
    let header = ["For", "Quantity", "Unit", "$", "Price from"];
    format!(
        "<section>\n<h2>Bill</h2>\n{once}{}</section>\n",
        table::worded(caption, &header, &[0, 4], rows.chain([total]))
    )
}

/// What a month costs in which this goes on and on, with its parts.
fn number(trace: &Trace) -> String {
    #[expect(clippy::cast_precision_loss, reason = "seconds of a run")]
    let months = trace.seconds.len().max(1) as f64 / 3600.0 / HOURS_A_MONTH;
    let month = |dollars: f64| format!("{} USD", grouped(format!("{:.0}", dollars / months)));
    let part = |line: &Line| Share { name: line.what.clone(), value: line.dollars, written: month(line.dollars) };
    let parts: Vec<_> = trace.bill.lines.iter().map(part).collect();
    let all = format!("{} a month if it went on like this", month(trace.bill.dollars()));
    let bar = shares::bar(&all, &parts);
    format!(
        "<figure>\n<figcaption>{all}, without logs, images and what nodes exchange among themselves, which <code>synth cost \
         --load</code> has beside each of these</figcaption>\n{bar}</figure>\n"
    )
}
