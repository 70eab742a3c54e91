//! Media types: those of files, by what their names end in, and whether a text is one.

/// What a file is whose name tells nothing.
const UNKNOWN: &str = "application/octet-stream";

/// The endings that tests upload, and what they stand for.
const ENDINGS: [(&str, &str); 36] = [
    ("avif", "image/avif"),
    ("bmp", "image/bmp"),
    ("css", "text/css"),
    ("csv", "text/csv"),
    ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("gif", "image/gif"),
    ("gz", "application/gzip"),
    ("htm", "text/html"),
    ("html", "text/html"),
    ("ico", "image/vnd.microsoft.icon"),
    ("ics", "text/calendar"),
    ("jpeg", "image/jpeg"),
    ("jpg", "image/jpeg"),
    ("js", "text/javascript"),
    ("json", "application/json"),
    ("md", "text/markdown"),
    ("mp3", "audio/mpeg"),
    ("mp4", "video/mp4"),
    ("odt", "application/vnd.oasis.opendocument.text"),
    ("ogg", "audio/ogg"),
    ("pdf", "application/pdf"),
    ("png", "image/png"),
    ("svg", "image/svg+xml"),
    ("tar", "application/x-tar"),
    ("tif", "image/tiff"),
    ("tiff", "image/tiff"),
    ("txt", "text/plain"),
    ("wasm", "application/wasm"),
    ("wav", "audio/wav"),
    ("webm", "video/webm"),
    ("webp", "image/webp"),
    ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("xml", "application/xml"),
    ("yaml", "application/yaml"),
    ("yml", "application/yaml"),
    ("zip", "application/zip"),
];

/// The media type of a file of this name.
pub fn of_file(name: &str) -> &'static str {
    name.rsplit_once('.').and_then(|(_, ending)| of_ending(ending)).unwrap_or(UNKNOWN)
}

/// What an ending stands for, without its dot and in any case.
pub fn of_ending(ending: &str) -> Option<&'static str> {
    let known = ENDINGS.iter().find(|(known, _)| known.eq_ignore_ascii_case(ending));
    known.map(|(_, media_type)| *media_type)
}

/// Whether a text is a type, a subtype and perhaps parameters, and can stand in a header field.
pub fn is_media_type(text: &str) -> bool {
    let is_token = |part: &str| {
        let valid = |b: u8| b.is_ascii_alphanumeric() || b"!#$&-^_.+*".contains(&b);
        !part.is_empty() && part.bytes().all(valid)
    };
    let essence = text.split(';').next().unwrap_or_default().trim();
    let is_one = essence.split_once('/').is_some_and(|(t, sub)| is_token(t) && is_token(sub));
    is_one && !text.contains(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_what_a_file_is() {
        let table = [
            ("a.png", "image/png"),
            ("A.PNG", "image/png"),
            ("a.b.csv", "text/csv"),
            ("png", UNKNOWN),
            ("a.unknown", UNKNOWN),
            ("", UNKNOWN),
        ];
        for (name, expected) in table {
            assert_eq!(of_file(name), expected, "{name}");
        }
        assert!(ENDINGS.is_sorted());
        assert!(ENDINGS.iter().all(|(_, media_type)| is_media_type(media_type)));
        assert!(is_media_type("text/plain; charset=utf-8"));
        for none in ["", "png", "/png", "image/", "a b/c", "text/plain\r\nX: y"] {
            assert!(!is_media_type(none), "{none:?}");
        }
    }
}
