//! Content codings, undone under a limit on what comes out.

use std::io::Read;

use flate2::read::MultiGzDecoder;
use flate2::{Decompress, FlushDecompress, Status};

use super::message::TransportErrorKind;

/// Why a body could not be decoded.
#[derive(Debug, PartialEq, Eq)]
pub struct DecodeError {
    /// Unknown or broken, or too large.
    pub kind: TransportErrorKind,
    /// In words.
    pub message: String,
}

/// Undoes the codings that `Content-Encoding` names, the last one first.
///
/// # Errors
/// An unknown coding, broken bytes, or more than `limit` bytes.
pub fn decode<'h>(
    body: Vec<u8>,
    encodings: impl Iterator<Item = &'h str>,
    limit: u64,
) -> Result<Vec<u8>, DecodeError> {
    let codings: Vec<String> = encodings
        .flat_map(|line| line.split(','))
        .map(|coding| coding.trim().to_ascii_lowercase())
        .filter(|coding| !coding.is_empty() && coding != "identity")
        .collect();
    if body.is_empty() {
        return Ok(body);
    }
    if codings.len() > 4 {
        return Err(broken(format!(
            "{} content codings on one body: at most 4 are undone",
            codings.len()
        )));
    }
    codings.iter().rev().try_fold(body, |body, coding| undo(&body, coding, limit))
}

fn undo(body: &[u8], coding: &str, limit: u64) -> Result<Vec<u8>, DecodeError> {
    match coding {
        "gzip" | "x-gzip" => gunzip(body, limit),
        // RFC 9110 §8.4.1.2: zlib is meant; some servers send the bare stream.
        "deflate" => inflate(body, limit),
        _ => Err(broken(format!(
            "the content coding `{coding}` was not asked for: only gzip and deflate are known here"
        ))),
    }
}

fn is_zlib(body: &[u8]) -> bool {
    matches!(body, [head, check, ..]
        if head & 0x0F == 8 && (u16::from(*head) << 8 | u16::from(*check)) % 31 == 0)
}

fn gunzip(body: &[u8], limit: u64) -> Result<Vec<u8>, DecodeError> {
    let mut inflated = Vec::new();
    MultiGzDecoder::new(body)
        .take(limit + 1)
        .read_to_end(&mut inflated)
        .map_err(|error| broken(format!("the body is not whole gzip: {error}")))?;
    within(limit, inflated)
}

/// How much room is made at a time, in bytes.
const STEP: usize = 64 * 1024;

/// By hand, because the reader of the crate takes a stream that was cut for a whole one.
fn inflate(body: &[u8], limit: u64) -> Result<Vec<u8>, DecodeError> {
    let mut stream = Decompress::new(is_zlib(body));
    let mut inflated = Vec::new();
    loop {
        let (read, written) = (stream.total_in(), stream.total_out());
        inflated.reserve(STEP);
        let rest = &body[read as usize..];
        let status = stream
            .decompress_vec(rest, &mut inflated, FlushDecompress::None)
            .map_err(|error| broken(format!("the body is not whole deflate: {error}")))?;
        if stream.total_out() > limit {
            return Err(too_large(limit, "once decoded"));
        }
        match status {
            Status::StreamEnd if stream.total_in() == body.len() as u64 => return Ok(inflated),
            Status::StreamEnd => {
                return Err(broken("the body goes on after the end of its deflate".to_owned()));
            }
            _ if (read, written) == (stream.total_in(), stream.total_out()) => {
                return Err(broken("the body is not whole deflate: it was cut".to_owned()));
            }
            _ => {}
        }
    }
}

fn within(limit: u64, inflated: Vec<u8>) -> Result<Vec<u8>, DecodeError> {
    match inflated.len() as u64 > limit {
        true => Err(too_large(limit, "once decoded")),
        false => Ok(inflated),
    }
}

fn broken(message: String) -> DecodeError {
    DecodeError { kind: TransportErrorKind::ContentEncoding, message }
}

/// The error of a body above the limit; `when` says at which point it was.
pub fn too_large(limit: u64, when: &str) -> DecodeError {
    let message = format!("the body is larger than {limit} bytes {when} (see --max-body)");
    DecodeError { kind: TransportErrorKind::BodyTooLarge, message }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
    use std::io::Write;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn zlib(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn raw(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn run(body: Vec<u8>, coding: &str) -> Result<Vec<u8>, TransportErrorKind> {
        decode(body, [coding].into_iter(), 1000).map_err(|error| error.kind)
    }

    #[test]
    fn known_codings_are_undone() {
        let text = b"hello hello hello".to_vec();
        assert_eq!(run(text.clone(), "identity"), Ok(text.clone()));
        assert_eq!(run(gzip(&text), "gzip"), Ok(text.clone()));
        assert_eq!(run(gzip(&text), "X-GZIP"), Ok(text.clone()));
        assert_eq!(run(zlib(&text), "deflate"), Ok(text.clone()));
        assert_eq!(run(raw(&text), "deflate"), Ok(text.clone()));
        assert_eq!(run(zlib(&gzip(&text)), "gzip, deflate"), Ok(text));
        assert_eq!(run(Vec::new(), "gzip"), Ok(Vec::new()));
    }

    #[test]
    fn unknown_broken_and_huge_bodies_are_errors() {
        use TransportErrorKind::{BodyTooLarge, ContentEncoding};
        assert_eq!(run(b"x".to_vec(), "br"), Err(ContentEncoding));
        assert_eq!(run(b"not gzip".to_vec(), "gzip"), Err(ContentEncoding));
        let whole = gzip(b"hello hello hello");
        for (whole, coding) in
            [(whole, "gzip"), (zlib(b"hello hello"), "deflate"), (raw(b"hello"), "deflate")]
        {
            for end in 1..whole.len() {
                let cut = whole[..end].to_vec();
                assert_eq!(run(cut, coding), Err(ContentEncoding), "{coding} cut at {end}");
            }
            let more = [whole.as_slice(), b"more"].concat();
            assert_eq!(run(more, coding), Err(ContentEncoding), "{coding} and more");
        }
        for bomb in [zlib(&[b'a'; 1001]), raw(&[b'a'; 1001])] {
            assert_eq!(run(bomb, "deflate"), Err(BodyTooLarge));
        }
        assert_eq!(run(zlib(&[b'a'; 1000]), "deflate").map(|b| b.len()), Ok(1000));
        assert_eq!(run(gzip(&[b'a'; 1001]), "gzip"), Err(BodyTooLarge));
        assert_eq!(run(gzip(&[b'a'; 1000]), "gzip").map(|b| b.len()), Ok(1000));
        assert_eq!(run(b"x".to_vec(), "gzip,gzip,gzip,gzip,gzip"), Err(ContentEncoding));
    }
}
