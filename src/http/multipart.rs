//! `multipart/form-data` bodies (RFC 7578). Files are read while they are sent: none is held in
//! memory, and what is sent twice is read twice.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};

/// Parts in order, and what stands between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Multipart {
    /// The parts.
    pub parts: Vec<Part>,
    /// What stands between them, and in none of their texts.
    boundary: String,
}

/// A part of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The name of the field.
    pub name: String,
    /// What the file is called there.
    pub filename: Option<String>,
    /// What the content is.
    pub media_type: Option<String>,
    /// The content.
    pub content: Content,
}

/// What a part holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// A text.
    Text(String),
    /// What stands in a file.
    File {
        /// Where it lies.
        path: PathBuf,
        /// How long it is; another length when it is sent is an error.
        length: u64,
    },
}

/// How much of a file is searched at a time, in bytes.
const WINDOW: usize = 64 * 1024;

/// How much of that is searched again with what follows.
const OVERLAP: usize = 1024;

impl Multipart {
    /// A body of these parts. The boundary is made of them, so that the same parts make the same
    /// body; or it is the one that a `Content-Type` of the request names.
    ///
    /// # Errors
    /// That one stands in a text of a part.
    pub fn new(parts: Vec<Part>, boundary: Option<&str>) -> Result<Multipart, String> {
        let mut multipart = Multipart { parts, boundary: String::new() };
        match boundary {
            Some(given) if multipart.texts().any(|text| text.contains(given)) => {
                return Err(format!("the boundary `{given}` stands in one of the parts"));
            }
            Some(given) => multipart.boundary = given.to_owned(),
            None => multipart.boundary = multipart.boundary_of_parts(),
        }
        Ok(multipart)
    }

    /// How it is told what this is.
    pub fn media_type(&self) -> String {
        format!("multipart/form-data; boundary={}", self.boundary)
    }

    /// Whether a `Content-Type` of the request names what stands between the parts.
    pub fn has_given_boundary(&self) -> bool {
        !self.boundary.starts_with(OWN)
    }

    /// How many bytes are sent.
    pub fn length(&self) -> u64 {
        let content = |part: &Part| match &part.content {
            Content::Text(text) => text.len() as u64,
            Content::File { length, .. } => *length,
        };
        let one = |part: &Part| self.head(part).len() as u64 + content(part) + END.len() as u64;
        self.parts.iter().map(one).sum::<u64>() + self.tail().len() as u64
    }

