//! The part of new connections that each target gets.

/// A registered target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// Its zone, as a number of the caller's.
    pub zone: usize,
    /// Whether the load balancer's checks say that it is well.
    pub healthy: bool,
}

/// The part of new connections that each target gets. With `cross_zone` all healthy ones get the same; without, which is an NLB's
/// default, each zone that has one gets the same, since clients are given the addresses of these by turns. Where none is healthy, all
/// are taken for it.
#[expect(clippy::cast_precision_loss, reason = "counts of pods")]
pub fn weights(targets: &[Target], cross_zone: bool) -> Vec<f64> {
    let some = targets.iter().any(|target| target.healthy);
    let counts = |target: &Target| target.healthy || !some;
    let mut zones: Vec<(usize, f64)> = Vec::new();
    for target in targets.iter().filter(|target| counts(target)) {
        match zones.iter_mut().find(|(zone, _)| *zone == target.zone) {
            Some((_, pods)) => *pods += 1.0,
            None => zones.push((target.zone, 1.0)),
        }
    }
    let all: f64 = zones.iter().map(|(_, pods)| pods).sum();
    let each = |target: &Target| {
        let own = zones.iter().find(|(zone, _)| *zone == target.zone).filter(|_| counts(target))?;
        Some(if cross_zone { 1.0 / all } else { 1.0 / (zones.len() as f64 * own.1) })
    };
    targets.iter().map(|target| each(target).unwrap_or(0.0)).collect()
}
