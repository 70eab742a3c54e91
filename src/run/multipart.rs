//! From the parts of a step to those of its request.

use std::path::Path;
use std::sync::Arc;

use super::request::{Maker, Unsent, unread};
use crate::http::media_type::of_file;
use crate::http::message::Header;
use crate::http::multipart::{Content, Multipart, Part};
use crate::plan::multipart::{Part as PlannedPart, PartContent};
use crate::template::Template;

impl Maker<'_> {
    /// The body of a request with these header fields.
    pub(super) fn multipart(
        &self,
        parts: &[PlannedPart],
        headers: &[Header],
    ) -> Result<Arc<Multipart>, Unsent> {
        let parts = parts.iter().map(|part| self.part(part)).collect::<Result<_, _>>()?;
        let given = headers.iter().find(|header| header.name.eq_ignore_ascii_case("content-type"));
        let boundary = given.and_then(|header| boundary(&header.value));
        Multipart::new(parts, boundary).map(Arc::new).map_err(Unsent::request)
    }

    fn part(&self, part: &PlannedPart) -> Result<Part, Unsent> {
        let filled = |text: &Template| text.fill(self.bindings).map(|text| text.into_owned());
        let name = filled(&part.name)?;
        let mut media_type = part.media_type.as_ref().map(filled).transpose()?;
        if media_type.as_ref().is_some_and(|text| text.contains(char::is_control)) {
            return Err(Unsent::request(format!("the type of the part `{name}` is none")));
        }
        let (content, filename) = match &part.content {
            PartContent::Text(text) => {
                (Content::Text(text.fill_value(self.bindings)?.into_owned()), None)
            }
            PartContent::File { path, filename } => {
                let path = filled(&path.value)?;
                let own = Path::new(&path).file_name().unwrap_or_default().to_string_lossy();
                media_type.get_or_insert_with(|| of_file(&own).to_owned());
                let filename = filename.as_ref().map(filled).transpose()?;
                let filename = filename.unwrap_or_else(|| own.into_owned());
                (self.part_file(&path)?, Some(filename))
            }
        };
        Ok(Part { name, filename, media_type, content })
    }

    fn part_file(&self, path: &str) -> Result<Content, Unsent> {
        let file = std::fs::metadata(self.real_file(path)?);
        let length = file.map_err(|error| unread(path, &error))?.len();
        Ok(Content::File { path: path.into(), length })
    }
}

/// The boundary that a content type names.
fn boundary(content_type: &str) -> Option<&str> {
    let mut parameters = content_type.split(';').skip(1).filter_map(|pair| pair.split_once('='));
    let (_, value) = parameters.find(|(name, _)| name.trim().eq_ignore_ascii_case("boundary"))?;
    Some(value.trim().trim_matches('"')).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_content_type_may_name_a_boundary() {
        let table = [
            ("multipart/form-data; boundary=X", Some("X")),
            ("multipart/related; type=a; Boundary=\"a b\"", Some("a b")),
            ("multipart/form-data; boundary=", None),
            ("multipart/form-data", None),
            ("boundary=X", None),
        ];
        for (content_type, expected) in table {
            assert_eq!(boundary(content_type), expected, "{content_type}");
        }
    }
}