    /// Reads it from its beginning.
    pub fn reader(&self) -> MultipartReader<'_> {
        MultipartReader { multipart: self, at: 0, piece: Piece::Start, failed: None }
    }

    /// As it is sent, with a few words in place of each file.
    pub fn shown(&self) -> String {
        let mut shown = String::new();
        for part in &self.parts {
            shown.push_str(&self.head(part));
            match &part.content {
                Content::Text(text) => shown.push_str(text),
                Content::File { path, length } => {
                    shown.push_str(&format!("({length} bytes of {})", path.display()));
                }
            }
            shown.push_str(END);
        }
        shown + &self.tail()
    }

    /// Whether `test` holds for any text in it, those of files included.
    ///
    /// # Errors
    /// The path of a file that cannot be read, and why.
    pub fn any(&self, test: impl Fn(&str) -> bool) -> Result<bool, (&Path, io::Error)> {
        if self.texts().any(&test) {
            return Ok(true);
        }
        for part in &self.parts {
            let Content::File { path, .. } = &part.content else { continue };
            let found = File::open(path).and_then(|file| any_in_file(file, &test));
            if found.map_err(|error| (path.as_path(), error))? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// All that is no file.
    fn texts(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().flat_map(|part| {
            let text = match &part.content {
                Content::Text(text) => Some(text.as_str()),
                Content::File { .. } => None,
            };
            [Some(part.name.as_str()), part.filename.as_deref(), text].into_iter().flatten()
        })
    }

    fn boundary_of_parts(&self) -> String {
        let length = |part: &Part| match &part.content {
            Content::File { length, .. } => *length,
            Content::Text(_) => 0,
        };
        // FNV-1a: that of the standard library may change with its version.
        let hash = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        let mut seed = self.texts().flat_map(str::bytes).fold(0xcbf2_9ce4_8422_2325, hash);
        seed = self.parts.iter().flat_map(|part| length(part).to_le_bytes()).fold(seed, hash);
        loop {
            let boundary = format!("{OWN}{seed:016x}");
            if !self.texts().any(|text| text.contains(&boundary)) {
                return boundary;
            }
            seed = hash(seed, 1);
        }
    }

    /// What stands before the content of a part.
    fn head(&self, part: &Part) -> String {
        let mut head = format!(
            "--{}\r\nContent-Disposition: form-data; name=\"{}\"",
            self.boundary,
            escaped(&part.name)
        );
        if let Some(filename) = &part.filename {
            head.push_str(&format!("; filename=\"{}\"", escaped(filename)));
        }
        head.push_str(END);
        if let Some(media_type) = &part.media_type {
            head.push_str(&format!("Content-Type: {media_type}\r\n"));
        }
        head + END
    }

    fn tail(&self) -> String {
        format!("--{}--\r\n", self.boundary)
    }
}

/// How a boundary begins that nobody gave.
const OWN: &str = "apitest-";

/// What stands behind a content, and behind a line.
const END: &str = "\r\n";

/// A name as it stands in quotes (HTML, multipart/form-data encoding algorithm).
fn escaped(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

fn any_in_file(mut file: File, test: impl Fn(&str) -> bool) -> io::Result<bool> {
    let mut window = Vec::with_capacity(WINDOW);
    loop {
        let kept = window.len();
        file.by_ref().take((WINDOW - kept) as u64).read_to_end(&mut window)?;
        if test(&String::from_utf8_lossy(&window)) {
            return Ok(true);
        }
        if window.len() == kept || window.len() < WINDOW {
            return Ok(false);
        }
        window.drain(..WINDOW - OVERLAP);
    }
}

/// A [`Multipart`] that is being read.
pub struct MultipartReader<'m> {
    multipart: &'m Multipart,
    /// The part at hand.
    at: usize,
    piece: Piece<'m>,
    /// Why it could not be read to its end, if so.
    pub failed: Option<String>,
}

/// What is being read.
enum Piece<'m> {
    /// Nothing of the part at hand yet.
    Start,
    Head(Cursor<Vec<u8>>),
    Text(&'m [u8]),
    File(File, u64),
    End(&'static [u8]),
    Tail(Cursor<Vec<u8>>),
}

impl Read for MultipartReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = match &mut self.piece {
                Piece::Start => 0,
                Piece::Head(head) => head.read(buffer)?,
                Piece::Text(text) => text.read(buffer)?,
                Piece::End(end) => end.read(buffer)?,
                Piece::Tail(tail) => return tail.read(buffer),
                Piece::File(_, 0) => 0,
                Piece::File(file, left) => {
                    let read = file.take(*left).read(buffer)?;
                    if read == 0 {
                        return Err(self.changed());
                    }
                    *left -= read as u64;
                    read
                }
            };
            if read > 0 || buffer.is_empty() {
                return Ok(read);
            }
            self.advance()?;
        }
    }
}

impl<'m> MultipartReader<'m> {
    /// Goes on to the next piece.
    fn advance(&mut self) -> io::Result<()> {
        let multipart = self.multipart;
        let part = multipart.parts.get(self.at);
        self.piece = match (&self.piece, part) {
            (Piece::Head(_), Some(part)) => self.content(part)?,
            (Piece::Text(_) | Piece::File(..), _) => Piece::End(END.as_bytes()),
            (Piece::End(_), _) => {
                self.at += 1;
                Piece::Start
            }
            (_, Some(part)) => Piece::Head(Cursor::new(multipart.head(part).into_bytes())),
            (_, None) => Piece::Tail(Cursor::new(multipart.tail().into_bytes())),
        };
        Ok(())
    }

