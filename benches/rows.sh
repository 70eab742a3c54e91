#!/usr/bin/env bash
# What a row of data takes in memory: one test over 1 row and over ROWS of them, with a JUnit report,
# against the demo API, its rows in CSV, JSON and the spec itself. Prints the largest resident sets.
#
#   benches/rows.sh [ROWS]             10,000 unless told
#   APITEST=…                          another binary than the one built here
#
# It needs cargo and python3.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
apitest=${APITEST:-$here/../target/release/apitest}
[ -n "${APITEST:-}" ] || cargo build --quiet --release --locked --manifest-path "$here/../Cargo.toml"

mkfifo "$work/listens"
"$apitest" demo --port 0 >"$work/listens" 2>&1 &
demo=$!
trap 'kill "$demo"; rm -rf "$work"' EXIT
read -r line <"$work/listens"
server=$(grep -o 'http://[0-9.:]*' <<<"$line")

python3 -IS - "$apitest" "$server" "$work" "${1:-10000}" <<'PYTHON'
import json, os, subprocess, sys, time

apitest, server, folder, most = *sys.argv[1:4], int(sys.argv[4])

# Its URL, its body and one of its expectations hang on the row.
TEST = """base_url: %s
tests:
  - name: orders
    data: DATA
    request: POST /none/${n}?q=${word}
    json: {n: "${n}", note: "${note}", fixed: [1, 2, 3]}
    expect:
      status: 404
      json: {$.error: not_found, $: {not: {equals: "${note}"}}}
      headers: {content-type: {starts_with: application}}
"""

# Of what runs in place of this program, the kernel counts the memory that this one had: it keeps
# nothing, and writes rows one by one.
def write(kind, count):
    objects = (json.dumps({"n": i, "word": f"word-{i}", "note": f"a note, {i}"}) for i in range(count))
    before, after = TEST.split("DATA")
    with open(f"{folder}/a.yaml", "w") as spec, open(f"{folder}/rows.{kind[:4]}", "w") as file:
        spec.write(before % server)
        if kind == "csv":
            spec.write("{file: rows.csv, types: {n: integer}}")
            file.write("n,word,note\n")
            file.writelines(f'{i},word-{i},"a note, {i}"\n' for i in range(count))
        elif kind == "json":
            spec.write("{file: rows.json}")
            file.writelines(f"{',' if i else '['}\n{row}" for i, row in enumerate(objects))
            file.write("]\n")
        else:
            spec.writelines(f"\n      - {row}" for row in objects)
        spec.write(after)

def run(kind, count):
    """Seconds, and the largest resident set in KiB."""
    write(kind, count)
    start = time.monotonic()
    process = subprocess.Popen([apitest, "a.yaml", "--quiet", "--junit", "junit.xml"], cwd=folder,
                               stdout=subprocess.PIPE)
    output = process.stdout.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    case = "case" if count == 1 else "cases"
    assert status == 0 and f"{count} {case}: {count} passed" in output, output
    with open(f"{folder}/junit.xml") as report:
        cases = sum(line.count("<testcase") for line in report)
    assert cases == count, "a case that is not in the report"
    return time.monotonic() - start, usage.ru_maxrss

for kind in ["csv", "json", "the spec"]:
    (_, one), (seconds, many) = run(kind, 1), run(kind, most)
    grown = (many - one) * 1024 / (most - 1)
    print(f"{kind:9} 1 row {one / 1024:5.1f} MiB, {most:,} rows {many / 1024:5.1f} MiB in {seconds:.2f} s: "
          f"{grown:.0f} bytes a row")
PYTHON
