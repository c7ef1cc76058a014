//! The page: one file that needs nothing else, with charts drawn here and each chart's figures as a table beside it.

mod charts;
mod compared;
mod made;
mod scaling;
mod table;
mod text;

use std::fmt::Write;

use synth_page::{document, escaped, grouped};

use crate::{
    comparison::Comparison,
    figures::Figures,
    verdict::{Judgement, Verdict},
};

/// The contents of a page.
#[derive(Debug)]
pub struct Page<'a> {
    /// The figures of the test, and what they were judged to be.
    pub verdict: &'a Verdict<'a>,
    /// The same beside what was expected.
    pub comparison: Comparison<'a>,
}

impl Page<'_> {
    /// The page's text.
    pub fn html(&self) -> String {
        let figures = self.verdict.figures;
        let met = self.verdict.met();
        let verdict = if met { "every objective met" } else { "an objective was missed" };
        let mut page = String::new();
        self.head(&mut page, met, verdict);
        let _ = writeln!(page, "<h2>Phases</h2>\n{}", table::phases(figures));
        self.errors(&mut page);
        page.push_str(&compared::section(&self.comparison));
        let _ = writeln!(page, "<h2>Against the seed</h2>\n{}", table::against_the_seed(figures));
        for section in charts::sections(figures).into_iter().chain(scaling::sections(&self.comparison)) {
            page.push_str(&section);
        }
        page.push_str(&made::section(self.comparison.run));
        document(&format!("Load test: {verdict}"), &page)
    }

    fn head(&self, page: &mut String, met: bool, verdict: &str) {
        let Verdict { figures, judgements } = self.verdict;
        let Figures { profile, all, .. } = figures;
        let class = if met { "met" } else { "missed" };
        let _ = writeln!(
            page,
            "<header>\n<h1>Load test: <span class=\"{class}\">{verdict}</span></h1>\n\
             <p>{} requests through the proxy to the mock target: up to {:.0} requests/s within {:.0} s, \
             held for {:.0} s, and down within {:.0} s. {}</p>\n</header>\n<ul class=\"judgements\">",
            grouped(all.answered),
            profile.rate,
            profile.ramp,
            profile.hold,
            profile.ramp_down,
            escaped(&text::started(figures.start)),
        );
        for Judgement { name, met, found, wanted } in judgements {
            let (class, word) = if *met { ("met", "met") } else { ("missed", "missed") };
            let _ = writeln!(
                page,
                "<li class=\"{class}\"><strong>{}</strong> <em>{word}</em><br>{}<br><small>{} wanted</small></li>",
                escaped(name),
                escaped(found),
                escaped(wanted)
            );
        }
        page.push_str("</ul>\n");
        if let Some(late) = figures.lateness {
            let _ = writeln!(
                page,
                "<p>JMeter sent 99 of 100 requests within {} ms of when they were due, and all within {} ms: time \
                 spent waiting for JMeter or for a free connection counts in “from due”, and not in p50 to max.</p>",
                grouped(late.p99),
                grouped(late.max)
            );
        }
    }

    fn errors(&self, page: &mut String) {
        let errors = &self.verdict.figures.errors;
        if errors.is_empty() {
            return;
        }
        let rows = errors.iter().map(|(kind, number)| vec![kind.clone(), grouped(*number)]);
        let table = synth_page::table::plain("Failed requests by kind", &["Kind", "Requests"], rows);
        let _ = writeln!(page, "<h2>Failures</h2>\n{table}");
    }
}
