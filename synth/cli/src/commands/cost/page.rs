//! A bill as a page: one number, its parts, every line, and what a change comes to.

use std::fmt::Write;

use synth_page::{document, escaped, shares, table, with_code};

use super::{
    Answer,
    compare::Compared,
    text::{dollars, letters, more, origin, quantity, share, sources, unit_price, units},
};

pub(super) fn html(answer: &Answer<'_>) -> String {
    let Answer { settings, load, reckoned, compared, exceeds } = answer;
    let cost = &reckoned.cost;
    let title = format!("{} USD a month", dollars(cost.month()));
    let class = if exceeds.is_some() { "missed" } else { "met" };
    let mut page = format!("<header>\n<h1><span class=\"{class}\">{title}</span></h1>\n");
    let _ = writeln!(
        page,
        "<p><code>{}</code> in {}, {}: {} USD an hour. List prices unless a line says otherwise, without tax, discounts and credits; \
         {} USD are of quantities that nobody knows beforehand.</p>\n</header>",
        escaped(&settings.name),
        escaped(settings.aws.region.name),
        with_code(load),
        dollars(cost.hour()),
        dollars(cost.of_assumed())
    );
    let part = |(part, value): (stacks::cost::Part, f64)| shares::Share {
        name: part.name().to_owned(),
        value,
        written: format!("{} USD", dollars(value)),
    };
    let parts: Vec<_> = cost.parts().into_iter().map(part).collect();
    let spoken: Vec<_> = parts.iter().map(|of| format!("{} {}", of.name, of.written)).collect();
    let bar = shares::bar(&format!("{title}: {}", spoken.join(", ")), &parts);
    let _ = writeln!(page, "<section>\n<h2>Parts</h2>\n<figure>\n{bar}</figure>\n</section>");
    if let Some(compared) = compared {
        page.push_str(&changed(answer, compared));
    }
    page.push_str(&lines(answer));
    page.push_str(&beside(answer));
    document(&format!("{}: {title}", settings.name), &page)
}

/// What a change comes to, by settings and by lines.
fn changed(answer: &Answer<'_>, compared: &Compared) -> String {
    let (before, after) = (compared.month(), answer.reckoned.cost.month());
    let beyond = answer.exceeds.map(|most| format!(", which is beyond {most}")).unwrap_or_default();
    let caption = format!(
        "{} than with {}{}{beyond}; each setting by itself, in the order of the rows",
        more(before, after),
        compared.with,
        share(before, after)
    );
    let steps = compared.steps.iter().map(|step| vec![step.words(), dollars(step.dollars)]);
    let lines = compared.lines.iter().map(|line| {
        vec![line.what.clone(), dollars(line.before), dollars(line.after), dollars(line.after - line.before)]
    });
    format!(
        "<section>\n<h2>Change</h2>\n{}{}</section>\n",
        table::plain(&caption, &["Setting", "USD a month"], steps),
        table::plain("Lines that differ, in USD a month", &["For", "Before", "After", "Difference"], lines)
    )
}

fn lines(answer: &Answer<'_>) -> String {
    let cost = &answer.reckoned.cost;
    let sources = sources(cost);
    let rows = cost.lines.iter().map(|line| {
        let letter = sources.iter().position(|of| *of == (line.source.as_str(), line.day.as_str()));
        let marks = [(line.estimated, "price"), (!line.assumed.is_empty(), "quantity")];
        let marks: Vec<_> = marks.into_iter().filter(|(is, _)| *is).map(|(_, mark)| mark).collect();
        vec![
            line.what.clone(),
            dollars(line.dollars()),
            format!("{} {}", quantity(line.quantity), units(line)),
            unit_price(line.each),
            letter.map(letters).unwrap_or_default(),
            marks.join(", "),
            origin(line),
        ]
    });
    let total = ["all".to_owned(), dollars(cost.month())].into_iter().chain(vec![String::new(); 5]).collect();
    let header = ["For", "USD a month", "Quantity", "USD each", "Source", "Guessed", "From"];
    format!(
        "<section>\n<h2>Bill</h2>\n{}</section>\n",
        table::worded("A month of 730 hours", &header, &[0, 6], rows.chain([total]))
    )
}

/// Sources, assumptions, and what has no line.
fn beside(answer: &Answer<'_>) -> String {
    let cost = &answer.reckoned.cost;
    let of_sources = sources(cost);
    let of_sources = of_sources
        .iter()
        .enumerate()
        .map(|(place, (source, day))| vec![letters(place), (*day).to_owned(), source.replace("https://", "")]);
    let assumed =
        cost.assumed.iter().map(|of| vec![of.name.to_owned(), format!("{} {}", of.value, of.unit), of.why.to_owned()]);
    let left_out = cost.left_out.iter().map(|of| vec![of.what.clone(), of.why.to_owned()]);
    format!(
        "<section>\n<h2>Where it is from</h2>\n{}{}{}</section>\n",
        table::worded("Sources of prices", &["Mark", "Day", "Source"], &[2], of_sources),
        table::worded("Assumed until somebody measures", &["Name", "Value", "Why"], &[2], assumed),
        table::worded("Not reckoned", &["What", "Why"], &[0, 1], left_out)
    )
}
