//! `looks.csv`: looks of the disruption loop that took their time (`scenario,at,seconds`).
//!
//! A recording does not say how long a look took; where what came of it does, that is an input. All others take no time.

use crate::time::{Span, Time};

const HEAD: [&str; 3] = ["scenario", "at", "seconds"];

/// A look that took its time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Look {
    /// When it began.
    pub(super) at: Time,
    /// How long it took to try each node.
    pub(super) took: Span,
}

/// Those of a scenario.
pub(super) fn of(scenario: &str, text: &str) -> Result<Vec<Look>, String> {
    let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let values = |line: &str| line.split(',').map(|value| value.trim().to_owned()).collect::<Vec<_>>();
    if lines.next().is_none_or(|(_, line)| values(line) != HEAD) {
        return Err(format!("the looks: line 1 is not `{}`", HEAD.join(",")));
    }
    let look = |(index, line): (usize, &str)| {
        let values = values(line);
        let number = |place: usize| values.get(place)?.parse::<f64>().ok().filter(|number| *number >= 0.0);
        match (values.as_slice(), number(1), number(2)) {
            ([of, ..], Some(at), Some(took)) if values.len() == HEAD.len() => {
                Ok((*of == scenario).then(|| Look { at: Time::seconds(at), took: Span::seconds(took) }))
            }
            _ => Err(format!("the looks: line {} is `{line}`, not a scenario and two numbers of seconds", index + 1)),
        }
    };
    lines.map(look).filter_map(Result::transpose).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_are_those_of_their_scenario() {
        let text = "scenario,at,seconds\none,362.5,3.25\nother,1,2\n";
        assert_eq!(of("one", text), Ok(vec![Look { at: Time(362_500), took: Span(3250) }]));
        assert_eq!(of("none", text), Ok(Vec::new()));
    }

    #[test]
    fn what_is_no_look_is_said() {
        for (text, says) in [
            ("", "line 1"),
            ("one,1,2\n", "line 1"),
            ("scenario,at,seconds\n\none,1\n", "line 3"),
            ("scenario,at,seconds\none,1,soon\n", "line 2"),
            ("scenario,at,seconds\none,1,2,3\n", "line 2"),
            ("scenario,at,seconds\none,1,-2\n", "line 2"),
        ] {
            let error = of("one", text).unwrap_err();
            assert!(error.contains(says), "{text:?}: {error}");
        }
    }
}
