# The commands of every day; `just --list` shows them.

# The project's own specs against the demo
specs *arguments:
    cargo run --release -- specs/ {{arguments}}

# All tests, or those of a name
test *name:
    cargo test --locked {{name}}

# Format and lints, as CI has them
lint:
    cargo fmt --check
    cargo clippy --all-targets --locked -- -D warnings

# Licences, versions and sources of the dependencies
deny:
    cargo deny --locked check licenses bans sources

# All that CI runs
ci:
    .ci/run

# The pages under docs/ as a book, in target/book
book:
    mdbook build

# The comparison with Hurl
bench:
    benches/compare.sh

# What proof costs beside plain requests
bench-probes:
    benches/probes.sh

# What a row of data takes in memory
bench-rows:
    benches/rows.sh
