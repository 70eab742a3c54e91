#!/usr/bin/env bash
# What `apitest check` takes for many tests: 10,000 in one file, and in files of 10. Prints the best
# of ROUNDS times and the largest resident set, and fails where one is beyond its aim.
#
#   benches/check.sh [ROUNDS]          5 unless told
#   APITEST=…                          another binary than the one built here
#
# It needs cargo and python3.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
apitest=${APITEST:-$here/../target/release/apitest}
[ -n "${APITEST:-}" ] || cargo build --quiet --release --locked --manifest-path "$here/../Cargo.toml"

python3 -IS - "$apitest" "$work" "${1:-5}" <<'PYTHON'
import os, subprocess, sys, time

apitest, folder, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3])
TESTS, SECONDS, MIB = 10_000, 0.5, 100

TOP = """base_url: http://127.0.0.1:8787
tokens: {alice: demo-alice-5f0c1d2e3b4a}
auth: alice
vars: {item: kettle}
tests:
"""
# Each with a body, variables, and four expectations: 18 values of the 200,000 that a file may have.
TEST = """  - name: makes order %d
    request: POST /orders?number=%d
    json: {item: "${item}", quantity: %d, price: 19.90}
    expect:
      status: 201
      headers: {content-type: {starts_with: application/json}}
      json:
        $.item: ${item}
        $.quantity: {gt: 0, lt: 100000}

"""

# Of what runs in place of this program, the kernel counts the memory that this one had: it writes
# tests one by one.
def write(files):
    os.makedirs(f"{folder}/{files}")
    each = TESTS // files
    for file in range(files):
        with open(f"{folder}/{files}/orders_{file:04}.yaml", "w") as spec:
            spec.write(TOP)
            for test in range(file * each, (file + 1) * each):
                spec.write(TEST % (test, test, test + 1))

def check(files):
    """Seconds, those of CPU, and the largest resident set in MiB."""
    start = time.monotonic()
    process = subprocess.Popen([apitest, "check", str(files)], cwd=folder, stdout=subprocess.PIPE)
    output = process.stdout.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0 and f"{TESTS} " in output.replace(",", ""), (status, output)
    return time.monotonic() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024

beyond = False
for files in [1, 1000]:
    write(files)
    seconds, cpu, memory = zip(*(check(files) for _ in range(rounds)))
    beyond |= min(seconds) > SECONDS or max(memory) > MIB
    print(f"{TESTS:,} tests in {files:,} files: {min(seconds):.2f} s, {min(cpu):.2f} s of CPU, {max(memory):.1f} MiB"
          f"  (aims: {SECONDS} s, {MIB} MiB)")
sys.exit(beyond)
PYTHON
