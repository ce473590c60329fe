#!/usr/bin/env bash
# A million CSV rows: `tidetable import` beside the sqlite3 shell, which imports the same file into a plain table and
# builds the same indexes. Alternating runs in one go, because the machine may be shared; quote the ratio of medians.
# Usage: benches/import.sh [ROWS] [ROUNDS]   (needs sqlite3 and python3; builds the release binary)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
rows=${1:-1000000}
rounds=${2:-5}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cargo build --release --quiet
program=$PWD/target/release/tidetable

python3 - "$rows" >"$work/runs.csv" <<'PYTHON'
import random, sys, time
random.seed(5)
start = 1_760_000_000
print("task_type,started_at,ended_at,status,user,host,queue,exit_code,cpu_cores,memory_mib,gpu_count,gpu_memory_mib,external_id")
stamp = lambda seconds: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
for row in range(int(sys.argv[1])):
    start += random.randrange(30)
    gpu = "1,20000" if row % 5 == 0 else ","
    print(f"job-{random.randrange(200)},{stamp(start)},{stamp(start + random.randrange(5, 4000))},completed,"
          f"user{random.randrange(20)},node{row % 8},main,0,{random.choice((1, 2, 4, 8))},"
          f"{random.randrange(100, 64000)},{gpu},{row}")
PYTHON

cat >"$work/shell.sql" <<SQL
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
CREATE TABLE runs (task_type TEXT, started_at TEXT, ended_at TEXT, status TEXT, user TEXT, host TEXT, queue TEXT,
    exit_code INTEGER, cpu_cores REAL, memory_mib REAL, gpu_count REAL, gpu_memory_mib REAL, external_id TEXT);
.import --csv --skip 1 $work/runs.csv runs
CREATE UNIQUE INDEX runs_identity ON runs (task_type, started_at, user, host, external_id);
CREATE INDEX runs_started ON runs (started_at);
SQL

seconds() {
    local began ended
    began=$(date +%s.%N)
    "$@" >/dev/null
    ended=$(date +%s.%N)
    echo "$ended $began" | awk '{ printf "%.2f", $1 - $2 }'
}
with_shell() { rm -f "$work"/shell.db*; sqlite3 "$work/shell.db" <"$work/shell.sql"; }
with_tidetable() { rm -f "$work"/ours.db*; "$program" import "$work/runs.csv" --db "$work/ours.db" --no-progress; }

echo "round  sqlite3  tidetable  (seconds)"
for round in $(seq "$rounds"); do
    shell=$(seconds with_shell)
    ours=$(seconds with_tidetable)
    echo "$round      $shell     $ours"
    echo "$shell $ours" >>"$work/times"
done
median() { cut -d' ' -f"$1" "$work/times" | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
shell=$(median 1)
ours=$(median 2)
echo "median: sqlite3 $shell s, tidetable $ours s, ratio $(echo "$ours $shell" | awk '{ printf "%.2f", $1 / $2 }')"
