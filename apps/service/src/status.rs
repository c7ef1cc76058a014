//! The status of a response as a label of metrics: a target may invent hundreds, and each would be a series.

use std::fmt::{self, Write};

use http::StatusCode;
use prometheus_client::encoding::{EncodeLabelValue, LabelValueEncoder};

/// nginx's status of a request whose client did not wait for the answer.
const CLIENT_CLOSED: u16 = 499;

/// A status that HTTP knows, or the class of one that it does not know, written `4xx`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Status(u16);

impl Status {
    /// Of a status as it was received; 0 where there was none.
    pub fn new(code: u16) -> Self {
        let Ok(status) = StatusCode::from_u16(code) else { return Self(0) };
        let known = status.canonical_reason().is_some() || code == CLIENT_CLOSED;
        if known { Self(code) } else { Self(code).class() }
    }

    /// Its class alone.
    #[must_use]
    pub fn class(self) -> Self {
        if self.0 < 100 { self } else { Self(self.0 / 100) }
    }
}

impl EncodeLabelValue for Status {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> fmt::Result {
        match self.0 {
            class @ 1..100 => write!(encoder, "{class}xx"),
            code => write!(encoder, "{code}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::Status;

    #[test]
    fn a_status_that_nobody_knows_is_its_class() {
        for (code, expected) in [(0, 0), (200, 200), (418, 418), (499, 499), (299, 2), (599, 5), (999, 9)] {
            assert_eq!(Status::new(code), Status(expected), "{code}");
        }
        assert_eq!([Status(0), Status(5), Status(503)].map(Status::class), [Status(0), Status(5), Status(5)]);
    }

    #[test]
    fn there_are_fewer_than_a_hundred() {
        let all: HashSet<_> = [0].into_iter().chain(100..=999).map(Status::new).collect();
        assert!(all.len() < 100, "{}", all.len());
    }
}
