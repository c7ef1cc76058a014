//! `NAME.sync.csv`: one row a sync, with the replicas before and after it.

use crate::{
    replay::{File, Malformed},
    time::Time,
};

/// What a row says, as far as a replay needs it.
pub(super) struct Row {
    pub(super) line: usize,
    pub(super) at: Time,
    pub(super) before: i32,
    pub(super) after: i32,
}

/// Reads every row. Columns are found by their names; others may stand between them.
pub(super) fn rows(file: File) -> Result<Vec<Row>, Malformed> {
    let mut lines = file.text.lines().enumerate().filter(|(_, text)| !text.trim().is_empty());
    let Some((index, head)) = lines.next() else { return Err(Malformed::file(file.path, "is empty")) };
    let names: Vec<_> = head.split(',').map(str::trim).collect();
    let column = |name: &str| {
        let found = names.iter().position(|column| *column == name);
        found.ok_or_else(|| Malformed::line(file.path, index + 1, format!("has no column `{name}`")))
    };
    let (time, before, after) = (column("time_s")?, column("replicas_before")?, column("replicas_after")?);
    lines
        .map(|(index, text)| {
            let malformed = |problem: String| Malformed::line(file.path, index + 1, problem);
            let values: Vec<_> = text.split(',').map(str::trim).collect();
            if values.len() != names.len() {
                return Err(malformed(format!("{} values for {} columns", values.len(), names.len())));
            }
            let wrong = |column: usize| malformed(format!("`{}` is `{}`, not a number", names[column], values[column]));
            let seconds = values[time].parse::<f64>().ok().filter(|seconds| seconds.is_finite());
            let replicas = |column: usize| values[column].parse().map_err(|_| wrong(column));
            Ok(Row {
                line: index + 1,
                at: Time::seconds(seconds.ok_or_else(|| wrong(time))?),
                before: replicas(before)?,
                after: replicas(after)?,
            })
        })
        .collect()
}
