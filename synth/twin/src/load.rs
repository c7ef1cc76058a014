//! What is offered when: requests a second over time, from a load test's plan, a spike, a day, or a file.
//!
//! Every curve is a row of points with straight lines between them; before the first and after the last nothing is offered. A point
//! is an exact moment, so what is due in a second is the area under the curve. Shapes may have two points at one moment: there they jump.

mod arrivals;
mod csv;
mod flaws;
mod shapes;

pub use arrivals::Arrivals;
pub use flaws::{Flaw, Flaws};
pub use shapes::{Day, Plan, Spike};

/// The longest curve, in seconds: 31 days.
pub const LONGEST: f64 = 31.0 * 86_400.0;

/// The highest rate that a curve may have, in requests a second: beyond it stands a slip of the pen.
pub const HIGHEST: f64 = 1e9;

/// A curve of requests a second.
#[derive(Clone, Debug, PartialEq)]
pub struct Load(Vec<Point>);

#[derive(Clone, Copy, Debug, PartialEq)]
struct Point {
    /// Seconds from the start.
    second: f64,
    /// Requests a second.
    rate: f64,
    /// Requests until then.
    due: f64,
}

impl Load {
    /// A curve through points of seconds and requests a second, in order of time.
    ///
    /// # Errors
    /// Every number that is none, is less than nothing or too large, every second that does not follow the one before, and fewer than
    /// two points.
    pub fn through(points: impl IntoIterator<Item = (f64, f64)>) -> Result<Self, Flaws> {
        let points: Vec<_> = points.into_iter().map(|(second, rate)| (None, second, rate)).collect();
        let flaws = flaws::of_points(&points);
        if flaws.is_empty() {
            Ok(Self::sound(points.into_iter().map(|(_, second, rate)| (second, rate))))
        } else {
            Err(Flaws(flaws))
        }
    }

    /// A curve of points that have been looked at.
    fn sound(points: impl IntoIterator<Item = (f64, f64)>) -> Self {
        let mut curve: Vec<Point> = Vec::new();
        for (second, rate) in points {
            let due =
                curve.last().map_or(0.0, |last| last.due + (second - last.second) * f64::midpoint(last.rate, rate));
            curve.push(Point { second, rate, due });
        }
        Self(curve)
    }

    /// The second at which nothing more is offered.
    pub fn seconds(&self) -> f64 {
        self.0.last().map_or(0.0, |last| last.second)
    }

    /// The highest rate, in requests a second.
    pub fn peak(&self) -> f64 {
        self.0.iter().map(|point| point.rate).fold(0.0, f64::max)
    }

    /// The rate at a moment, in requests a second.
    pub fn at(&self, second: f64) -> f64 {
        self.between(second).map_or(0.0, |(from, to)| {
            let width = to.second - from.second;
            if width > 0.0 { from.rate + (to.rate - from.rate) * (second - from.second) / width } else { to.rate }
        })
    }

    /// The requests that are due by a moment.
    pub fn due_by(&self, second: f64) -> f64 {
        match self.between(second) {
            Some((from, _)) => from.due + (second - from.second) * f64::midpoint(from.rate, self.at(second)),
            None => self.0.last().filter(|last| second > last.second).map_or(0.0, |last| last.due),
        }
    }

    /// All requests.
    pub fn requests(&self) -> f64 {
        self.0.last().map_or(0.0, |last| last.due)
    }

    /// The requests of each second, the first being from 0 to 1.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a curve has at most 31 days")]
    pub fn ticks(&self) -> impl ExactSizeIterator<Item = f64> + '_ {
        let seconds = self.seconds().ceil() as u32;
        (0..seconds).map(|second| self.due_by(f64::from(second) + 1.0) - self.due_by(f64::from(second)))
    }

    /// The same curve, and then nothing for so many seconds, in which a platform shrinks again.
    #[must_use]
    pub fn and_nothing_for(self, seconds: f64) -> Self {
        let end = self.seconds();
        let rest = [(end, 0.0), ((end + seconds.max(0.0)).min(LONGEST.max(end)), 0.0)];
        Self::sound(self.0.into_iter().map(|point| (point.second, point.rate)).chain(rest))
    }

    /// The same curve, with this as its highest rate.
    ///
    /// # Errors
    /// A rate that is no number, nothing, less or too much; and a curve that never offers anything.
    pub fn scaled_to(self, rate: f64) -> Result<Self, Flaws> {
        let peak = self.peak();
        let mut flaws = flaws::of_rate(rate);
        if peak <= 0.0 {
            flaws.push(Flaw::new("the curve offers nothing, so that no factor gives it a rate"));
        }
        if flaws.is_empty() {
            Ok(Self::sound(self.0.into_iter().map(|point| (point.second, point.rate / peak * rate))))
        } else {
            Err(Flaws(flaws))
        }
    }

    /// The points around a moment.
    fn between(&self, second: f64) -> Option<(Point, Point)> {
        let after = self.0.partition_point(|point| point.second <= second);
        let to = self
            .0
            .get(after)
            .or_else(|| self.0.last().filter(|last| last.second <= second && second <= last.second))?;
        let from = self.0.get(after.min(self.0.len() - 1).checked_sub(1)?)?;
        Some((*from, *to))
    }
}
