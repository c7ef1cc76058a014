//! Offerings that nobody tries for a while, since AWS refused them.

use std::collections::BTreeMap;

use super::{TypeId, ZoneId};
use crate::{
    pods::Capacity,
    time::{Span, Time},
};

/// Offerings (type, zone, capacity type) that are out of capacity for the moment.
#[derive(Clone, Debug, Default)]
pub struct Unavailable {
    offerings: BTreeMap<(TypeId, ZoneId, Capacity), Time>,
    zones: BTreeMap<ZoneId, Time>,
}

impl Unavailable {
    /// How long an offering that was refused, or interrupted, is not tried. Karpenter 1.14: `UnavailableOfferingsTTL`.
    pub const HOLDS: Span = Span::whole_seconds(180);
    /// How often those whose time is over are let go, from Karpenter's start. Karpenter 1.14: `UnavailableOfferingsCleanupInterval`.
    pub const CLEANED: Span = Span::whole_seconds(10);

    /// Notes that AWS refused an offering, or took an instance of it back. What has run out for the type is let go at once, since
    /// Karpenter then looks anew at all of its offerings.
    pub fn refuse(&mut self, id: TypeId, zone: ZoneId, capacity: Capacity, now: Time) {
        self.offerings.retain(|(other, ..), until| *other != id || *until > now);
        self.offerings.insert((id, zone, capacity), now + Self::HOLDS);
    }

    /// Notes that the subnet of a zone has no address left: nothing is tried there, of whichever type.
    pub fn refuse_zone(&mut self, zone: ZoneId, now: Time) {
        self.offerings.retain(|_, until| *until > now);
        self.zones.retain(|_, until| *until > now);
        self.zones.insert(zone, now + Self::HOLDS);
    }

    /// Lets go those whose time is over: to be called every [`Self::CLEANED`]. Says whether there were any.
    pub fn clean(&mut self, now: Time) -> bool {
        let before = self.offerings.len() + self.zones.len();
        self.zones.retain(|_, until| *until > now);
        self.offerings.retain(|_, until| *until > now);
        self.offerings.len() + self.zones.len() < before
    }

    /// Is an offering not to be tried?
    pub fn has(&self, id: TypeId, zone: ZoneId, capacity: Capacity) -> bool {
        !self.is_empty() && (self.zones.contains_key(&zone) || self.offerings.contains_key(&(id, zone, capacity)))
    }

    /// Offerings that are not to be tried, by type, and until when.
    pub fn iter(&self) -> impl Iterator<Item = (TypeId, ZoneId, Capacity, Time)> {
        self.offerings.iter().map(|(&(id, zone, capacity), &until)| (id, zone, capacity, until))
    }

    /// Zones where nothing is to be tried, and until when.
    pub fn zones(&self) -> impl Iterator<Item = (ZoneId, Time)> {
        self.zones.iter().map(|(&zone, &until)| (zone, until))
    }

    /// Is everything to be tried?
    pub fn is_empty(&self) -> bool {
        self.offerings.is_empty() && self.zones.is_empty()
    }
}
