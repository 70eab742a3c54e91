//! Bad files of rows, each with the message that it gets beside it.

use std::fs;

use crate::support::golden::golden;
use crate::support::project::{files, root};
use crate::support::sandbox::Sandbox;

/// What `types` says of files that are named for it.
const TYPES: &str = ", types: {id: integer, price: number, paid: boolean, ohter: string}";

#[test]
fn each_fault_of_a_file_of_rows_has_its_message_at_its_place() {
    let endings = ["csv", "json", "yaml"];
    let files: Vec<_> =
        endings.into_iter().flat_map(|e| files("fixtures/faults/rows", e)).collect();
    assert!(files.len() > 12, "{files:?}");
    for path in files {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let types = if name.contains("types") { TYPES } else { "" };
        let spec = format!(
            "base_url: http://127.0.0.1:9\ntests:\n  - name: a\n    data: {{file: ../rows/{name}{types}}}\n    \
             request: GET /${{id}}/${{note}}\n    expect: 200\n"
        );
        let sandbox = Sandbox::new()
            .file("apitest.yaml", "specs: [specs]\n")
            .file("specs/a.yaml", spec)
            .file(&format!("rows/{name}"), fs::read(&path).expect("a file"));
        let ended = sandbox.run(&["--color", "never"]).expect_code(2);
        let shown = path.strip_prefix(root()).expect("a file of the project").to_string_lossy();
        golden(&format!("{shown}.stderr"), &ended.stderr);
    }
}
