//! The pages are a book that holds together: a table of contents with every page, and links that
//! lead to a heading that is there.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

use super::pages;
use crate::support::project::root;

#[test]
fn the_contents_name_every_page_once() {
    let contents = fs::read_to_string(root().join("docs/SUMMARY.md")).expect("the contents");
    let link = Regex::new(r"\]\(([^)]+\.md)\)").expect("a regex");
    let named: Vec<PathBuf> =
        link.captures_iter(&contents).map(|found| root().join("docs").join(&found[1])).collect();
    let once: BTreeSet<&PathBuf> = named.iter().collect();
    assert_eq!(once.len(), named.len(), "a page is named twice");
    let book: Vec<PathBuf> = pages().into_iter().filter(|page| is_in_book(page)).collect();
    assert!(book.len() > 20, "{}", book.len());
    for page in &book {
        assert!(once.contains(page), "docs/SUMMARY.md does not name {}", page.display());
    }
    assert_eq!(once.len(), book.len(), "docs/SUMMARY.md names a page that is not there");
}

#[test]
fn the_contents_call_each_page_by_its_title() {
    let contents = fs::read_to_string(root().join("docs/SUMMARY.md")).expect("the contents");
    let link = Regex::new(r"\[([^\]]+)\]\(([^)]+\.md)\)").expect("a regex");
    for found in link.captures_iter(&contents) {
        let title = headings(&root().join("docs").join(&found[2])).remove(0);
        assert_eq!(title.replace('`', ""), found[1].replace('`', ""), "{}", &found[2]);
    }
}

#[test]
fn the_book_is_built_of_these_pages() {
    let book = fs::read_to_string(root().join("book.toml")).expect("book.toml");
    assert!(book.lines().any(|line| line == r#"src = "docs""#), "{book}");
    // Without this mdBook writes pages that the contents name and nobody wrote.
    assert!(book.lines().any(|line| line == "create-missing = false"), "{book}");
}

#[test]
fn every_link_leads_to_a_heading_that_is_there() {
    let link = Regex::new(r"\]\(([^)#:]*)(?:#([^)]*))?\)").expect("a regex");
    let mut with_heading = 0;
    for path in pages() {
        for found in link.captures_iter(&prose(&path)) {
            let from = path.display();
            let target = match &found[1] {
                "" => path.clone(),
                to => path.parent().expect("a folder").join(to),
            };
            assert!(target.exists(), "{from} links to {}", &found[1]);
            if is_in_book(&path) {
                let target = target.canonicalize().expect("a page");
                assert!(is_in_book(&target), "{from} links to {}, out of the book", &found[1]);
            }
            if let Some(heading) = found.get(2) {
                let slugs: Vec<String> = headings(&target).iter().map(|h| slug(h)).collect();
                let is_there = slugs.iter().any(|slug| slug == heading.as_str());
                assert!(is_there, "{from} links to {}: {slugs:?}", &found[0]);
                with_heading += 1;
            }
        }
    }
    assert!(with_heading > 20, "{with_heading}");
}

#[test]
fn a_page_has_one_title_and_no_heading_twice() {
    for page in pages() {
        let headings = headings(&page);
        let slugs: BTreeSet<String> = headings.iter().map(|heading| slug(heading)).collect();
        assert_eq!(slugs.len(), headings.len(), "{}: {headings:?}", page.display());
        let titles = prose(&page).lines().filter(|line| line.starts_with("# ")).count();
        assert_eq!(titles, 1, "{}", page.display());
    }
}

/// What stands behind the `#` of a link to a heading, as GitHub and mdBook make it.
pub fn slug(heading: &str) -> String {
    let kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
    heading.trim().to_lowercase().chars().filter(kept).collect::<String>().replace(' ', "-")
}

fn headings(page: &Path) -> Vec<String> {
    let prose = prose(page);
    let headings = prose.lines().filter(|line| line.starts_with('#'));
    headings.map(|line| line.trim_start_matches('#').trim().to_owned()).collect()
}

/// A page without its blocks.
fn prose(page: &Path) -> String {
    let text = fs::read_to_string(page).unwrap_or_else(|error| panic!("{page:?}: {error}"));
    let mut inside = false;
    let mut kept = String::new();
    for line in text.lines() {
        let fence = line.starts_with("```");
        if !fence && !inside {
            kept.push_str(line);
            kept.push('\n');
        }
        inside ^= fence;
    }
    kept
}

fn is_in_book(page: &Path) -> bool {
    page.starts_with(root().join("docs"))
}
