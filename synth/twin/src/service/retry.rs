//! What the proxy sends again itself.

/// Retries are paid from a tenth of the requests to a target.
const BUDGET: f64 = 0.1;

/// What becomes of requests whose target cannot be connected to: where this share of attempts fails, the share that is sent once more, and the
/// share that fails all the same. The full budget that a proxy begins with, of twenty, is not reckoned with.
pub fn retried(failing: f64) -> (f64, f64) {
    let again = failing.min(BUDGET);
    (again, failing - again * (1.0 - failing))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_failures_are_mended_and_many_are_not() {
        let (again, failed) = retried(0.05);
        assert!((again - 0.05).abs() < 1e-12 && (failed - 0.0025).abs() < 1e-12);
        let (again, failed) = retried(0.5);
        assert!((again - 0.1).abs() < 1e-12 && (failed - 0.45).abs() < 1e-12);
        assert_eq!(retried(0.0), (0.0, 0.0));
    }
}
