//! Numbers that look like chance and come of a seed.

/// A number from 0 up to 1, of a seed and two numbers that tell what it is for. Source: `SplitMix64`, whose constants these are.
#[expect(clippy::cast_precision_loss, reason = "53 bits are kept, which are exact")]
pub(super) fn share(seed: u64, of: u64, at: u64) -> f64 {
    let mixed = mix(mix(mix(seed) ^ of) ^ at);
    (mixed >> 11) as f64 / (1_u64 << 53) as f64
}

const fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}
