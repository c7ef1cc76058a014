//! The profile of a load test: what is offered when. The plan's schedule follows the same curve.

use std::ops::Range;

/// A rate that rises from nothing, holds, and falls to nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Profile {
    /// Requests a second at the top.
    pub rate: f64,
    /// Seconds until the top.
    pub ramp: f64,
    /// Seconds at the top.
    pub hold: f64,
    /// Seconds from the top back to nothing.
    pub ramp_down: f64,
}

/// A part of the profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// The rate rises.
    Ramp,
    /// The rate holds.
    Hold,
    /// The rate falls.
    RampDown,
}

impl Phase {
    /// Every phase, in order.
    pub(crate) const ALL: [Self; 3] = [Self::Ramp, Self::Hold, Self::RampDown];

    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ramp => "ramp",
            Self::Hold => "hold",
            Self::RampDown => "ramp down",
        }
    }
}

impl Profile {
    /// Seconds of all phases.
    pub fn seconds(&self) -> f64 {
        self.ramp + self.hold + self.ramp_down
    }

    /// The seconds of a phase, from the start of the test.
    pub(crate) fn span(&self, phase: Phase) -> Range<f64> {
        match phase {
            Phase::Ramp => 0.0..self.ramp,
            Phase::Hold => self.ramp..self.ramp + self.hold,
            Phase::RampDown => self.ramp + self.hold..self.seconds(),
        }
    }

    /// The requests that are due by a second: the area under the profile until then.
    pub(crate) fn due_by(&self, second: f64) -> f64 {
        let rising = second.clamp(0.0, self.ramp);
        let holding = (second - self.ramp).clamp(0.0, self.hold);
        let falling = (second - self.ramp - self.hold).clamp(0.0, self.ramp_down);
        let risen = if self.ramp > 0.0 { self.rate * rising * rising / (2.0 * self.ramp) } else { 0.0 };
        let fallen = if self.ramp_down > 0.0 { falling - falling * falling / (2.0 * self.ramp_down) } else { 0.0 };
        risen + self.rate * (holding + fallen)
    }

    /// The requests that are due within a span.
    pub(crate) fn due_in(&self, span: Range<f64>) -> f64 {
        self.due_by(span.end) - self.due_by(span.start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROFILE: Profile = Profile { rate: 1000.0, ramp: 20.0, hold: 40.0, ramp_down: 10.0 };

    #[track_caller]
    fn close(found: f64, wanted: f64) {
        assert!((found - wanted).abs() < 1e-6, "{found} is not {wanted}");
    }

    #[test]
    fn what_is_due_is_the_area_under_the_profile() {
        for (second, due) in [(-1.0, 0.0), (0.0, 0.0), (10.0, 2_500.0), (20.0, 10_000.0), (60.0, 50_000.0)] {
            close(PROFILE.due_by(second), due);
        }
        close(PROFILE.due_by(65.0), 50_000.0 + 3_750.0);
        close(PROFILE.due_by(1_000.0), 55_000.0);
    }

    #[test]
    fn phases_follow_each_other_without_a_gap() {
        let due: f64 = Phase::ALL.into_iter().map(|phase| PROFILE.due_in(PROFILE.span(phase))).sum();
        close(due, PROFILE.due_by(PROFILE.seconds()));
        let spans = Phase::ALL.map(|phase| PROFILE.span(phase));
        assert!(spans.windows(2).all(|pair| (pair[0].end - pair[1].start).abs() < 1e-9), "{spans:?}");
    }

    #[test]
    fn a_profile_without_ramps_is_level() {
        let level = Profile { rate: 10.0, ramp: 0.0, hold: 5.0, ramp_down: 0.0 };
        close(level.due_by(2.0), 20.0);
        close(level.due_by(9.0), 50.0);
    }
}
