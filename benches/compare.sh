#!/usr/bin/env bash
# Compares apitest with Hurl on this machine: the same requests and checks for both, run in turns
# against a server on loopback that counts what it answered. Prints medians and ratios.
#
#   benches/compare.sh [ROUNDS]        rounds of each comparison, 11 unless told
#   APITEST=… HURL=… SERVER=…          other binaries than those built and found here
#   JOBS=… HURL_JOBS=…                 other numbers than each one's own default in the first one
#
# It needs cargo, python3 and, for the ratios, Hurl 8.0.1; on Debian:
#   apt-get install libcurl4-openssl-dev libxml2-dev libclang-dev pkg-config
#   cargo install hurl --version 8.0.1 --locked
set -euo pipefail
source "$(dirname "$0")/loopback.sh"
rounds=${1:-11}

token=bench-token-0123456789abcdef

# The same test for both: a GET with a bearer token, the status, a header and two JSON paths; every
# fourth has no token or a wrong one and must be refused.
apitest_test() { # PATH NUMBER
    echo "  - name: reads order $2"
    echo "    request: GET $1"
    case $(($2 % 8)) in
    3) echo "    auth: none" ;;
    7) echo "    auth: {bearer: a-token-that-is-wrong}" ;;
    esac
    if (($2 % 4 == 3)); then
        echo "    expect:"
        echo "      status: 401"
        echo "      headers: {content-type: application/json}"
        echo "      json: {\$.error: invalid_token, \$.detail.status: 401}"
    else
        echo "    expect:"
        echo "      status: 200"
        echo "      headers: {content-type: application/json}"
        echo "      json: {\$.order.owner: alice, '\$.items[1].count': 1}"
    fi
}

hurl_test() { # PATH NUMBER
    echo "GET $server$1"
    case $(($2 % 8)) in
    3) ;;
    7) echo "Authorization: Bearer a-token-that-is-wrong" ;;
    *) echo "Authorization: Bearer $token" ;;
    esac
    if (($2 % 4 == 3)); then
        echo "HTTP 401"
        echo "[Asserts]"
        echo 'header "content-type" == "application/json"'
        echo 'jsonpath "$.error" == "invalid_token"'
        echo 'jsonpath "$.detail.status" == 401'
    else
        echo "HTTP 200"
        echo "[Asserts]"
        echo 'header "content-type" == "application/json"'
        echo 'jsonpath "$.order.owner" == "alice"'
        echo 'jsonpath "$.items[1].count" == 1'
    fi
    echo
}

orders() { # FOLDER FILES TESTS PATH
    mkdir -p "$1/apitest" "$1/hurl"
    local file test
    for ((file = 0; file < $2; file++)); do
        {
            printf 'base_url: %s\nauth: {bearer: %s}\ntests:\n' "$server" $token
            for ((test = 0; test < $3; test++)); do apitest_test "$4/$test" $test; done
        } >"$1/apitest/orders-$file.yaml"
        for ((test = 0; test < $3; test++)); do
            hurl_test "$4/$test" $test
        done >"$1/hurl/orders-$file.hurl"
    done
}

# Bodies of 100 KB, all accepted.
bodies() { # FOLDER FILES TESTS
    mkdir -p "$1/apitest" "$1/hurl"
    local file test
    for ((file = 0; file < $2; file++)); do
        {
            printf 'base_url: %s\nauth: {bearer: %s}\ntests:\n' "$server" $token
            for ((test = 0; test < $3; test++)); do
                printf '  - name: body %s\n    request: GET /large/%s\n' $test $test
                printf '    expect: {status: 200, json: {$.owner: alice}}\n'
            done
        } >"$1/apitest/bodies-$file.yaml"
        for ((test = 0; test < $3; test++)); do
            printf 'GET %s/large/%s\nAuthorization: Bearer %s\n' "$server" $test $token
            printf 'HTTP 200\n[Asserts]\njsonpath "$.owner" == "alice"\n\n'
        done >"$1/hurl/bodies-$file.hurl"
    done
}

