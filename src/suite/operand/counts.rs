//! What a length can be compared with: it is a whole number, and not below zero.

use serde_json::Number;

use crate::suite::operator::ValueOperator;

/// Whether there are lengths that are so and lengths that are not.
///
/// # Errors
/// That all are, or none is.
pub fn check_order(operator: ValueOperator, operand: &Number) -> Result<(), String> {
    use ValueOperator as V;
    let (below, zero) = (is_negative(operand), is_zero(operand));
    let name = operator.name();
    match operator {
        V::Gt if below => Err(format!("`{name}: {operand}` holds for every length")),
        V::Gte if below || zero => Err(format!("`{name}: {operand}` holds for every length")),
        V::Lt if below || zero => Err(format!("`{name}: {operand}` holds for no length")),
        V::Lte if below => Err(format!("`{name}: {operand}` holds for no length")),
        _ => Ok(()),
    }
}

/// As it is spelled: `-1e-400` is one, and `-0` is none.
pub fn is_negative(number: &Number) -> bool {
    number.as_str().starts_with('-') && !is_zero(number)
}

fn is_zero(number: &Number) -> bool {
    let mantissa = number.as_str().split(['e', 'E']).next().unwrap_or_default();
    mantissa.bytes().all(|byte| matches!(byte, b'0' | b'-' | b'.'))
}
