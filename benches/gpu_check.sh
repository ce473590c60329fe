#!/usr/bin/env bash
# The whole proof on a machine with an NVIDIA GPU: what is read, what is listed, that memory another program holds is freed and
# comes back by the driver's word, and how fast it all is. Ends with a block for docs/benchmarks.md. Changes nothing but what
# it started itself: the one process that is ended is its own.
#
# Usage: benches/gpu_check.sh [GIBIBYTES]       (8 by default; needs python3; builds the release program and an example)
#        PROGRAM=tidetable HOLDER=program benches/gpu_check.sh    takes these instead of building
#        ROUNDS=20 BENCH=yes|no        how often a command is timed, and whether `gpu bench` is run
# Exit code 0: all of it is as it should be; 1: something is not, and is named; 3: no GPU here.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
gibibytes=${1:-8}
rounds=${ROUNDS:-20}
work=$(mktemp -d)
holder_pid=
cleanup() {
    [ -z "$holder_pid" ] || kill "$holder_pid" 2>/dev/null || true
    rm -rf "$work"
}
trap cleanup EXIT
export TIDETABLE_DB=$work/store.db XDG_DATA_HOME=$work HOME=$work/home
mkdir -p "$HOME"
failures=0

if [ -z "${PROGRAM:-}" ]; then
    HOME=$(getent passwd "$(id -u)" | cut -d: -f6) cargo build --release --quiet --bin tidetable --example hold_gpu_memory
fi
program=${PROGRAM:-$PWD/target/release/tidetable}
holder=${HOLDER:-$PWD/target/release/examples/hold_gpu_memory}

# Runs the program with JSON into $work/NAME.json; its exit code is the answer.
ask() {
    local name=$1
    shift
    "$program" "$@" --output-format json >"$work/$name.json" 2>"$work/$name.err"
}

# What a Python expression over the document `d` gives: field NAME EXPRESSION.
field() {
    python3 -c 'import json, sys; d = json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' "$work/$1.json" "$2"
}

holds() {
    local words=$1 name=$2 expression=$3
    if [ "$(field "$name" "$expression" 2>/dev/null)" = True ]; then
        echo "ok    $words"
    else
        echo "WRONG $words"
        failures=$((failures + 1))
    fi
}

code=0
ask status gpu status || code=$?
if [ "$code" = 3 ]; then
    echo "no GPU to check: $(cat "$work/status.err")" >&2
    exit 3
fi
[ "$code" = 0 ] || { cat "$work/status.err" >&2; exit 1; }
holds "status tells total, used and free memory of each GPU" status \
    'all(g["memory_total_mib"] >= g["memory_used_mib"] + g["memory_free_mib"] - 1 for g in d["data"]["devices"])'

# By the numbers that the driver uses, too: the first GPU.
export CUDA_DEVICE_ORDER=PCI_BUS_ID
exec 9< <(exec "$holder" "$gibibytes")
holder_pid=$!
export GPU_CHECK_PID=$holder_pid
read -r -t 120 said <&9 || true
[ "${said:-}" = ready ] || { echo "WRONG the holder could not take $gibibytes GiB" >&2; exit 1; }
mib=$((gibibytes * 1024))

ask processes gpu processes || true
mine='[p for p in d["data"]["processes"] if p["pid"] == '"$holder_pid"']'
holds "processes lists the holder with at least $gibibytes GiB" processes "$mine[0][\"memory_mib\"] >= $mib"
listed=$(field processes "round($mine[0][\"memory_mib\"])" 2>/dev/null || echo unknown)
gpu=$(field processes "$mine[0][\"gpu_index\"]" 2>/dev/null || echo 0)
ask watch gpu watch --once || true
holds "watch keeps a reading" watch 'd["data"]["readings"] == 1'

ask held gpu status || true
first='[g for g in d["data"]["devices"] if g["index"] == '"$gpu"'][0]'
need=$(field held "int(min($first[\"memory_free_mib\"] + 0.9 * $mib, $first[\"memory_total_mib\"]))")
ask plan gpu clear --need "${need}MiB" --device "$gpu" --pid "$holder_pid" --idle-for 0 || true
holds "a plan ends nothing" plan 'd["data"]["status"] == "planned"'
kill -0 "$holder_pid" 2>/dev/null || { echo "WRONG the holder is gone after a plan"; failures=$((failures + 1)); }
began=$(date +%s.%N)
ask clear gpu clear --need "${need}MiB" --device "$gpu" --pid "$holder_pid" --idle-for 0 --yes || true
cleared=$(python3 -c "import time; print(f'{time.time() - $began:.2f}')")
holds "clear frees at least nine tenths of it, by the driver's word" clear "d[\"data\"][\"freed_mib\"] >= 0.9 * $mib"
holds "and says that the need is met" clear 'd["data"]["need"]["is_met"] is True'
freed=$(field clear 'round(d["data"]["freed_mib"])' 2>/dev/null || echo unknown)
if kill -0 "$holder_pid" 2>/dev/null; then
    echo "WRONG the holder still runs"
    failures=$((failures + 1))
fi
holder_pid=

bench="not run"
if [ "${BENCH:-yes}" != yes ]; then
    :
elif "$program" gpu bench --quick >"$work/bench.txt" 2>"$work/bench.err"; then
    bench=$(cat "$work/bench.txt")
else
    echo "WRONG gpu bench: $(tail -1 "$work/bench.err")"
    failures=$((failures + 1))
fi

# Median and most of so many runs, milliseconds, from process start to exit.
timed() {
    python3 - "$rounds" "$program" "$@" <<'PYTHON'
import statistics, subprocess, sys, time
spans = []
for _ in range(int(sys.argv[1])):
    began = time.perf_counter()
    subprocess.run(sys.argv[2:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    spans.append((time.perf_counter() - began) * 1000)
print(f"{statistics.median(spans):.1f} ms | {max(spans):.1f} ms")
PYTHON
}
status_time=$(timed gpu status)
clear_time=$(timed gpu clear --dry-run)

cat <<BLOCK

--- for docs/benchmarks.md ---
**On a GPU** ($(date -u +%Y-%m-%d), $(field held "$first[\"name\"]"), driver $(field status 'd["data"]["driver_version"]'),
tidetable $(field status 'd["tool_version"]')): a program held $gibibytes GiB; listed with $listed MiB; \`gpu clear --need\` freed
$freed MiB by the driver's word in $cleared s.

| command | median of $rounds | most |
|---|---|---|
| \`gpu status\` | $status_time |
| \`gpu clear --dry-run\` | $clear_time |

\`\`\`text
$bench
\`\`\`
BLOCK
echo
if [ "$failures" = 0 ]; then echo "all of it is as it should be"; else echo "$failures of it is not as it should be"; exit 1; fi