    fn content(&mut self, part: &'m Part) -> io::Result<Piece<'m>> {
        let (path, length) = match &part.content {
            Content::Text(text) => return Ok(Piece::Text(text.as_bytes())),
            Content::File { path, length } => (path, *length),
        };
        let opened = File::open(path).and_then(|file| Ok((file.metadata()?.len(), file)));
        match opened {
            Ok((now, file)) if now == length => Ok(Piece::File(file, length)),
            Ok(_) => Err(self.changed()),
            Err(error) => Err(self.fail(format!("the file {}: {error}", path.display()))),
        }
    }

    /// A file does not hold what was announced.
    fn changed(&mut self) -> io::Error {
        self.fail(
            "a file of the body changed while it was sent: leave it alone, and run again"
                .to_owned(),
        )
    }

    fn fail(&mut self, reason: String) -> io::Error {
        self.failed = Some(reason.clone());
        io::Error::other(reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(name: &str, text: &str) -> Part {
        let content = Content::Text(text.to_owned());
        Part { name: name.to_owned(), filename: None, media_type: None, content }
    }

    fn sent(multipart: &Multipart) -> String {
        let mut sent = String::new();
        multipart.reader().read_to_string(&mut sent).unwrap();
        assert_eq!(sent.len() as u64, multipart.length());
        sent
    }

    #[test]
    fn parts_are_sent_as_the_standard_says() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "bytes").unwrap();
        let content = Content::File { path: file.path().to_owned(), length: 5 };
        let file_part = Part {
            name: "b\"\r\n".into(),
            filename: Some("ü\".txt".into()),
            media_type: Some("text/plain".into()),
            content,
        };
        let multipart = Multipart::new(vec![text("a", "1\r\n2"), file_part], Some("X")).unwrap();
        let expected = "--X\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n2\r\n\
             --X\r\nContent-Disposition: form-data; name=\"b%22%0D%0A\"; filename=\"ü%22.txt\"\r\n\
             Content-Type: text/plain\r\n\r\nbytes\r\n--X--\r\n";
        assert_eq!(sent(&multipart), expected);
        // A second time it is the same.
        assert_eq!(sent(&multipart), expected);
        std::fs::write(file.path(), "other").unwrap();
        assert!(sent(&multipart).contains("other"));
        std::fs::write(file.path(), "longer").unwrap();
        let mut reader = multipart.reader();
        assert!(reader.read_to_end(&mut Vec::new()).is_err());
        let told = "a file of the body changed while it was sent: leave it alone, and run again";
        assert_eq!(reader.failed.as_deref(), Some(told));
    }

    #[test]
    fn the_boundary_is_made_of_the_parts_and_stands_in_none() {
        let boundary = |parts: Vec<Part>| Multipart::new(parts, None).unwrap().boundary;
        let first = boundary(vec![text("a", "b")]);
        assert_eq!(first, boundary(vec![text("a", "b")]));
        assert_ne!(first, boundary(vec![text("a", "c")]));
        let nested = boundary(vec![text("a", &format!("--{first}--"))]);
        assert_ne!(first, nested);
        let clash = Multipart::new(vec![text("a", "--X")], Some("X"));
        assert_eq!(clash.unwrap_err(), "the boundary `X` stands in one of the parts");
    }

    #[test]
    fn what_is_looked_for_is_found_across_the_windows_of_a_file() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let long = format!("{}needle{}", "x".repeat(WINDOW - 3), "y".repeat(2 * WINDOW));
        std::fs::write(file.path(), &long).unwrap();
        let length = long.len() as u64;
        let content = Content::File { path: file.path().to_owned(), length };
        let parts = vec![Part { content, ..text("a", "") }];
        let multipart = Multipart::new(parts, None).unwrap();
        assert!(multipart.any(|text| text.contains("needle")).unwrap());
        assert!(multipart.any(|text| text.ends_with('y')).unwrap());
        assert!(!multipart.any(|text| text.contains("nothing")).unwrap());
        assert!(multipart.any(|text| text == "a").unwrap());
    }
}
