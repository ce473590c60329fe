#!/usr/bin/env python3
"""Whole searches over stored patterns, from process start to exit, beside `view-detected-patterns --limit 1`.

Usage: benches/search.py [STORE [ROUNDS]], after `cargo build --release --bins --examples`; STORE is made with 10,000
patterns where it is not there. Commands take turns, so that other work on the machine falls on all of them.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RELEASE = Path(os.environ.get("CARGO_TARGET_DIR", Path(__file__).parent.parent / "target")) / "release"
COMMANDS = [
    "view-detected-patterns --pattern-id 77",
    "search-similar-patterns --pattern-id 77",
    "search-similar-patterns --pattern-id 77 --active-only --min-confidence 0.8",
    "search-similar-patterns --task-types backup-home-*",
    "search-similar-patterns --pattern-type interval",
    "search-similar-patterns --all-pairs",
    "search-similar-patterns --cluster --similarity 0.95",
]
SLOW = 4


def run(store, command):
    arguments = [RELEASE / "tidetable", *command.split(), "--db", store, "--quiet", "--output-format", "json"]
    began = time.perf_counter()
    subprocess.run(arguments, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began


def main():
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 20
    with tempfile.TemporaryDirectory() as folder:
        store = sys.argv[1] if len(sys.argv) > 1 else f"{folder}/store.db"
        if not Path(store).exists():
            subprocess.run([RELEASE / "examples/generate_patterns", store, "10000"], check=True)
        times = {command: [] for command in COMMANDS}
        for number in range(rounds):
            for place, command in enumerate(COMMANDS):
                if place <= SLOW or number < 3:
                    times[command].append(run(store, command))
        for command, all_times in times.items():
            median, worst = statistics.median(all_times) * 1000, max(all_times) * 1000
            print(f"{command:<80} median {median:8.1f} ms, slowest of {len(all_times)} {worst:8.1f} ms")


main()
