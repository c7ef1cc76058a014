//! Quantities, to the thousandth and as the controller reads a tolerance.

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
    /// Reads what a `Quantity` may be: `100`, `1.5`, `250m`, `2Gi`, `1e3`. `None` for what is none, or is beyond all measure.
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

    /// In thousandths, rounded up; `None` beyond 64 bits.
    pub(crate) fn thousandths(self) -> Option<i64> {
        let power = self.exponent + 3;
        let ten = 10_i128.checked_pow(power.unsigned_abs())?;
        let value = if power >= 0 {
            self.mantissa.checked_mul(ten)?
        } else {
            self.mantissa.div_euclid(ten) + i128::from(self.mantissa.rem_euclid(ten) != 0)
        };
        i64::try_from(value).ok()
    }

    /// As the controller computes with it: a whole number of thousandths, millionths or billionths, times that part. What comes of
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
    fn every_spelling_is_read_and_rounded_up_to_the_thousandth() {
        for (text, thousandths) in [
            ("100", 100_000),
            ("1.5", 1_500),
            ("250m", 250),
            ("305920u", 306),
            ("306000001n", 307),
            ("2Ki", 2_048_000),
            ("1k", 1_000_000),
            ("1e3", 1_000_000),
            ("12E2", 1_200_000),
            ("1E", 1_000_000_000_000_000_000_000_i128),
            ("-1.5m", -1),
            ("0.0001", 1),
        ] {
            let read = Decimal::read(text).map(Decimal::thousandths);
            assert_eq!(read, Some(i64::try_from(thousandths).ok()), "{text}");
        }
        for text in ["", ".", "m", "1.2.3", "ten", "1Ki3", "1e3m", "1e99", "0x10", "1 "] {
            assert_eq!(Decimal::read(text), None, "{text}");
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
