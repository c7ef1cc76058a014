//! Curves that need no file.

use super::{
    Flaws, LONGEST, Load,
    flaws::{self, Flaw},
};

/// A load test's own: a rate that rises from nothing, holds, and falls to nothing. The plan's schedule offers exactly this.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plan {
    /// Requests a second at the top.
    pub rate: f64,
    /// Seconds until the top.
    pub ramp: f64,
    /// Seconds at the top.
    pub hold: f64,
    /// Seconds from the top back to nothing.
    pub ramp_down: f64,
}

/// A rate that jumps and falls back.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spike {
    /// Requests a second at the top.
    pub rate: f64,
    /// The share of the top that is offered before and after.
    pub base: f64,
    /// Seconds before it.
    pub before: f64,
    /// Seconds to the top, and from there back.
    pub rise: f64,
    /// Seconds at the top.
    pub hold: f64,
    /// Seconds after it.
    pub after: f64,
}

/// Days with a hump before noon and a higher one in the evening. It is drawn, not recorded: quiet nights and evenings that are busier than
/// mornings are what services for people at home see; a service of one's own has a curve of its own, as CSV.
#[derive(Clone, Debug, PartialEq)]
pub struct Day {
    /// Requests a second at the highest hour.
    pub rate: f64,
    /// The hours between which the rate swings, in half a cosine each, and the shares of the highest rate there; in order.
    pub swings: Vec<(f64, f64)>,
    /// The hour at which the curve begins.
    pub begin: f64,
    /// How many days there are.
    pub days: u32,
}

/// Seconds between the points of a day.
const STEP: u32 = 300;

const HOURS: f64 = 24.0;

impl Spike {
    /// Ten times as much within ten seconds, for ten minutes; then an hour, in which everything scales down again.
    pub fn to(rate: f64) -> Self {
        Self { rate, base: 0.1, before: 300.0, rise: 10.0, hold: 600.0, after: 3600.0 }
    }
}

impl Day {
    /// One day from midnight: a quarter of the top at four in the morning, 80 % at eleven, 65 % at three, all of it at eight.
    pub fn of(rate: f64) -> Self {
        Self { rate, swings: vec![(4.0, 0.25), (11.0, 0.8), (15.0, 0.65), (20.0, 1.0)], begin: 0.0, days: 1 }
    }

    /// The share of the top at an hour.
    fn share(&self, hour: f64) -> f64 {
        let hour = hour.rem_euclid(HOURS);
        let after = self.swings.partition_point(|(at, _)| *at <= hour);
        let count = self.swings.len();
        let (from, low) = self.swings[(after + count - 1) % count];
        let (to, high) = self.swings[after % count];
        let length = (to - from).rem_euclid(HOURS);
        let gone = if length > 0.0 { (hour - from).rem_euclid(HOURS) / length } else { 0.0 };
        low + (high - low) * (1.0 - (std::f64::consts::PI * gone).cos()) / 2.0
    }
}

impl Load {
    /// The curve of a load test.
    ///
    /// # Errors
    /// Numbers that are no rate or no spans, and spans that come to nothing.
    pub fn plan(plan: Plan) -> Result<Self, Flaws> {
        let spans = [("ramp", plan.ramp), ("hold", plan.hold), ("ramp_down", plan.ramp_down)];
        judged(plan.rate, &spans, &[])?;
        let top = plan.ramp + plan.hold;
        Ok(Self::sound([(0.0, 0.0), (plan.ramp, plan.rate), (top, plan.rate), (top + plan.ramp_down, 0.0)]))
    }

    /// The curve of a spike.
    ///
    /// # Errors
    /// Numbers that are no rate, share or spans, and spans that come to nothing.
    pub fn spike(spike: Spike) -> Result<Self, Flaws> {
        let Spike { rate, base, before, rise, hold, after } = spike;
        judged(rate, &[("before", before), ("rise", rise), ("hold", hold), ("after", after)], &[("base", base)])?;
        let spans = [(0.0, base), (before, base), (rise, 1.0), (hold, 1.0), (rise, base), (after, base)];
        let mut second = 0.0;
        Ok(Self::sound(spans.map(|(span, share)| {
            second += span;
            (second, rate * share)
        })))
    }

    /// The curve of a day, or several.
    ///
    /// # Errors
    /// Numbers that are no rate, hours, shares or days.
    pub fn day(day: &Day) -> Result<Self, Flaws> {
        let hours = || day.swings.iter().map(|(hour, _)| *hour).chain([day.begin]);
        let shares: Vec<_> = day.swings.iter().map(|(_, share)| ("swings", *share)).collect();
        let mut flaws = judged(day.rate, &[], &shares).err().map_or_else(Vec::new, |flaws| flaws.0);
        if hours().any(|hour| !(0.0..HOURS).contains(&hour)) || !day.swings.is_sorted_by(|one, next| one.0 < next.0) {
            flaws.push(Flaw::new("the hours of a day are between 0 and 24, each later than the one before"));
        }
        if day.swings.len() < 2 {
            flaws.push(Flaw::new("a day swings between two hours at least"));
        }
        if !(1..=31).contains(&day.days) {
            flaws.push(Flaw::new(format!("{} days are not between 1 and 31", day.days)));
        }
        if !flaws.is_empty() {
            return Err(Flaws(flaws));
        }
        let points = (0..=day.days * 86_400 / STEP).map(|nth| f64::from(nth * STEP));
        Ok(Self::sound(points.map(|second| (second, day.rate * day.share(day.begin + second / 3600.0)))))
    }
}

fn judged(rate: f64, spans: &[(&str, f64)], shares: &[(&str, f64)]) -> Result<(), Flaws> {
    let mut flaws = flaws::of_rate(rate);
    flaws.extend(spans.iter().filter_map(|(name, seconds)| flaws::of_span(name, *seconds)));
    flaws.extend(shares.iter().filter_map(|(name, share)| flaws::of_share(name, *share)));
    let all: f64 = spans.iter().map(|(_, seconds)| seconds).sum();
    if flaws.is_empty() && !spans.is_empty() && !(all > 0.0 && all <= LONGEST) {
        flaws.push(Flaw::new(format!("all together is {all} seconds, which is not between 0 and 31 days")));
    }
    if flaws.is_empty() { Ok(()) } else { Err(Flaws(flaws)) }
}
