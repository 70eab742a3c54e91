//! `graphql: {query, variables, operation}`: a GraphQL request as it is written.

mod document;

use self::document::{Kind, Operation, operations};
use super::reader::{Keys, Reader};
use super::test::listed;
use super::tree::Node;
use crate::template::{Draft, Template};

/// A GraphQL request.
#[derive(Clone, Debug)]
pub struct Graphql {
    /// What is sent, as compact JSON: `query`, `variables` and `operationName`.
    pub message: Draft,
    /// Whether it runs a query or a subscription, and so changes nothing.
    pub only_reads: bool,
}

const KEYS: Keys = Keys {
    what: "a key of `graphql`",
    known: &[&["query", "variables", "operation"]],
    later: &[],
    help: Some("the operation to run is named by `operation`, which is sent as `operationName`"),
};

impl Graphql {
    /// Reads the value of `graphql`.
    pub fn read(reader: &mut Reader, node: &Node) -> Option<Graphql> {
        if node.as_text().is_some() {
            reader.unexpected(node, "graphql", "a mapping").label =
                "write `graphql: {query: …}` with this document".into();
            return None;
        }
        let entries = reader.mapping(node, "graphql")?;
        let (mut query, mut variables, mut operation) = (None, None, None);
        let before = reader.count();
        for entry in entries {
            match reader.key(entry, entries, &KEYS) {
                Some("query") => query = Some(&entry.value),
                Some("variables") => variables = Some(reader.draft(&entry.value)),
                Some(_) => {
                    let name = reader.plain_text(&entry.value, "operation");
                    operation = name.map(|name| (name, &entry.value));
                }
                None => {}
            }
        }
        let Some(node_of_query) = query else {
            if reader.count() == before {
                reader.fault(node.span, "`graphql` without `query`").label =
                    "write `graphql: {query: \"{ … }\"}`".into();
            }
            return None;
        };
        let document = read_document(reader, node_of_query)?;
        let found = read_operations(reader, node_of_query, document)?;
        let chosen = choose(reader, node, &found, operation)?;
        let text = |text: &str| Draft::Fixed(text.into());
        let mut members = vec![(Template::Fixed("query".into()), text(document))];
        members.extend(variables.map(|draft| (Template::Fixed("variables".into()), draft)));
        let name = operation.map(|(name, _)| text(name));
        members.extend(name.map(|name| (Template::Fixed("operationName".into()), name)));
        Some(Graphql { message: Draft::map(members), only_reads: chosen.kind != Kind::Mutation })
    }
}

fn read_document<'n>(reader: &mut Reader, node: &'n Node) -> Option<&'n str> {
    let Some(text) = node.as_text() else {
        reader.unexpected(node, "query", "a GraphQL document");
        return None;
    };
    if text.contains("${") {
        reader.fault(node.span, "`query` takes no variables of the spec").label =
            "let the operation take a variable, and give its value under `variables`".into();
        return None;
    }
    Some(text)
}

fn read_operations<'n>(
    reader: &mut Reader,
    node: &Node,
    document: &'n str,
) -> Option<Vec<Operation<'n>>> {
    let found = match operations(document) {
        Ok(found) => found,
        Err(fault) => {
            let label = format!("{} (line {} of the document)", fault.text, fault.line);
            reader.fault(node.span, "this is no GraphQL document").label = label;
            return None;
        }
    };
    if found.is_empty() {
        let fault = reader.fault(node.span, "this GraphQL document holds no operation");
        fault.label = "there is nothing to run".into();
        fault.helps.push("begin one with `query`, `mutation`, `subscription` or `{`".into());
        return None;
    }
    Some(found)
}

/// The operation that is run.
fn choose<'o, 'd>(
    reader: &mut Reader,
    node: &Node,
    found: &'o [Operation<'d>],
    asked: Option<(&str, &Node)>,
) -> Option<&'o Operation<'d>> {
    let quoted: Vec<String> =
        found.iter().filter_map(|o| o.name).map(|name| format!("`{name}`")).collect();
    let names = listed(&quoted);
    let Some((name, place)) = asked else {
        if found.len() > 1 {
            reader.fault(node.span, "`graphql` does not say which operation is meant").label =
                format!("add `operation` with one of {names}");
            return None;
        }
        return found.first();
    };
    let chosen = found.iter().find(|operation| operation.name == Some(name));
    if chosen.is_none() {
        let title = format!("the document has no operation `{name}`");
        reader.fault(place.span, title).label = match quoted.is_empty() {
            true => "its only operation has no name: leave `operation` out".into(),
            false => format!("it has {names}"),
        };
    }
    chosen
}
