//! A curve from a file of comma-separated values.

use super::{
    Load,
    flaws::{self, Flaw, Flaws},
};

/// The first line.
const HEADER: [&str; 2] = ["second", "requests_per_second"];

/// A byte order mark, which some spreadsheets write first.
const MARK: char = '\u{feff}';

impl Load {
    /// Reads `second,requests_per_second`: a header, then a row for each point, in order of time. Between two rows the rate goes in a
    /// straight line from the one to the other; before the first row and after the last nothing is offered. Line ends of either kind,
    /// spaces around a field, a byte order mark and empty lines at the end are as good as none.
    ///
    /// # Errors
    /// Every flaw with its line: another header, a row of more or fewer than two numbers, an empty line amid the rows, and what
    /// [`Load::through`] refuses.
    pub fn csv(text: &str) -> Result<Self, Flaws> {
        let text = text.strip_prefix(MARK).unwrap_or(text).trim_end();
        let mut lines = text.lines().enumerate().map(|(index, line)| (index + 1, line.trim()));
        let Some((first, header)) = lines.next() else {
            return Err(Flaws(vec![Flaw::at(1, format!("the file is empty: it begins with `{}`", HEADER.join(",")))]));
        };
        let (mut flaws, mut points) = (Vec::new(), Vec::new());
        if header.split(',').map(str::trim).ne(HEADER) {
            flaws.push(Flaw::at(first, format!("the header is `{}`, not `{header}`", HEADER.join(","))));
        }
        for (line, row) in lines {
            match fields(row) {
                Ok((second, rate)) => points.push((Some(line), second, rate)),
                Err(what) => flaws.push(Flaw::at(line, what)),
            }
        }
        // That there are too few points says nothing new where others cannot be read.
        let unread = !flaws.is_empty();
        flaws.extend(
            flaws::of_points(&points).into_iter().filter(|flaw| !unread || points.len() > 1 || flaw.line.is_some()),
        );
        for flaw in &mut flaws {
            flaw.line.get_or_insert(first);
        }
        flaws.sort_by_key(|flaw| flaw.line);
        if flaws.is_empty() {
            Ok(Self::sound(points.into_iter().map(|(_, second, rate)| (second, rate))))
        } else {
            Err(Flaws(flaws))
        }
    }
}

fn fields(row: &str) -> Result<(f64, f64), String> {
    if row.is_empty() {
        return Err("the line is empty".to_owned());
    }
    let number = |name: &str, text: &str| {
        let text = text.trim();
        text.parse::<f64>().map_err(|_| format!("`{text}` is no number of {name}"))
    };
    match row.split(',').collect::<Vec<_>>()[..] {
        [second, rate] => Ok((number("seconds", second)?, number("requests a second", rate)?)),
        ref others => Err(format!("`{row}` has {} fields, not a second and a rate with a comma between", others.len())),
    }
}
