//! Which known name a misspelt one was meant to be.

/// The candidate that `found` was most likely meant to be, if one is near.
///
/// One that differs only in case, `-` and `_` comes first, then the nearest by edits, of which one
/// is allowed for every three characters; last one that `found` is the beginning of. A word of one
/// or two letters is near to too much: the candidate must have all of them.
pub fn did_you_mean<'c>(
    found: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<&'c str> {
    let found = bare(found);
    let length = found.chars().count();
    let allowed = (length / 3).max(1);
    let rank = |candidate: &'c str| {
        let wanted = bare(candidate);
        let edits = strsim::damerau_levenshtein(&found, &wanted);
        let has_all = length > 2 || found.chars().all(|c| wanted.contains(c));
        let near = edits <= allowed && edits < wanted.chars().count() && has_all;
        let begins = found.len() >= 3 && wanted.starts_with(&found);
        let likeness = strsim::jaro_winkler(&found, &wanted);
        (near || begins).then_some((if near { edits } else { usize::MAX }, likeness, candidate))
    };
    candidates
        .into_iter()
        .filter_map(rank)
        .min_by(|(edits, likeness, _), (other_edits, other_likeness, _)| {
            edits.cmp(other_edits).then(other_likeness.total_cmp(likeness))
        })
        .map(|(_, _, candidate)| candidate)
}

/// A name without what people mix up in it.
fn bare(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '-' | '_' | ' ')).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_names_find_their_candidate() {
        let candidates =
            ["status", "headers", "auth", "expect", "gt", "gte", "base_url", "description", "in"];
        let table = [
            ("staus", Some("status")),
            ("Header", Some("headers")),
            ("auht", Some("auth")),
            ("expects", Some("expect")),
            ("gtt", Some("gt")),
            ("Base-URL", Some("base_url")),
            ("baseUrl", Some("base_url")),
            ("desc", Some("description")),
            ("GTE", Some("gte")),
            ("ge", Some("gte")),
            ("id", None),
            ("banana", None),
            ("x", None),
            ("", None),
        ];
        for (found, wanted) in table {
            assert_eq!(did_you_mean(found, candidates), wanted, "{found}");
        }
    }
}
