//! As much of DER (X.690) as keys are written in: nested values of a tag, a length and bytes.

pub const INTEGER: u8 = 0x02;
pub const BIT_STRING: u8 = 0x03;
pub const OCTET_STRING: u8 = 0x04;
pub const NULL: u8 = 0x05;
pub const OBJECT_ID: u8 = 0x06;
pub const SEQUENCE: u8 = 0x30;
/// The tag `[0]` around a value.
pub const FIELD_0: u8 = 0xa0;
/// The tag `[1]` around a value.
pub const FIELD_1: u8 = 0xa1;

/// A value of its tag and its parts, one after another.
pub fn value(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let body = parts.concat();
    let mut bytes = vec![tag];
    match body.len() {
        short @ 0..=127 => bytes.push(short as u8),
        long => {
            let length = long.to_be_bytes();
            let length = &length[length.iter().take_while(|byte| **byte == 0).count()..];
            bytes.push(0x80 | length.len() as u8);
            bytes.extend(length);
        }
    }
    bytes.extend(body);
    bytes
}

/// A number without a sign, whatever zeros its bytes begin with.
pub fn number(bytes: &[u8]) -> Vec<u8> {
    let bytes = without_zeros(bytes);
    match bytes.first() {
        Some(first) if *first < 0x80 => value(INTEGER, &[bytes]),
        _ => value(INTEGER, &[&[0], bytes]),
    }
}

/// The bytes of a number without zeros at its beginning.
pub fn without_zeros(bytes: &[u8]) -> &[u8] {
    &bytes[bytes.iter().take_while(|byte| **byte == 0).count()..]
}

/// Bits, all of them used.
pub fn bits(bytes: &[u8]) -> Vec<u8> {
    value(BIT_STRING, &[&[0], bytes])
}

/// Values that stand one behind another, read in order.
#[derive(Clone, Copy)]
pub struct Reader<'b>(pub &'b [u8]);

impl<'b> Reader<'b> {
    /// The bytes of the next value, if it has this tag.
    pub fn next(&mut self, tag: u8) -> Option<&'b [u8]> {
        let (found, rest) = self.0.split_first()?;
        let (length, rest) = length(rest)?;
        let body = rest.get(..length)?;
        (*found == tag).then(|| {
            self.0 = &rest[length..];
            body
        })
    }

    /// What is in the next value, if it has this tag.
    pub fn inside(&mut self, tag: u8) -> Option<Reader<'b>> {
        self.next(tag).map(Reader)
    }

    /// The next value, if it is bits of which all are used.
    pub fn bits(&mut self) -> Option<&'b [u8]> {
        match self.next(BIT_STRING)?.split_first()? {
            (0, bits) => Some(bits),
            _ => None,
        }
    }
}

fn length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (first, rest) = bytes.split_first()?;
    if *first < 0x80 {
        return Some((usize::from(*first), rest));
    }
    let count = usize::from(first & 0x7f);
    // No key needs a length of more than 3 bytes, and none is of a length unknown (a count of 0).
    let digits = rest.get(..count).filter(|_| (1..=3).contains(&count))?;
    let length = digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit));
    Some((length, &rest[count..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read() {
        for length in [0, 1, 127, 128, 255, 256, 70_000] {
            let body = vec![7; length];
            let bytes = value(OCTET_STRING, &[&body]);
            assert_eq!(Reader(&bytes).next(OCTET_STRING), Some(&body[..]), "{length}");
            assert_eq!(Reader(&bytes).next(INTEGER), None);
            assert_eq!(Reader(&bytes[..bytes.len() - 1]).next(OCTET_STRING), None);
        }
    }

    #[test]
    fn numbers_have_no_sign() {
        assert_eq!(number(&[0, 0, 0x7f]), [2, 1, 0x7f]);
        assert_eq!(number(&[0x80]), [2, 2, 0, 0x80]);
        assert_eq!(number(&[]), [2, 1, 0]);
    }
}
