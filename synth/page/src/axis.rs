//! Axes: they begin at zero, and their ticks are round numbers.

use crate::text::grouped;

/// The kind of number that an axis measures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Scale {
    /// Any number.
    Measured,
    /// Whole things: there is no half of a pod.
    Counted,
}

/// The distance of ticks, of which an axis has at most five above zero.
fn tick_step(top: f64, scale: Scale) -> f64 {
    let raw = match scale {
        Scale::Measured => top / 5.0,
        Scale::Counted => (top / 5.0).max(1.0),
    };
    let magnitude = 10_f64.powf(raw.log10().floor());
    let round = |step: &f64| scale == Scale::Measured || step.fract() == 0.0;
    let steps = [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().map(|step| step * magnitude);
    steps.filter(round).find(|step| *step >= raw * 0.999_999).unwrap_or(10.0 * magnitude)
}

/// The end of an axis: the first tick that nothing exceeds.
pub(crate) fn axis_top(highest: f64, scale: Scale) -> f64 {
    let highest = if highest > 0.0 { highest } else { 1.0 };
    let step = tick_step(highest, scale);
    (highest / step * 0.999_999).ceil() * step
}

/// The ticks of an axis, zero first.
pub(crate) fn ticks(top: f64, scale: Scale) -> impl Iterator<Item = f64> {
    let step = tick_step(top, scale);
    (0..=10).map(move |index| f64::from(index) * step).take_while(move |value| *value <= top * 1.000_001)
}

/// A value at its tick.
pub fn number(value: f64) -> String {
    if value >= 1000.0 {
        grouped(format!("{value:.0}"))
    } else {
        let text = format!("{value:.2}");
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    }
}

/// The seconds between two marks of time, of which there are at most ten.
pub(crate) fn time_step(seconds: f64) -> f64 {
    let steps = [1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0];
    steps.into_iter().find(|step| seconds / step <= 10.0).unwrap_or(4.0 * 3600.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_begins_at_zero_and_ends_at_a_tick() {
        let axis = |highest| ticks(axis_top(highest, Scale::Measured), Scale::Measured).collect::<Vec<_>>();
        assert_eq!(axis(1000.0), [0.0, 200.0, 400.0, 600.0, 800.0, 1000.0]);
        assert_eq!(axis(7.0), [0.0, 2.0, 4.0, 6.0, 8.0]);
        assert_eq!(axis(0.0).last(), Some(&1.0));
    }

    #[test]
    fn what_is_counted_has_no_fractions() {
        for highest in [0.0, 1.0, 2.0, 3.0, 4.0, 7.0, 11.0, 12.0, 24.0, 26.0, 120.0, 123.0, 1_100.0] {
            let axis: Vec<_> = ticks(axis_top(highest, Scale::Counted), Scale::Counted).collect();
            assert!(axis.iter().all(|tick| tick.fract() == 0.0), "{highest}: {axis:?}");
            assert!((2..=6).contains(&axis.len()) && axis.last() >= Some(&highest), "{highest}: {axis:?}");
        }
    }
}
