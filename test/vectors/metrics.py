#!/usr/bin/env python3
"""Golden values of src/math/metrics: what other programs give for small made-up series.

  metrics.py SCORERS > metrics.json

SCORERS holds nab_score.py (NAB 1.1) and tsad_metrics.py (VUS as in TSB-AD), written from the same papers by somebody else; they
are not part of this repository. Needs numpy and pandas.
"""
import json
import sys

import numpy as np
import pandas as pd

sys.path.insert(0, sys.argv[1])
import nab_score as nab  # noqa: E402
import tsad_metrics as tsad  # noqa: E402

rng = np.random.default_rng(1)


def events(rows, count, longest):
    """Runs of rows, in order, apart from each other by a row at least."""
    label = np.zeros(rows, bool)
    for _ in range(count):
        a = int(rng.integers(0, rows))
        label[a:a + int(rng.integers(1, longest + 1))] = True
    return tsad.runs(label)


def vus_case(rows, count, longest, window, digits):
    label = np.zeros(rows, bool)
    runs = events(rows, count, longest)
    for a, b in runs:
        label[a:b + 1] = True
    score = np.round(rng.random(rows) ** 3 + 0.3 * label * rng.random(rows), digits)
    return dict(events=runs, score=score.tolist(), window=window, vusPr=tsad.vus(label, score, window)[1])


def nab_case(rows, count, longest, share):
    runs = events(rows, count, longest)
    times = pd.date_range("2024-01-01", periods=rows, freq="min")
    truth = {"f": nab.FileTruth("f", times.values, [(times[a], times[b]) for a, b in runs])}
    flagged = rng.random(rows) < share
    summary, files = nab.score_at(truth, {"f": flagged.astype(float)}, 0.5)
    r = files["standard"]["f"]
    return dict(rows=rows, windows=runs, detections=np.flatnonzero(flagged).tolist(),
                tally=dict(windows=r["all_windows"], scorable=r["windows"], hits=r["hits"], earned=r["tp"], spoilt=r["fp_value"]),
                scores=[summary[p]["score"] for p in nab.PROFILES])


def alarm_case(rows, count, longest, share):
    runs = events(rows, count, longest)
    label = np.zeros(rows, bool)
    for a, b in runs:
        label[a:b + 1] = True
    raised = rng.random(rows) < share
    raised[1:] &= ~raised[:-1]  # each row that is left is a rise of its own
    raised[1:] &= ~raised[:-1]
    c = tsad.event_counts(label, raised)
    return dict(events=runs, alarms=[a for a, _ in tsad.runs(raised)],
                counts=dict(events=c["events"], found=c["hit"], false=c["false"], delays=c["delays"]))


def period_case(rows, length):
    t = np.arange(rows)
    x = np.round(np.sin(2 * np.pi * t / length) + 0.3 * rng.standard_normal(rows), 3)
    return dict(x=x.tolist(), period=tsad.period(x))


json.dump(dict(
    vus=[vus_case(60, 1, 8, 6, 3), vus_case(120, 4, 10, 9, 1), vus_case(300, 8, 12, 40, 2), vus_case(40, 6, 5, 25, 3),
         vus_case(300, 3, 40, 0, 3)],
    nab=[nab_case(100, 1, 20, 0.05), nab_case(300, 3, 30, 0.03), nab_case(200, 4, 40, 0.2), nab_case(200, 2, 1, 0.05),
         nab_case(60, 2, 25, 0.0)],
    alarms=[alarm_case(100, 3, 10, 0.1), alarm_case(200, 8, 20, 0.05), alarm_case(50, 1, 5, 0.5)],
    periods=[period_case(300, 24), period_case(200, 7), period_case(500, 96), period_case(30, 5), period_case(10, 90)],
), sys.stdout)
print()
