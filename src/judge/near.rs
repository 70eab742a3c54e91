//! Whether two values are near to each other.

use serde_json::Value;

use super::decimal::Decimal;
use super::seen::Seen;

/// Whether what is seen is as near to a value as a tolerance allows: numbers exactly as they are
/// spelled, points in time by the time between them. `None` where the two have no distance.
pub fn is_close(operand: &Value, seen: Seen) -> Option<bool> {
    let [value, tolerance] = operand.as_array()?.as_slice() else { return None };
    if let (Value::Number(value), Value::Number(tolerance)) = (value, tolerance) {
        let number = seen.number()?;
        let read = |text| Decimal::read(text);
        let (value, tolerance) = (read(value.as_str()), read(tolerance.as_str()));
        return Some(read(number.as_str()).is_within(&tolerance, &value));
    }
    let moment = crate::date::parse(value.as_str()?)?;
    let tolerance = humantime::parse_duration(tolerance.as_str()?).ok()?;
    let distance = (crate::date::parse(seen.text()?)? - moment).unsigned_abs();
    Some(distance <= tolerance)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::from_str;

    #[test]
    fn numbers_and_moments_have_a_distance() {
        let table = [
            ("[1, 0.1]", "1.1", Some(true)),
            ("[0.3, 0.1]", "0.4", Some(true)),
            ("[0.3, 0.1]", "0.4000000000000000000001", Some(false)),
            ("[1, 0]", "1.0", Some(true)),
            ("[1, 0]", "2", Some(false)),
            ("[-1, 2]", "1", Some(true)),
            ("[-1, 1.9]", "1", Some(false)),
            ("[18446744073709551617, 1]", "18446744073709551618", Some(true)),
            ("[18446744073709551617, 1]", "18446744073709551619", Some(false)),
            ("[0, 1e-400]", "1e-400", Some(true)),
            ("[1e400, 1]", "1e400", Some(true)),
            ("[1e99999, 1]", "1", Some(false)),
            ("[1, 1e99999]", "5", Some(true)),
            ("[\"2027-03-01\", \"5s\"]", "\"2027-03-01T00:00:05Z\"", Some(true)),
            ("[\"2027-03-01\", \"5s\"]", "\"2027-02-28T23:59:54Z\"", Some(false)),
            ("[\"2027-03-01\", \"5s\"]", "\"soon\"", None),
            ("[1, 1]", "\"1\"", None),
            ("[1, 1]", "null", None),
            ("[1]", "1", None),
            ("1", "1", None),
        ];
        for (operand, seen, expected) in table {
            let (operand, seen): (Value, Value) =
                (from_str(operand).unwrap(), from_str(seen).unwrap());
            assert_eq!(is_close(&operand, Seen::Json(&seen)), expected, "{operand} {seen}");
        }
        assert_eq!(is_close(&from_str("[12, 1]").unwrap(), Seen::Text("13")), Some(true));
    }
}
