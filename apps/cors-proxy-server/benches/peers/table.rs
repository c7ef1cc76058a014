//! The figures of all rounds as a table: the median round of each, so that one noisy round does not decide.

use std::fmt;

/// Rows of proxies, each with the figures of its rounds by the column. What is not a number could not be measured.
pub(crate) struct Table {
    caption: String,
    /// Titles, and how many digits the figures below them have.
    titles: Vec<(String, usize)>,
    rows: Vec<(&'static str, Vec<Vec<f64>>)>,
}

impl Table {
    pub(crate) fn new<T: Into<String>>(caption: &str, titles: impl IntoIterator<Item = (T, usize)>) -> Self {
        let titles = titles.into_iter().map(|(title, digits)| (title.into(), digits)).collect();
        Self { caption: caption.to_owned(), titles, rows: Vec::new() }
    }

    /// Adds the figures of one round to a row, which is the last one when it is new.
    pub(crate) fn add(&mut self, name: &'static str, figures: &[f64]) {
        let at = self.rows.iter().position(|(row, _)| *row == name).unwrap_or_else(|| {
            self.rows.push((name, vec![Vec::new(); figures.len()]));
            self.rows.len() - 1
        });
        for (column, figure) in self.rows[at].1.iter_mut().zip(figures) {
            column.push(*figure);
        }
    }

    /// Adds a column of the figures of another one, each divided by that of a peer in the same round.
    pub(crate) fn compare(&mut self, column: usize, title: &str, peer: &str) {
        let peer = self.rows.iter().find(|(row, _)| *row == peer).expect("the peer has a row").1[column].clone();
        for (_, columns) in &mut self.rows {
            let ratios = columns[column].iter().zip(&peer).map(|(own, peer)| own / peer).collect();
            columns.push(ratios);
        }
        self.titles.push((title.to_owned(), 2));
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.caption.is_empty() {
            writeln!(f, "{}\n", self.caption)?;
        }
        write!(f, "| proxy |")?;
        for (title, _) in &self.titles {
            write!(f, " {title} |")?;
        }
        writeln!(f, "\n|---|{}", "---|".repeat(self.titles.len()))?;
        for (name, columns) in &self.rows {
            write!(f, "| {name} |")?;
            for (column, (_, digits)) in columns.iter().zip(&self.titles) {
                let mut column = column.clone();
                column.sort_unstable_by(f64::total_cmp);
                match column[column.len() / 2] {
                    unknown if unknown.is_nan() => write!(f, " – |")?,
                    figure => write!(f, " {figure:.digits$} |")?,
                }
            }
            writeln!(f)?;
        }
        Ok(())
    }
}
