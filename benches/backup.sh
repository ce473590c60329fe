#!/usr/bin/env bash
# A store of about 1 GiB: `tidetable backup` beside the sqlite3 shell's `.backup` with `zstd -3` behind it, which proves
# nothing of what it made. Alternating runs in one go, because the machine may be shared; quote the ratio of medians.
# Usage: benches/backup.sh [RUNS] [ROUNDS]   (needs sqlite3, zstd, python3 and GNU time; builds the release binary)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
runs=${1:-10000000}
rounds=${2:-3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cargo build --release --quiet
program=$PWD/target/release/tidetable

python3 - "$runs" <<'PYTHON' | "$program" import - --format csv --db "$work/store.db" --quiet >/dev/null
import random, sys
random.seed(5)
start = 1_700_000_000
print("task_type,started_at,ended_at,status,user,host,queue,exit_code,cpu_cores,memory_mib,external_id")
for row in range(int(sys.argv[1])):
    start += random.randrange(15)
    print(f"job-{random.randrange(2000)},{start},{start + random.randrange(5, 5000)},completed,user{random.randrange(40)},"
          f"node{row % 64},main,0,{random.choice((1, 2, 4, 8))},{random.randrange(100, 64000)},{4000000 + row}")
PYTHON
echo "store: $(stat -c %s "$work/store.db") bytes, $runs runs"

# Wall seconds, CPU seconds and the most memory of a command.
measured() {
    sync
    /usr/bin/time -f '%e %U %S %M' -o "$work/time" "$@" >/dev/null
    awk '{ printf "%s %.2f %.0f\n", $1, $2 + $3, $4 / 1024 }' "$work/time"
}

peer() {
    rm -f "$work/copy.db" "$work/copy.db.zst"
    sqlite3 "$work/store.db" ".backup $work/copy.db"
    zstd -3 -q "$work/copy.db" -o "$work/copy.db.zst"
}
export -f peer
export work

for round in $(seq "$rounds"); do
    rm -rf "$work/backups"
    echo "$(measured bash -c peer)" >>"$work/peer"
    rm -f "$work/copy.db" "$work/copy.db.zst"
    echo "$(measured "$program" backup --db "$work/store.db" --backup-dir "$work/backups")" >>"$work/ours"
    echo "round $round: wall s, cpu s, MiB: sqlite3 and zstd $(tail -1 "$work/peer"); tidetable $(tail -1 "$work/ours")"
done

median() { sort -n | awk '{ value[NR] = $1 } END { print value[int((NR + 1) / 2)] }'; }
for column in 1 2; do
    theirs=$(cut -d' ' -f"$column" "$work/peer" | median)
    ours=$(cut -d' ' -f"$column" "$work/ours" | median)
    name=$([ "$column" = 1 ] && echo wall || echo CPU)
    awk -v ours="$ours" -v theirs="$theirs" -v name="$name" 'BEGIN { printf "ratio of medians, %s: %.2f\n", name, ours / theirs }'
done
