//! Numbers of JSON taken exactly, for what a double cannot tell apart.

use std::cmp::Ordering;

/// A number as `0.digits × 10^point`. Zero has no digits.
#[derive(Debug, PartialEq, Eq)]
pub struct Decimal {
    negative: bool,
    point: i64,
    digits: String,
}

impl Decimal {
    /// Reads a number as JSON spells it.
    pub fn read(text: &str) -> Decimal {
        let (negative, text) = match text.strip_prefix('-') {
            Some(text) => (true, text),
            None => (false, text),
        };
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = format!("{whole}{fraction}");
        let digits = all.trim_start_matches('0');
        let zeros = all.len() - digits.len();
        let point = read_exponent(exponent).saturating_add(whole.len() as i64 - zeros as i64);
        let digits = digits.trim_end_matches('0').to_owned();
        match digits.is_empty() {
            true => Decimal { negative: false, point: 0, digits },
            false => Decimal { negative, point, digits },
        }
    }

    /// Whether it is a whole number.
    pub fn is_integer(&self) -> bool {
        self.digits.is_empty() || self.point >= self.digits.len() as i64
    }

    /// Whether the distance to `other` is at most `tolerance`, which is not negative.
    pub fn is_within(&self, tolerance: &Decimal, other: &Decimal) -> bool {
        let numbers = [self, other, tolerance];
        let there = || numbers.iter().filter(|number| !number.digits.is_empty());
        let Some(first) = there().map(|number| number.point).max() else { return true };
        let last = there().map(|number| number.point - number.digits.len() as i64).min();
        let width = first.saturating_sub(last.unwrap_or(first));
        if width > WIDEST {
            return self == other || self.is_roughly_within(tolerance, other);
        }
        let [a, b, tolerance] = numbers.map(|number| number.aligned(first, width as usize));
        let (small, large) = if a < b { (a, b) } else { (b, a) };
        let distance = match self.negative == other.negative {
            true => difference(large, &small),
            false => sum(large, &small),
        };
        distance <= tolerance
    }

    /// Of numbers so far apart that the smaller ones are lost in the largest.
    fn is_roughly_within(&self, tolerance: &Decimal, other: &Decimal) -> bool {
        let distance = if self.magnitude(other).is_gt() { self } else { other };
        distance.magnitude(tolerance).is_le()
    }

    /// The digits from the place `first` on, with one before them for what is carried.
    fn aligned(&self, first: i64, width: usize) -> Vec<u8> {
        let mut digits = vec![0; width + 1];
        let from = (first.saturating_sub(self.point)) as usize + 1;
        for (i, digit) in self.digits.bytes().enumerate() {
            digits[from + i] = digit - b'0';
        }
        digits
    }

    fn magnitude(&self, other: &Self) -> Ordering {
        match (self.digits.is_empty(), other.digits.is_empty()) {
            (false, false) => self.point.cmp(&other.point).then(self.digits.cmp(&other.digits)),
            (zero, other_zero) => other_zero.cmp(&zero),
        }
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, false) => self.magnitude(other),
            (true, true) => other.magnitude(self),
            (negative, other_negative) => other_negative.cmp(&negative),
        }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// As many digits as are taken exactly when two numbers are subtracted.
const WIDEST: i64 = 4096;

fn sum(mut large: Vec<u8>, small: &[u8]) -> Vec<u8> {
    let mut carry = 0;
    for (digit, other) in large.iter_mut().zip(small).rev() {
        let total = *digit + other + carry;
        (*digit, carry) = (total % 10, total / 10);
    }
    large
}

fn difference(mut large: Vec<u8>, small: &[u8]) -> Vec<u8> {
    let mut borrowed = 0;
    for (digit, other) in large.iter_mut().zip(small).rev() {
        let total = *digit + 10 - other - borrowed;
        (*digit, borrowed) = (total % 10, u8::from(total < 10));
    }
    large
}

/// One beyond an `i64` is as good as the last of them.
fn read_exponent(text: &str) -> i64 {
    let largest = if text.starts_with('-') { i64::MIN / 2 } else { i64::MAX / 2 };
    text.parse::<i64>().unwrap_or(largest).clamp(i64::MIN / 2, i64::MAX / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_number_are_equal() {
        let groups = [
            &["1", "1.0", "1e0", "10e-1", "0.1e1", "0.1E+1", "100.00e-2"][..],
            &["0", "-0", "0.0", "0e9", "0e-99999999999999999999"],
            &["-15", "-1.5e1", "-150e-1"],
            &["1e400", "10e399", "0.1e401"],
        ];
        for group in groups {
            for text in group {
                assert_eq!(Decimal::read(text), Decimal::read(group[0]), "{text}");
            }
        }
    }

    #[test]
    fn they_have_an_order() {
        let ordered = [
            "-1e99999999999999999999",
            "-1e400",
            "-20",
            "-1.5",
            "-1",
            "-1e-400",
            "0",
            "1e-400",
            "0.9",
            "1",
            "1.000000000000000000001",
            "1.5",
            "18446744073709551616",
            "18446744073709551617",
            "1e400",
            "2e400",
            "1e99999999999999999999",
        ];
        for (i, a) in ordered.iter().enumerate() {
            for (j, b) in ordered.iter().enumerate() {
                assert_eq!(Decimal::read(a).cmp(&Decimal::read(b)), i.cmp(&j), "{a} and {b}");
            }
        }
    }

    #[test]
    fn whole_numbers_are_integers_however_they_are_spelled() {
        for text in ["0", "-0.0", "7", "1.0", "1e400", "1.5e1", "-100e-2", "1e99999999999999999999"]
        {
            assert!(Decimal::read(text).is_integer(), "{text}");
        }
        for text in ["0.5", "1.0000000000000000001", "1e-400", "15e-1", "1e-99999999999999999999"] {
            assert!(!Decimal::read(text).is_integer(), "{text}");
        }
    }
}
