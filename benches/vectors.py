#!/usr/bin/env python3
"""Top-10 search over vectors beside faiss-cpu's IndexFlatIP and numpy, on the same cores, one after the other.

Usage: benches/vectors.py PROGRAM [ROWS [ROUNDS]], with numpy and faiss-cpu from PyPI in a virtual environment.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import faiss
import numpy as np

COLUMNS, QUERIES, WANTED, ALL_PAIRS = 256, 1000, 10, 20_000


def unit_rows(generator, rows):
    values = generator.standard_normal((rows, COLUMNS), dtype=np.float32)
    values /= np.linalg.norm(values, axis=1, keepdims=True)
    return values


def timed(work):
    began = time.perf_counter()
    answer = work()
    return time.perf_counter() - began, answer


def by_numpy(base, queries):
    """In parts of the base, as all scores at once would not fit into memory."""
    best = None
    for first in range(0, len(base), 100_000):
        scores = queries @ base[first : first + 100_000].T
        places = np.argpartition(-scores, WANTED, axis=1)[:, :WANTED]
        found = np.take_along_axis(scores, places, axis=1)
        best = (found, places + first) if best is None else (np.hstack([best[0], found]), np.hstack([best[1], places + first]))
    order = np.argsort(-best[0], axis=1)[:, :WANTED]
    return np.take_along_axis(best[1], order, axis=1)


def by_tidetable(program, *arguments):
    command = [program, "search-similar-patterns", *arguments, "--max-results", str(WANTED), "--output-format", "json"]
    return json.loads(subprocess.run(command, capture_output=True, check=True).stdout)["data"]


def main():
    program = sys.argv[1]
    rows = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 3
    generator = np.random.default_rng(1)
    base, queries = unit_rows(generator, rows), unit_rows(generator, QUERIES)
    index = faiss.IndexFlatIP(COLUMNS)
    index.add(base)
    with tempfile.TemporaryDirectory() as folder:
        files = [str(Path(folder, name)) for name in ("base.npy", "queries.npy", "few.npy")]
        np.save(files[0], base)
        np.save(files[1], queries)
        np.save(files[2], base[:ALL_PAIRS])
        for number in range(1, rounds + 1):
            by_faiss, (_, near) = timed(lambda: index.search(queries, WANTED))
            numpy_took, _ = timed(lambda: by_numpy(base, queries))
            ours = by_tidetable(program, "--vectors", files[0], "--queries", files[1])
            same = sum(
                {one["index"] for one in found["neighbours"]} == set(near[query].tolist())
                for query, found in enumerate(ours["results"])
            )
            print(
                f"round {number}: {rows} rows, {QUERIES} queries: faiss {by_faiss:.2f} s, numpy {numpy_took:.2f} s, "
                f"tidetable {ours['search_seconds']:.2f} s (read {ours['read_seconds']:.2f}), same neighbours {same}"
            )
        few = faiss.IndexFlatIP(COLUMNS)
        few.add(base[:ALL_PAIRS])
        for number in range(1, rounds + 1):
            by_faiss, _ = timed(lambda: few.search(base[:ALL_PAIRS], WANTED + 1))
            ours = by_tidetable(program, "--vectors", files[2])
            print(f"round {number}: all pairs of {ALL_PAIRS}: faiss {by_faiss:.2f} s, tidetable {ours['search_seconds']:.2f} s")


if __name__ == "__main__":
    main()
