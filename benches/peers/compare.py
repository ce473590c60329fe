#!/usr/bin/env python3
"""Peers on the cases of the mining benchmark: do they name the period, and do they name one where there is none?

    cargo bench --bench mining -- beacon null clean mild --seeds 1000..1004 --write /tmp/cases
    benches/peers/compare.py /tmp/cases

Makes a throw-away virtual environment beside the cases (pip install, PyPI) and runs in it: Autoperiod, CFD-Autoperiod and
SAZED of pyriodicity, Lomb-Scargle of astropy (false alarm probability 5 %), and scikit-mine's miner of cycles. The first four
read counts per minute (per span/20000 where that is longer), the last the instants themselves.

right: a reported period lies within 2 % of the true one (3 % for loops). false: any period is reported where nothing recurs, or, where
something does, none of those reported is right. F1 (scikit-mine only): its cycles that reach to within two periods of the
history's end, continued for a week, against the schedule's instants.
"""

import csv
import json
import subprocess
import sys
import time
import venv
import warnings
from collections import defaultdict
from datetime import datetime
from pathlib import Path

# scikit-mine 1.0.0 works with no newer scikit-learn or pandas than these.
PACKAGES = ["pyriodicity==0.8.2", "astropy==8.0.2", "scikit-mine==1.0.0", "scikit-learn==1.5.2", "pandas==2.2.3"]
WEEK = 7 * 86400
MOST_EVENTS = 200  # scikit-mine's time grows faster than the square of the events
MOST_CYCLES = 10_000


def inside_environment(folder):
    """Runs this script again with the packages, made once per folder."""
    home = folder / "peers-venv"
    python = home / "bin" / "python"
    if not python.exists():
        venv.create(home, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
    return subprocess.run([python, __file__, str(folder), "--inside"], check=False).returncode


def seconds(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def cases(folder):
    """Row, truth and ascending starts of each case of the one task type that is judged."""
    for path in sorted(folder.glob("*.truth.json")):
        truth = json.loads(path.read_text())
        if "chains" in truth or "habit_minute" in truth:
            continue
        with open(folder / path.name.replace(".truth.json", ".csv"), encoding="utf-8") as table:
            rows = csv.DictReader(table)
            starts = sorted(seconds(row["started_at"]) for row in rows if row["task_type"] == "task")
        if len(starts) >= 8:
            yield truth["row"], truth, starts


def counts(starts, truth):
    import numpy

    begin, end = (seconds(truth["history"][edge]) for edge in ("start", "end"))
    step = max(60.0, (end - begin) / 20_000)
    bins = max(2, int((end - begin) / step))
    found, _ = numpy.histogram(starts, bins=bins, range=(begin, begin + bins * step))
    return found.astype(float), step


def pyriodic(name):
    def periods(starts, truth):
        import pyriodicity

        series, step = counts(starts, truth)
        detector = getattr(pyriodicity, name)
        seeded = {} if name == "SAZED" else {"seed": 1}
        found = detector.detect(series, **seeded)
        if found is None:
            return []
        listed = found.tolist() if hasattr(found, "tolist") else found
        return [period * step for period in (listed if isinstance(listed, list) else [listed])]

    return periods


def lomb_scargle(starts, truth):
    import numpy
    from astropy.timeseries import LombScargle

    series, step = counts(starts, truth)
    times = numpy.arange(len(series)) * step
    model = LombScargle(times, series)
    frequency, power = model.autopower(maximum_frequency=0.5 / step, samples_per_peak=3)
    best = int(numpy.argmax(power))
    chance = model.false_alarm_probability(power[best], maximum_frequency=0.5 / step)
    return [1.0 / frequency[best]] if chance < 0.05 else []


def cycles(starts):
    """(start, period, repetitions) of scikit-mine's simple cycles."""
    import pandas
    from skmine.periodic import PeriodicPatternMiner

    events = pandas.Series("task", index=pandas.to_datetime(starts[-MOST_EVENTS:], unit="s"))
    miner = PeriodicPatternMiner(complex=False)
    found = miner.fit_transform(events)
    listed = []
    for _, row in found.iterrows():
        period = row["period_major"]
        period = period.total_seconds() if hasattr(period, "total_seconds") else float(period)
        begin = pandas.Timestamp(row["t0"])
        listed.append((begin.timestamp(), period, int(row["repetition_major"])))
    return [cycle for cycle in listed if cycle[1] > 0]


def continued(found, end):
    """Instants of the week after the end that cycles still kept would bring."""
    instants = set()
    for begin, period, length in found:
        last = begin + (length - 1) * period
        if end - last > 2 * period:
            continue
        step = 1
        while last + step * period < end + WEEK and len(instants) < MOST_CYCLES:
            if last + step * period >= end:
                instants.add(last + step * period)
            step += 1
    return sorted(instants)


def f1(predicted, slots, tolerance):
    """Each slot fulfils one prediction, in order of time."""
    hits, at = 0, 0
    for instant in predicted:
        while at < len(slots) and slots[at] < instant - tolerance:
            at += 1
        if at < len(slots) and slots[at] <= instant + tolerance:
            hits += 1
            at += 1
    return 2 * hits / (len(predicted) + len(slots)) if predicted or slots else None


def judge_periods(tally, found, truth):
    period = truth.get("period_seconds")
    tally["cases"] += 1
    if period is None:
        tally["false"] += bool(found)
        return
    within = 0.03 if truth["row"].startswith("loop") else 0.02
    right = any(abs(one / period - 1) <= within for one in found)
    tally["right"] += right
    tally["false"] += bool(found) and not right


def main():
    folder = Path(sys.argv[1])
    if "--inside" not in sys.argv:
        return inside_environment(folder)
    warnings.simplefilter("ignore")
    peers = {name: pyriodic(name) for name in ("Autoperiod", "CFDAutoperiod", "SAZED")}
    peers["LombScargle"] = lomb_scargle
    peers["scikit-mine"] = lambda starts, _: [period for _, period, _ in cycles(starts)]
    tallies = defaultdict(lambda: defaultdict(float))
    for row, truth, starts in cases(folder):
        slots = [seconds(text) for one in truth.get("schedules", []) for text in one["starts"]]
        end = seconds(truth["history"]["end"])
        for name, periods in peers.items():
            tally = tallies[(row, name)]
            began = time.process_time()
            try:
                if not slots:
                    judge_periods(tally, periods(starts, truth), truth)
                elif name == "scikit-mine":
                    tally["cases"] += 1
                    ahead = [slot for slot in slots if slot < end + WEEK]
                    score = f1(continued(cycles(starts), end), ahead, truth["tolerance_seconds"])
                    tally["scored"] += score is not None
                    tally["f1"] += score or 0.0
            except Exception as error:  # a peer that fails must not end the comparison
                tally["failed"] += 1
                print(f"{row}: {name}: {type(error).__name__}: {error}", file=sys.stderr)
            tally["seconds"] += time.process_time() - began
    print(f"{'case':<32} {'peer':<14} {'n':>3} {'right':>6} {'false':>6} {'F1':>6} {'failed':>6} {'s each':>7}")
    for (row, name), tally in sorted(tallies.items()):
        count = tally["cases"] or 1
        if tally["cases"] + tally["failed"] == 0:
            continue
        score = f"{tally['f1'] / tally['scored']:.3f}" if tally["scored"] else "-"
        print(
            f"{row:<32} {name:<14} {tally['cases']:>3.0f} {tally['right'] / count:>6.2f} "
            f"{tally['false'] / count:>6.2f} {score:>6} {tally['failed']:>6.0f} {tally['seconds'] / count:>7.2f}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
