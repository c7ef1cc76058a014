//! What the two services take, measured.

use super::Cost;

/// The constants of both services, and where they were measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Calibration {
    /// The machine.
    pub machine: &'static str,
    /// The day.
    pub day: &'static str,
    /// The command.
    pub command: &'static str,
    /// The proxy.
    pub proxy: Cost,
    /// The mock.
    pub mock: Cost,
}

/// What `make twin-calibrate` has measured.
pub const CALIBRATION: Calibration = Calibration {
    machine: "",
    day: "",
    command: "make twin-calibrate",
    proxy: Cost { work: 13.5e-6, wake: 2e-6, refusal: 10e-6, variability: 0.0, idle: 40e-6 },
    mock: Cost { work: 7e-6, wake: 2e-6, refusal: 0.0, variability: 0.0, idle: 30e-6 },
};
