# What the comparisons share: the program and the server, built and started. Sourced by them.
#
#   APITEST=… SERVER=…     other binaries than those built here
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

build() {
    cargo build --quiet --release --locked --manifest-path "$here/../Cargo.toml"
    rustc --edition 2024 -C opt-level=3 -o "$work/loopback_server" "$here/loopback_server.rs"
}

# Starts the server; it ends when the script does, which closes its input.
serve() {
    mkfifo "$work/stop" "$work/url"
    "${SERVER:-$work/loopback_server}" <"$work/stop" >"$work/url" &
    exec 3>"$work/stop"
    read -r server <"$work/url"
}

[ -n "${APITEST:-}" ] && [ -n "${SERVER:-}" ] || build
apitest=${APITEST:-$(dirname "$here")/target/release/apitest}
