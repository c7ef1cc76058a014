//! What was expected of the platform beside what was measured, and what each of the two is of.

use synth_page::{escaped, table::plain, with_code};

use crate::{
    comparison::{Comparison, Line, TIMES},
    expected::BY,
};

/// The section; a sentence where nothing can be expected.
pub(super) fn section(comparison: &Comparison<'_>) -> String {
    let heading = "<h2>Expected and measured</h2>\n";
    let expected = match comparison.expected {
        Ok(expected) => expected,
        Err(reason) => {
            return format!("{heading}<p>Nothing is expected of the platform: {}.</p>\n", escaped(reason));
        }
    };
    let rows =
        comparison.lines(expected).into_iter().map(|Line { what, expected, measured }| vec![what, expected, measured]);
    let caption = "The same schedule of requests; the simulated clients ask for the mock target, too";
    format!(
        "{heading}<p><strong>Expected</strong> is what the environment <code>{}</code> comes to in AWS, by {}; \
         <code>docs/scaling.md</code> says what that models, and from which sources. {TIMES}</p>\n\
         <p><strong>Measured</strong> is {}.</p>\n{}",
        escaped(&expected.environment),
        with_code(BY),
        escaped(&comparison.tested()),
        plain(caption, &["", "Expected", "Measured"], rows)
    )
}
