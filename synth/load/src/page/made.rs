//! How the test was made, and what else it left: enough to make it again.

use std::fmt::Write;

use synth_page::escaped;

use crate::run::Run;

/// The section; nothing where nothing is known.
pub(super) fn section(run: &Run) -> String {
    let mut section = String::new();
    if !run.described.is_empty() {
        section.push_str("<h2>How it was made</h2>\n<dl>\n");
        for (name, value) in &run.described {
            let value = escaped(value);
            let value = if name == "Command" { format!("<code>{value}</code>") } else { value };
            let _ = writeln!(section, "<dt>{}</dt><dd>{value}</dd>", escaped(name));
        }
        section.push_str("</dl>\n");
    }
    if !run.files.is_empty() {
        section.push_str("<h2>Beside this page</h2>\n<ul>\n");
        for (path, meaning) in &run.files {
            let path = escaped(path);
            let _ = writeln!(section, "<li><a href=\"{path}\">{}</a> <small>{path}</small></li>", escaped(meaning));
        }
        section.push_str("</ul>\n");
    }
    section
}
