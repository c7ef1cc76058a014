//! What pods ask for and nodes have.

use std::ops::{Add, AddAssign, Sub, SubAssign};

/// Bytes in a MiB.
pub const MEBIBYTE: i64 = 1 << 20;

/// Processor time, memory and places. Amounts are signed, since what is left over may be less than nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Resources {
    /// Thousandths of a vCPU.
    pub cpu: i64,
    /// Bytes.
    pub memory: i64,
    /// Pods; what a pod asks for has one.
    pub pods: i64,
}

impl Resources {
    /// Thousandths of a vCPU, and MiB.
    pub const fn of(cpu: i64, mebibytes: i64) -> Self {
        Self { cpu, memory: mebibytes * MEBIBYTE, pods: 0 }
    }

    /// Is each of this at most that of `room`?
    pub fn fits(self, room: Self) -> bool {
        self.cpu <= room.cpu && self.memory <= room.memory && self.pods <= room.pods
    }

    /// The larger of both, each by itself.
    #[must_use]
    pub fn max(self, other: Self) -> Self {
        Self { cpu: self.cpu.max(other.cpu), memory: self.memory.max(other.memory), pods: self.pods.max(other.pods) }
    }
}

impl Add for Resources {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { cpu: self.cpu + other.cpu, memory: self.memory + other.memory, pods: self.pods + other.pods }
    }
}

impl AddAssign for Resources {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sub for Resources {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self { cpu: self.cpu - other.cpu, memory: self.memory - other.memory, pods: self.pods - other.pods }
    }
}

impl SubAssign for Resources {
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}
