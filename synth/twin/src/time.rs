//! Moments and spans of the simulation, in whole milliseconds.

use std::{
    fmt,
    ops::{Add, AddAssign, Sub},
};

/// A moment, counted from the simulation's zero. Before it lies what was there already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(pub i64);

/// A span between two moments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(pub i64);

impl Time {
    /// The simulation's zero.
    pub const ZERO: Self = Self(0);

    /// So many seconds after the zero.
    pub fn seconds(seconds: f64) -> Self {
        Self(Span::seconds(seconds).0)
    }

    /// The whole second that it lies in: the API server writes no smaller parts.
    #[must_use]
    pub const fn whole_second(self) -> Self {
        Self(self.0 - self.0.rem_euclid(1000))
    }

    /// Seconds since the zero.
    pub fn in_seconds(self) -> f64 {
        Span(self.0).in_seconds()
    }
}

impl Span {
    /// No time.
    pub const ZERO: Self = Self(0);

    /// So many seconds, to the nearest millisecond.
    #[expect(clippy::cast_possible_truncation, reason = "a simulation of 292 million years has other problems")]
    pub fn seconds(seconds: f64) -> Self {
        Self((seconds * 1000.0).round() as i64)
    }

    /// So many whole seconds.
    pub const fn whole_seconds(seconds: i64) -> Self {
        Self(seconds * 1000)
    }

    /// In seconds.
    #[expect(clippy::cast_precision_loss, reason = "exact for 285,000 years")]
    pub fn in_seconds(self) -> f64 {
        self.0 as f64 / 1000.0
    }
}

impl Add<Span> for Time {
    type Output = Self;

    fn add(self, span: Span) -> Self {
        Self(self.0 + span.0)
    }
}

impl AddAssign<Span> for Time {
    fn add_assign(&mut self, span: Span) {
        self.0 += span.0;
    }
}

impl Sub<Span> for Time {
    type Output = Self;

    fn sub(self, span: Span) -> Self {
        Self(self.0 - span.0)
    }
}

impl Sub for Time {
    type Output = Span;

    fn sub(self, earlier: Self) -> Span {
        Span(self.0 - earlier.0)
    }
}

impl Add for Span {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl fmt::Display for Time {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:.1} s", self.in_seconds())
    }
}
