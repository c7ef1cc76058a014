//! The figures of all rounds as tables: the median round of each, so that one noisy round does not decide.

use std::fmt::Write;

/// The figures of one proxy: each column holds one per round.
pub(crate) struct Row {
    name: &'static str,
    columns: Vec<Vec<f64>>,
}

impl Row {
    pub(crate) fn new(name: &'static str) -> Self {
        Self { name, columns: Vec::new() }
    }

    pub(crate) fn add(&mut self, figures: &[f64]) {
        self.columns.resize(figures.len(), Vec::new());
        for (column, figure) in self.columns.iter_mut().zip(figures) {
            column.push(*figure);
        }
    }

    /// Adds a column of this row's figures of another one, each divided by that of a peer in the same round.
    pub(crate) fn compare(&mut self, column: usize, peer: &[f64]) {
        let ratios = self.columns[column].iter().zip(peer).map(|(own, peer)| own / peer).collect();
        self.columns.push(ratios);
    }

    pub(crate) fn column(&self, column: usize) -> Vec<f64> {
        self.columns[column].clone()
    }
}

/// A table of rows, whose columns have a title and so many digits.
pub(crate) fn render(columns: &[(&str, usize)], rows: &[Row]) -> String {
    let mut table = "| proxy |".to_owned();
    for (title, _) in columns {
        write!(table, " {title} |").unwrap();
    }
    table += "\n|---|";
    table += &"---|".repeat(columns.len());
    table.push('\n');
    for row in rows {
        write!(table, "| {} |", row.name).unwrap();
        for (column, (_, digits)) in row.columns.iter().zip(columns) {
            let mut column = column.clone();
            column.sort_unstable_by(f64::total_cmp);
            write!(table, " {:.digits$} |", column[column.len() / 2]).unwrap();
        }
        table.push('\n');
    }
    table
}
