//! What was measured.

/// A case at a rate: the least of the rounds, since what else runs on a machine only ever adds; rates and refusals as medians.
pub(crate) struct Row {
    pub(crate) case: String,
    pub(crate) rate: f64,
    /// The rate that would take all of the core, as long as there is always a request.
    pub(crate) most: f64,
    pub(crate) refused: f64,
    /// Microseconds of a request, from here on.
    pub(crate) proxy: f64,
    pub(crate) mock: f64,
    pub(crate) mean: f64,
    pub(crate) p50: f64,
    pub(crate) p99: f64,
    pub(crate) late: f64,
    pub(crate) foreign: f64,
}

impl Row {
    /// Microseconds of both.
    pub(crate) fn cpu(&self) -> f64 {
        self.proxy + self.mock
    }

    /// The share of a core.
    pub(crate) fn usage(&self) -> f64 {
        self.cpu() * self.rate / 1e6
    }
}

/// The rows of a table, each the median of its rounds.
pub(crate) fn read(text: &str) -> Option<Vec<Row>> {
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next()?.split(',').collect();
    let at = |name: &str| names.iter().position(|column| *column == name);
    let (case, nth) = (
        at("case")?,
        [
            "rate",
            "offered",
            "refused",
            "proxy_cpu_us",
            "mock_cpu_us",
            "mean_us",
            "p50_us",
            "p99_us",
            "late_p99_us",
            "foreign",
            "most",
        ],
    );
    let columns: Vec<usize> = nth.into_iter().map(at).collect::<Option<_>>()?;
    // Rates of a case come in the same order in each round, and differ a little: a row's place in its round tells which it is.
    let mut groups: Vec<(String, Vec<Vec<f64>>)> = Vec::new();
    let (mut round, mut nth) = ("", 0);
    for line in lines {
        let fields: Vec<&str> = line.split(',').collect();
        nth = if fields[0] == round { nth + 1 } else { 0 };
        round = fields[0];
        let values = columns.iter().map(|column| fields.get(*column)?.parse().ok()).collect::<Option<Vec<f64>>>()?;
        if nth == groups.len() {
            groups.push(((*fields.get(case)?).to_owned(), Vec::new()));
        }
        groups.get_mut(nth)?.1.push(values);
    }
    let sorted = |rounds: &[Vec<f64>], value: &dyn Fn(&[f64]) -> f64| {
        let mut all: Vec<f64> = rounds.iter().map(|round| value(round)).collect();
        all.sort_unstable_by(f64::total_cmp);
        all
    };
    let median = |rounds: &[Vec<f64>], value: &dyn Fn(&[f64]) -> f64| sorted(rounds, value)[rounds.len() / 2];
    let least = |rounds: &[Vec<f64>], column: usize| sorted(rounds, &|row| row[column])[0];
    let rows = groups.into_iter().map(|(case, rounds)| Row {
        case,
        rate: median(&rounds, &|row| row[0]),
        refused: median(&rounds, &|row| row[2] / row[1]),
        proxy: least(&rounds, 3),
        mock: least(&rounds, 4),
        mean: least(&rounds, 5),
        p50: least(&rounds, 6),
        p99: least(&rounds, 7),
        late: least(&rounds, 8),
        foreign: least(&rounds, 9),
        most: median(&rounds, &|row| row[10]),
    });
    Some(rows.collect())
}
