//! Notes on a demand of a schema that is not met.

use crate::json_schema::Violation;
use crate::judge::at::At;
use crate::judge::note::Note;
use crate::judge::words::actual;
use crate::suite::matcher::Schema;

/// Where in the schema it stands.
pub fn on_demand(schema: &Schema, demanded: &str) -> Note {
    let file = match schema {
        Schema::File(file) => file.path(),
        Schema::Written(_) | Schema::Compiled(_) => "",
    };
    Note::from(format!("the schema demands it at {file}#{demanded}"))
}

/// What the nearest of several schemas says.
pub fn on_nearest(nearest: &Violation, at: &At) -> Note {
    let place = at.inside(&nearest.place).place;
    let actual = actual(&nearest.actual);
    Note::from(format!(
        "the nearest of them: `{place}`: expected {}, got {actual}",
        nearest.expected
    ))
}
