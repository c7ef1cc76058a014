//! Tables: every figure that a chart shows can be read, too.

use std::fmt::Write;

use crate::text::escaped;

/// A table whose first column names its rows.
pub fn plain(caption: &str, header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    worded(caption, header, &[], rows)
}

/// Columns from which a row is no line on a phone.
const MANY: usize = 5;

/// A table some of whose columns are words, which begin at the left and take as many lines as they need. On a phone each row of many
/// columns is a block, in which every cell has the name of its column.
pub fn worded(caption: &str, header: &[&str], words: &[usize], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let class = |index: usize| if words.contains(&index) { " class=\"words\"" } else { "" };
    let stacked = !words.is_empty() && header.len() >= MANY;
    let blocks = if stacked { " class=\"stacked\"" } else { "" };
    let column = |index: usize| match header.get(index) {
        Some(name) if stacked => format!(" data-of=\"{}\"", escaped(name)),
        _ => String::new(),
    };
    let mut table = format!(
        "<div class=\"wide\" tabindex=\"0\"><table{blocks}>\n<caption>{}</caption>\n<thead><tr>",
        escaped(caption)
    );
    for (index, cell) in header.iter().enumerate() {
        let _ = write!(table, "<th scope=\"col\"{}>{}</th>", class(index), escaped(cell));
    }
    table.push_str("</tr></thead>\n<tbody>\n");
    for row in rows {
        table.push_str("<tr>");
        for (index, cell) in row.iter().enumerate() {
            let (open, close) = match index {
                0 => ("<th scope=\"row\"".to_owned(), "</th>"),
                _ => (format!("<td{}", column(index)), "</td>"),
            };
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

#[cfg(test)]
mod tests {
    use super::worded;

    #[test]
    fn cells_of_rows_that_are_no_lines_on_a_phone_have_the_names_of_their_columns() {
        let bill = worded(
            "Bill",
            &["For", "USD", "<Each>", "Source", "From"],
            &[0],
            [["a", "1", "2", "c", "d"].map(str::to_owned).to_vec()],
        );
        assert!(
            bill.contains("<table class=\"stacked\">") && bill.contains("<td data-of=\"&lt;Each&gt;\">2</td>"),
            "{bill}"
        );
        assert!(bill.contains("<th scope=\"row\" class=\"words\">a</th>"), "{bill}");
        let short = worded("Sources", &["Mark", "Source"], &[1], [["a", "b"].map(str::to_owned).to_vec()]);
        assert!(!short.contains("stacked") && !short.contains("data-of"), "{short}");
    }
}
