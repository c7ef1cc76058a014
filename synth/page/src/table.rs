//! Tables: every figure that a chart shows can be read, too.

use std::fmt::Write;

use crate::text::escaped;

/// A table whose first column names its rows.
pub fn plain(caption: &str, header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    worded(caption, header, &[], rows)
}

/// A table some of whose columns are words, which begin at the left and take as many lines as they need.
pub fn worded(caption: &str, header: &[&str], words: &[usize], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let class = |index: usize| if words.contains(&index) { " class=\"words\"" } else { "" };
    let mut table =
        format!("<div class=\"wide\" tabindex=\"0\"><table>\n<caption>{}</caption>\n<thead><tr>", escaped(caption));
    for (index, cell) in header.iter().enumerate() {
        let _ = write!(table, "<th scope=\"col\"{}>{}</th>", class(index), escaped(cell));
    }
    table.push_str("</tr></thead>\n<tbody>\n");
    for row in rows {
        table.push_str("<tr>");
        for (index, cell) in row.iter().enumerate() {
            let (open, close) = if index == 0 { ("<th scope=\"row\"", "</th>") } else { ("<td", "</td>") };
            let _ = write!(table, "{open}{}>{}{close}", class(index), escaped(cell));
        }
        table.push_str("</tr>\n");
    }
    table.push_str("</tbody>\n</table></div>\n");
    table
}

/// A table that opens when asked: the figures of a chart.
pub fn folded(caption: &str, header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    format!("<details><summary>The figures as a table</summary>\n{}</details>\n", plain(caption, header, rows))
}
