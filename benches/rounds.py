"""Runs one or two commands in turns; prints medians, and the ratios of the first to the second.

rounds.py HOST:PORT TITLE REQUESTS 200s 401s ROUNDS COMMAND [COMMAND]
NAMES="apitest hurl"    what the commands are called

A run that does not end with 0, or after which the server at HOST:PORT did not count just so many
answers, is no measurement: it ends everything. Ratios are medians over the pairs, so that a machine
that slows down for a while slows down both sides of them.

Nothing more is imported: on Linux the largest resident set of a child is at least that of its parent.
"""

import os
import socket
import sys
import time


def measured(command):
    """Wall seconds, CPU seconds and the largest resident set in MiB of a command."""
    silence = [(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_WRONLY, 0) for fd in (1, 2)]
    start = time.perf_counter()
    words = ["sh", "-c", command]
    _, status, usage = os.wait4(os.posix_spawnp("sh", words, os.environ, file_actions=silence), 0)
    wall = time.perf_counter() - start
    if status != 0:
        sys.exit(f"exit code {os.waitstatus_to_exitcode(status)} of: {command}")
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit


def counts(server):
    """How many answers, 200s and 401s there were since this was last asked."""
    host, port = server.split(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(b"GET /counts HTTP/1.1\r\n\r\n")
        answer = connection.recv(4096).decode()
    return [int(count) for count in answer.rpartition("\r\n\r\n")[2].split()]


def median(values):
    middle = sorted(values)[(len(values) - 1) // 2 : len(values) // 2 + 1]
    return sum(middle) / len(middle)


def run(server, expected, rounds, commands):
    """What was measured of each command, round by round."""
    sides = [[] for _ in commands]
    counts(server)
    for turn in range(rounds):
        order = list(range(len(commands)))
        for side in order if turn % 2 == 0 else reversed(order):
            sides[side].append(measured(commands[side]))
            if (found := counts(server)) != expected:
                sys.exit(f"{found}, not {expected}, requests, 200s and 401s of: {commands[side]}")
    return sides


def tell(title, requests, sides):
    print(f"\n{title}")
    names = os.environ.get("NAMES", "apitest hurl").split()
    for name, side in zip(names, sides):
        wall, cpu, memory = map(median, zip(*side))
        print(
            f"  {name:8}{wall * 1e3:7.1f} ms {requests / wall:8.0f} tests/s "
            f"{cpu / requests * 1e6:8.1f} us of CPU a test {memory:7.1f} MiB"
        )
    if len(sides) == 2:
        pairs = [[ours / theirs for ours, theirs in zip(*pair)] for pair in zip(*sides)]
        wall, cpu, memory = map(median, zip(*pairs))
        print(
            f"  {'ratio':8}{1 / wall:.2f} x the tests a second, "
            f"{cpu:.2f} x the CPU, {memory:.2f} x the memory"
        )


def main():
    server, title, *numbers = sys.argv[1:7]
    *expected, rounds = map(int, numbers)
    commands = [command for command in sys.argv[7:] if command]
    tell(title, expected[0], run(server, expected, rounds, commands))


main()
