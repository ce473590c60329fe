#!/bin/sh
# Stampedes at 00:00 and 02:00: what a plan within half an hour gains, on runs that it was not made from.
# benches/stampede.sh [FIRST_SEED] [LAST_SEED] [TIME_LIMIT]; build first: cargo build --release --examples --bins
set -eu
first=${1:-1} last=${2:-10} limit=${3:-2s}
target=${CARGO_TARGET_DIR:-$(dirname "$0")/../target}/release
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mined=2026-02-16T06:00:00Z after=2026-03-16T00:00:00Z
printf 'seed\tstrategy\tplanned before\tplanned after\treplayed peak\tvariance\toverload min\twaiting min\n'
for seed in $(seq "$first" "$last"); do
    "$target/examples/generate_stampede" "$work/$seed" "$seed" 70
    tidetable() { "$target/tidetable" --quiet --config "$work/$seed/tidetable.toml" --db "$work/$seed/store.db" "$@"; }
    tidetable import "$work/$seed/runs.csv" --now "$after" >/dev/null
    tidetable analyze-activity-patterns --days 60 --now "$mined" >/dev/null
    tidetable generate-scheduling-rules --auto-enable --max-rules 40 --now "$mined" >/dev/null
    for strategy in peak-mitigation balance-load; do
        tidetable optimize-resource-schedule --$strategy --time-limit "$limit" --now "$mined" --output-format json >"$work/plan.json"
        tidetable backtest --plan latest --cut 2026-02-17 --now "$after" --output-format json >"$work/proof.json"
        python3 - "$seed" "$strategy" "$work" <<'P'
import json, sys
seed, strategy, work = sys.argv[1:]
plan = json.load(open(work + "/plan.json"))["data"]
proof = json.load(open(work + "/proof.json"))["data"]
assert proof["is_enough"] and not proof["made_from_these_runs"], proof["too_thin"]
a, b = proof["without_plan"], proof["with_plan"]
objective = "peak" if strategy == "peak-mitigation" else "balance"
pair = lambda f: "%.0f -> %.0f" % (f(a), f(b))
print(seed, strategy, "%.0f" % plan["before"][objective], "%.0f" % plan["after"][objective],
      "%.0f%% -> %.0f%%" % (100 * a["load"]["peak_utilization"], 100 * b["load"]["peak_utilization"]),
      pair(lambda c: c["load"]["load_variance"]), pair(lambda c: c["load"]["overload_minutes"]),
      pair(lambda c: c["waiting"]["total_minutes"]), sep="\t")
P
    done
done
