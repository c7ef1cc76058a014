//! Chance, from a seed: the generator xoshiro256++ of Blackman and Vigna (<https://prng.di.unimi.it>), and what is drawn by it.

/// By which the state of `SplitMix64` grows.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// 64 bits that look like chance, from a seed or from what a draw is for: one step of Steele, Lea and Flood's `SplitMix64` (2014).
pub const fn mix(seed: u64) -> u64 {
    let state = seed.wrapping_add(STEP);
    let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// Random bits as a number from 0 up to but not including 1.
#[expect(clippy::cast_precision_loss, reason = "53 bits are what a number holds")]
pub const fn share(bits: u64) -> f64 {
    (bits >> 11) as f64 / (1_u64 << 53) as f64
}

/// A number from 0 up to but not including 1, of a seed and two numbers that tell what it is for: no draw depends on another.
pub const fn share_of(seed: u64, what: u64, nth: u64) -> f64 {
    share(mix(mix(mix(seed) ^ what) ^ nth))
}

/// A generator; equal seeds give equal draws.
#[derive(Clone, Debug)]
pub struct Random([u64; 4]);

impl Random {
    /// A generator of a seed, spread over its state by `SplitMix64`, as its authors advise.
    pub fn seeded(seed: u64) -> Self {
        let mut state = seed;
        Self(std::array::from_fn(|_| {
            let mixed = mix(state);
            state = state.wrapping_add(STEP);
            mixed
        }))
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        let [a, b, c, d] = &mut self.0;
        let drawn = a.wrapping_add(*d).rotate_left(23).wrapping_add(*a);
        let shifted = *b << 17;
        *c ^= *a;
        *d ^= *b;
        *b ^= *c;
        *a ^= *d;
        *c ^= shifted;
        *d = d.rotate_left(45);
        drawn
    }

    /// A number from 0 up to but not including 1.
    pub fn share(&mut self) -> f64 {
        share(self.bits())
    }

    /// A whole number below `bound`; 0 where that is 0.
    #[expect(clippy::cast_possible_truncation, reason = "the upper half of the product is below the bound")]
    pub fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.bits()) * bound as u128) >> 64) as usize
    }

    /// An exponential draw of mean 1.
    pub fn exponential(&mut self) -> f64 {
        -(1.0 - self.share()).ln()
    }

    /// A normal draw of mean 0 and deviation 1, by Box and Muller's transform.
    pub fn normal(&mut self) -> f64 {
        (2.0 * self.exponential()).sqrt() * (std::f64::consts::TAU * self.share()).cos()
    }

    /// How many of `count` happen that each happen with this probability. Where more than 30 do and do not, on average, the draw is a
    /// rounded normal one.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "counts of connections"
    )]
    pub fn binomial(&mut self, count: u64, probability: f64) -> u64 {
        let (mean, deviation) = (count as f64 * probability, (count as f64 * probability * (1.0 - probability)).sqrt());
        if probability >= 1.0 || count == 0 || probability.is_nan() || probability <= 0.0 {
            return if probability >= 1.0 { count } else { 0 };
        }
        if probability > 0.5 {
            return count - self.binomial(count, 1.0 - probability);
        }
        if mean > 30.0 {
            return (mean + deviation * self.normal()).round().clamp(0.0, count as f64) as u64;
        }
        // From one that happens to the next lies a geometric number of others.
        let (step, mut at, mut happened) = (-(-probability).ln_1p(), 0.0, 0);
        loop {
            at += (self.exponential() / step).floor() + 1.0;
            if at > count as f64 {
                return happened;
            }
            happened += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_seeds_give_equal_draws_and_others_do_not() {
        let draws = |seed| std::array::from_fn::<_, 8, _>(|_| Random::seeded(seed).bits());
        assert_eq!(draws(1), draws(1));
        assert_ne!(draws(1), draws(2));
    }

    /// Of the authors' own program, for the state 1, 2, 3, 4.
    #[test]
    fn draws_are_those_of_the_published_generator() {
        let mut random = Random([1, 2, 3, 4]);
        assert_eq!(
            [(); 4].map(|()| random.bits()),
            [41_943_041, 58_720_359, 3_588_806_011_781_223, 3_591_011_842_654_386]
        );
    }

    #[test]
    fn means_and_deviations_are_what_they_should_be() {
        let mut random = Random::seeded(7);
        let mut moments = |draw: &mut dyn FnMut(&mut Random) -> f64| {
            let (mut sum, mut squares) = (0.0, 0.0);
            for _ in 0..100_000 {
                let drawn = draw(&mut random);
                sum += drawn;
                squares += drawn * drawn;
            }
            let mean = sum / 100_000.0;
            (mean, (squares / 100_000.0 - mean * mean).sqrt())
        };
        #[expect(clippy::cast_precision_loss, reason = "small counts")]
        let (few, many) = (
            moments(&mut |random| random.binomial(50, 0.1) as f64),
            moments(&mut |random| random.binomial(1000, 0.7) as f64),
        );
        let drawn: [((f64, f64), (f64, f64)); 5] = [
            (moments(&mut |random| random.share()), (0.5, 0.288_675)),
            (moments(&mut Random::exponential), (1.0, 1.0)),
            (moments(&mut Random::normal), (0.0, 1.0)),
            (few, (5.0, 2.121)),
            (many, (700.0, 14.491)),
        ];
        for ((mean, deviation), (wanted, wanted_deviation)) in drawn {
            assert!((mean - wanted).abs() < 0.02 * wanted_deviation.max(wanted), "{mean} is not {wanted}");
            assert!((deviation / wanted_deviation - 1.0).abs() < 0.02, "{deviation} is not {wanted_deviation}");
        }
    }
}
