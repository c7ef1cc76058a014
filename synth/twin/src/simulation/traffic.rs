//! Bytes between clients, zones and services: what the network of nodes passes on, and what is paid for.

use super::tier::{Outcome, Tier};
use crate::{cost::Moved, network::Bytes};

const GIGABYTE: f64 = 1e9;

/// What moved so far, in bytes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Traffic {
    cross_zone: f64,
    egress: f64,
}

impl Traffic {
    /// A second's requests have been answered. Clients come in by every zone alike; between services the pods of a zone send to those of
    /// all zones, as kube-proxy does. Returns the bytes that went through the load balancer.
    pub(super) fn second(
        &mut self,
        bytes: Bytes,
        cross_zone: bool,
        tiers: &[Tier],
        outcomes: &[Outcome],
        zones: usize,
    ) -> f64 {
        let Some(first) = outcomes.first() else { return 0.0 };
        let both = bytes.request + bytes.answer;
        self.egress += first.answered * bytes.answer;
        if cross_zone && zones > 0 {
            #[expect(clippy::cast_precision_loss, reason = "zones")]
            let elsewhere = 1.0 - 1.0 / zones as f64;
            self.cross_zone += first.answered * both * elsewhere;
        }
        for pair in tiers.windows(2) {
            let (from, to) = (pair[0].by_zone(zones), pair[1].by_zone(zones));
            let all: f64 = to.iter().sum();
            if all > 0.0 {
                let stays = |(sent, there): (&f64, &f64)| sent * (1.0 - there / all);
                self.cross_zone += from.iter().zip(&to).map(stays).sum::<f64>() * both;
            }
        }
        first.answered * both
    }

    /// As it is paid for.
    pub(super) fn moved(self, bytes: Bytes) -> Moved {
        Moved {
            cross_zone: self.cross_zone / GIGABYTE,
            egress: self.egress / GIGABYTE,
            answer_bytes: bytes.answer,
            ..Moved::default()
        }
    }
}
