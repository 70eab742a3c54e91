#!/usr/bin/env bash
# What proof costs: 50 endpoints with `enforce` (the sets core and jwt) beside the same number of plain
# requests that get the same answers, in turns, against a server on loopback that counts them; and one
# endpoint against a server that takes 50 ms. Prints medians and ratios.
#
#   benches/probes.sh [ROUNDS]         rounds of each comparison, 11 unless told
#   APITEST=… SERVER=…                 other binaries than those built here
#
# It needs cargo and python3.
set -euo pipefail
source "$(dirname "$0")/loopback.sh"
rounds=${1:-11}
endpoints=50
export NAMES="enforce plain"

# A test that the good token passes.
good_test() { # PATH NAME
    echo "  - name: $2"
    echo "    request: GET $1"
    echo "    expect:"
    echo "      status: 200"
    echo "      json: {\$.order.owner: alice}"
}

# Endpoints that are proven to refuse every wrong way of sending a token.
enforced() { # FOLDER TOKEN PATH ENDPOINTS
    mkdir -p "$1"
    local endpoint
    {
        printf 'base_url: %s\nauth: {bearer: %s}\n' "$server" "$2"
        printf 'enforce: {scheme: bearer, probes: [core, jwt]}\ntests:\n'
        for ((endpoint = 0; endpoint < $4; endpoint++)); do
            good_test "$3/$endpoint" "reads order $endpoint"
        done
    } >"$1/enforced.yaml"
}

# As many tests of one request each: for each endpoint these that are accepted and these refused.
plain() { # FOLDER TOKEN ACCEPTED REFUSED
    mkdir -p "$1"
    local endpoint test
    {
        printf 'base_url: %s\nauth: {bearer: %s}\ntests:\n' "$server" "$2"
        for ((endpoint = 0; endpoint < endpoints; endpoint++)); do
            for ((test = 0; test < $3; test++)); do
                good_test "/orders/$endpoint" "reads order $endpoint, $test"
            done
            for ((test = 0; test < $4; test++)); do
                echo "  - name: refuses order $endpoint, $test"
                echo "    request: GET /orders/$endpoint"
                echo "    auth: {bearer: a-token-that-is-wrong-$test}"
                echo "    expect: {status: 401, challenge: {error: invalid_token}}"
            done
        done
    } >"$1/plain.yaml"
}

# What the server answered since this was last asked: requests, 200s, 401s.
counts() {
    python3 -IS -c 'import sys, urllib.request as u; print(u.urlopen(sys.argv[1]).read().decode())' \
        "$server/counts"
}

run_on() { # FOLDER [OPTION…]
    local folder=$1 && shift
    echo "exec $apitest $folder --junit apitest.xml $*"
}

# Endpoints with this token beside plain requests that get the same answers.
compare() { # TITLE TOKEN
    local requests accepted refused token=$2
    enforced "$1/enforced" "$token" /orders "$endpoints"
    counts >/dev/null
    "$apitest" "$1/enforced" --quiet >/dev/null
    read -r requests accepted refused < <(counts)
    plain "$1/plain" "$token" $((accepted / endpoints)) $((refused / endpoints))
    python3 -IS "$here/rounds.py" "${server#http://}" "$1: $endpoints endpoints, $requests requests" \
        "$requests" "$accepted" "$refused" "$rounds" "$(run_on "$1/enforced")" "$(run_on "$1/plain")"
}

# One endpoint that takes 50 ms to answer.
slow() { # TITLE TOKEN
    local requests accepted refused token=$2
    enforced "$1/slow" "$token" /slow 1
    counts >/dev/null
    "$apitest" "$1/slow" --jobs 64 --quiet >/dev/null
    read -r requests accepted refused < <(counts)
    python3 -IS "$here/rounds.py" "${server#http://}" "$1: 1 endpoint of 50 ms, $requests requests, 64 jobs" \
        "$requests" "$accepted" "$refused" "$rounds" "$(run_on "$1/slow" --jobs 64)"
}

echo "$(uname -sm), $(getconf _NPROCESSORS_ONLN) cores; $("$apitest" --version)"
tokens=$here/../fixtures/tokens
cd "$work" # where no project file is near
serve
compare opaque bench-token-0123456789abcdef # of which nothing is signed
for algorithm in HS256 RS256 ES256; do
    token=$(tr -d '\n' <"$tokens/alice-$(tr A-Z a-z <<<"$algorithm").jwt")
    compare $algorithm "$token"
    slow $algorithm "$token"
done