# Two bodies of 100 KB a test: the first is captured whole, and the second request knows a part of it.
captures() { # FOLDER FILES TESTS
    mkdir -p "$1/apitest" "$1/hurl"
    local file test
    for ((file = 0; file < $2; file++)); do
        {
            printf 'base_url: %s\nauth: {bearer: %s}\ntests:\n' "$server" $token
            for ((test = 0; test < $3; test++)); do
                printf '  - name: body %s\n    steps:\n' $test
                printf '      - request: GET /large/%s\n' $test
                printf '        capture: {all: $, owner: $.owner}\n'
                printf '      - request: GET /large/%s?of=${owner}\n' $test
                printf '        expect: {status: 200, json: {$: "${all}"}}\n'
            done
        } >"$1/apitest/captures-$file.yaml"
        for ((test = 0; test < $3; test++)); do
            printf 'GET %s/large/%s\nAuthorization: Bearer %s\n' "$server" $test $token
            printf 'HTTP 200\n[Captures]\nall: body\nowner: jsonpath "$.owner"\n\n'
            printf 'GET %s/large/%s?of={{owner}}\nAuthorization: Bearer %s\n' "$server" $test $token
            printf 'HTTP 200\n[Asserts]\nbody == "{{all}}"\n\n'
        done >"$1/hurl/captures-$file.hurl"
    done
}

apitest_on() { # FOLDER [OPTION…]
    local folder=$1 && shift
    echo "exec $apitest $folder/apitest --junit apitest.xml $*"
}

hurl_on() { # FOLDER [OPTION…]
    local folder=$1 && shift
    [ -n "$hurl" ] || return 0
    # Hurl adds to a report that is there, so each process has its own.
    echo "exec $hurl --test --no-output --report-junit hurl-\$\$.xml $* $folder/hurl"
}

# TITLE REQUESTS 200s 401s ROUNDS COMMAND [COMMAND]; the first command is apitest's. CASES says how
# many test cases its report has, when that is not one a request.
compare() {
    python3 -IS "$here/rounds.py" "${server#http://}" "$@"
    local reported expected=${CASES:-$2}
    reported=$(grep -o '<testcase ' apitest.xml | wc -l)
    [ "$reported" -eq "$expected" ] || { echo "$reported test cases in the report, not $expected" >&2 && exit 1; }
}

hurl=${HURL:-$(command -v hurl || true)}
echo "$(uname -sm), $(getconf _NPROCESSORS_ONLN) cores; $("$apitest" --version); ${hurl:+$("$hurl" --version | head -n 1)}"
[ -n "$hurl" ] || echo "Without Hurl there are no ratios; the head of this script says how to get it." >&2

cd "$work" # where no project file is near
serve
orders main 100 100 /orders
orders slow-many 100 10 /slow
orders slow-one 1 1000 /slow
orders single 1 1 /orders
bodies large 30 100
captures captured 30 50

compare "10,000 tests in 100 files" 10000 7500 2500 "$rounds" \
    "$(apitest_on main ${JOBS:+--jobs $JOBS})" "$(hurl_on main ${HURL_JOBS:+--jobs $HURL_JOBS})"
compare "1 test, start to exit" 1 1 0 $((rounds * 3)) "$(apitest_on single)" "$(hurl_on single)"
compare "1,000 requests of 50 ms in 100 files, 64 jobs" 1000 800 200 3 "$(apitest_on slow-many --jobs 64)"
compare "1,000 requests of 50 ms in 1 file, 64 jobs" 1000 750 250 3 "$(apitest_on slow-one --jobs 64)"
compare "3,000 bodies of 100 KB" 3000 3000 0 "$rounds" "$(apitest_on large)" "$(hurl_on large)"
CASES=1500 compare "3,000 bodies of 100 KB, each second one compared with a capture" 3000 3000 0 "$rounds" \
    "$(apitest_on captured)" "$(hurl_on captured)"
