//! Chance from a seed: equal seeds give equal draws, on every machine.

/// A stream of draws: Steele, Lea and Flood's `SplitMix64` (2014).
#[derive(Clone, Debug)]
pub struct Chance(u64);

impl Chance {
    /// A stream that this seed begins.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Any number.
    #[expect(clippy::should_implement_trait, reason = "a stream without an end")]
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to, but not with, 1.
    #[expect(clippy::cast_precision_loss, reason = "53 bits are exact")]
    pub fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A place among so many; 0 where there are none.
    #[expect(clippy::cast_possible_truncation, reason = "it is less than the number of places")]
    pub fn below(&mut self, places: usize) -> usize {
        ((u128::from(self.next()) * places as u128) >> 64) as usize
    }

    /// Of a normal distribution around 0, of deviation 1 (Box and Muller).
    pub fn normal(&mut self) -> f64 {
        let (radius, angle) = (1.0 - self.share(), self.share());
        (-2.0 * radius.ln()).sqrt() * (std::f64::consts::TAU * angle).cos()
    }
}
