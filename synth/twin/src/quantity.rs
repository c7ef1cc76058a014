//! Quantities as Kubernetes writes them: `100`, `1.5`, `250m`, `2Gi`, `1e3`.

/// A quantity in thousandths, rounded up: `500m` is 500, `0.1` is 100. `None` for what is no quantity, or beyond 64 bits.
pub fn thousandths(text: &str) -> Option<i64> {
    Decimal::read(text)?.times(3)
}

/// A quantity as a whole number, rounded up: `1.5Gi` is 1,610,612,736. `None` for what is no quantity, or beyond 64 bits.
pub fn whole(text: &str) -> Option<i64> {
    Decimal::read(text)?.times(0)
}

/// `mantissa` × 10^`exponent`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Decimal {
    mantissa: i128,
    exponent: i32,
}

const SUFFIXES: [(&str, i128, i32); 15] = [
    ("Ki", 1 << 10, 0),
    ("Mi", 1 << 20, 0),
    ("Gi", 1 << 30, 0),
    ("Ti", 1 << 40, 0),
    ("Pi", 1 << 50, 0),
    ("Ei", 1 << 60, 0),
    ("n", 1, -9),
    ("u", 1, -6),
    ("m", 1, -3),
    ("k", 1, 3),
    ("M", 1, 6),
    ("G", 1, 9),
    ("T", 1, 12),
    ("P", 1, 15),
    ("E", 1, 18),
];

impl Decimal {
    /// `None` for what is no quantity, or is beyond all measure.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let (number, factor, power) = SUFFIXES
            .iter()
            .find_map(|(suffix, factor, power)| Some((text.strip_suffix(suffix)?, *factor, *power)))
            .unwrap_or((text, 1, 0));
        let (number, power) = match number.split_once(['e', 'E']) {
            Some((number, exponent)) if factor == 1 && power == 0 => (number, exponent.parse().ok()?),
            Some(_) => return None,
            None => (number, power),
        };
        let (sign, digits) = match number.strip_prefix('-') {
            Some(digits) => (-1, digits),
            None => (1, number.strip_prefix('+').unwrap_or(number)),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all = format!("{whole}{fraction}");
        if all.is_empty() || all.len() > 18 || !all.bytes().all(|digit| digit.is_ascii_digit()) {
            return None;
        }
        let exponent = i32::try_from(fraction.len()).ok()?.checked_neg()?.checked_add(power)?;
        (exponent.abs() <= 18).then_some(Self { mantissa: sign * all.parse::<i128>().ok()? * factor, exponent })
    }

    /// Times 10^`power`, rounded up; `None` beyond 64 bits.
    fn times(self, power: i32) -> Option<i64> {
        let power = self.exponent + power;
        let ten = 10_i128.checked_pow(power.unsigned_abs())?;
        let value = if power >= 0 {
            self.mantissa.checked_mul(ten)?
        } else {
            self.mantissa.div_euclid(ten) + i128::from(self.mantissa.rem_euclid(ten) != 0)
        };
        i64::try_from(value).ok()
    }

    /// As the autoscaler's controller computes with a tolerance: a whole number of thousandths, millionths or billionths, times that part. What comes of
    /// 0.07 as 70 × 0.001 may differ from 0.07 in the last digit, and a tolerance is compared to the last digit.
    #[expect(clippy::cast_precision_loss, reason = "as the controller rounds")]
    pub(crate) fn approximate(self) -> f64 {
        let (mut mantissa, mut exponent) = (self.mantissa, self.exponent);
        while mantissa != 0 && mantissa % 10 == 0 {
            (mantissa, exponent) = (mantissa / 10, exponent + 1);
        }
        while exponent > 0 || exponent % 3 != 0 {
            (mantissa, exponent) = (mantissa * 10, exponent - 1);
        }
        mantissa as f64 * (1.0 / 10_f64.powi(-exponent))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_is_read_and_rounded_up() {
        for (text, in_thousandths, rounded) in [
            ("100", Some(100_000), Some(100)),
            ("1.5", Some(1_500), Some(2)),
            ("0.1", Some(100), Some(1)),
            ("1.0005", Some(1_001), Some(2)),
            ("250m", Some(250), Some(1)),
            ("100u", Some(1), Some(1)),
            ("305920u", Some(306), Some(1)),
            ("306000001n", Some(307), Some(1)),
            ("2Ki", Some(2_048_000), Some(2_048)),
            ("1.5Gi", Some(1_610_612_736_000), Some(3 << 29)),
            ("128974848000m", Some(128_974_848_000), Some(128_974_848)),
            ("1k", Some(1_000_000), Some(1_000)),
            ("1e3", Some(1_000_000), Some(1_000)),
            ("2e-1", Some(200), Some(1)),
            ("12E2", Some(1_200_000), Some(1_200)),
            ("9E9", Some(9_000_000_000_000), Some(9_000_000_000)),
            ("1E", None, Some(1_000_000_000_000_000_000)),
            ("-1.5m", Some(-1), Some(0)),
            ("0.0001", Some(1), Some(1)),
        ] {
            assert_eq!((thousandths(text), whole(text)), (in_thousandths, rounded), "{text}");
        }
        for text in ["", ".", "m", "x", "1.2.3", "ten", "1Ki3", "9Ei9", "1e3m", "1e2Mi", "1e99", "1E1000", "0x10", "1 "]
        {
            assert_eq!((thousandths(text), whole(text)), (None, None), "{text}");
        }
    }

    #[test]
    fn a_tolerance_is_what_the_controller_makes_of_it() {
        for (text, value) in
            [("0.1", 0.1), ("100m", 0.1), ("0.05", 0.05), ("0", 0.0), ("1", 1.0), ("0.07", 70.0 * 0.001)]
        {
            let read = Decimal::read(text).map(Decimal::approximate);
            assert_eq!(read, Some(value), "{text}");
        }
    }
}
