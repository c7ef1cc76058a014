//! What the two services take, measured. What could not be measured yet says so in the table, and is nothing.

use std::sync::LazyLock;

use super::Cost;

/// What was measured last: one row a constant, in microseconds where it is a time, with its source.
const TABLE: &str = include_str!("../../data/services.csv");

/// The constants of both services, and where they were measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Calibration {
    /// The machine.
    pub machine: &'static str,
    /// The day.
    pub day: &'static str,
    /// The command.
    pub command: &'static str,
    /// The proxy, without its target.
    pub proxy: Cost,
    /// The mock, for a kibibyte.
    pub mock: Cost,
    /// The mock, for a unit of `/cpu`.
    pub unit: Cost,
    /// Both together, for a request that the proxy follows three redirects with.
    pub followed: Cost,
}

/// The committed constants.
pub static CALIBRATION: LazyLock<Calibration> =
    LazyLock::new(|| Calibration::read(TABLE).expect("a test has read the table"));

impl Calibration {
    /// Reads `constant,value,source` rows; none where one is missing.
    pub fn read(table: &'static str) -> Option<Self> {
        let text = |name: &str| {
            let mut rows = table.lines().map(|line| line.split(',').collect::<Vec<_>>());
            rows.find(|row| row.len() == 3 && row[0] == name).map(|row| row[1])
        };
        let cost = |service: &str| {
            let number = |name: &str| text(&format!("{service}_{name}"))?.parse::<f64>().ok();
            Some(Cost {
                work: number("work_us")? / 1e6,
                wake: number("wake_us")? / 1e6,
                refusal: number("refusal_us")? / 1e6,
                variability: number("variability")?,
                idle: number("idle_us")? / 1e6,
                jitter: (number("jitter_us")? / 1e6, number("jitter_deviation_us")? / 1e6),
            })
        };
        Some(Self {
            machine: text("machine")?,
            day: text("day")?,
            command: text("command")?,
            proxy: cost("proxy")?,
            mock: cost("mock")?,
            unit: cost("unit")?,
            followed: cost("followed")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_every_constant() {
        let calibration = Calibration::read(TABLE).expect("every constant");
        for cost in [calibration.proxy, calibration.mock, calibration.unit, calibration.followed] {
            assert!(cost.work > 0.0 && cost.idle >= 0.0 && (0.0..=1.0).contains(&cost.variability), "{cost:?}");
        }
        assert!(!calibration.machine.is_empty() && calibration.day.len() == 10, "{calibration:?}");
    }
}
