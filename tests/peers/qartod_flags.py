"""Flags of ioos_qc for a series of hours.

Usage: qartod_flags.py SERIES.csv LIMITS.json
SERIES.csv has the columns start (seconds since 1970) and value (may be empty), an hour a row without gaps.
LIMITS.json: {"range": [fail_below, suspect_below, suspect_above, fail_above], "spike": [suspect, fail], "rate": [suspect, fail],
"flat": [suspect_hours, fail_hours, tolerance], "climatology": {"month": m, "low": a, "high": b}}
Prints JSON: {"range": [flags], …}
"""

import csv
import json
import sys

import numpy
from ioos_qc import qartod

with open(sys.argv[1], encoding="utf-8") as file:
    rows = list(csv.DictReader(file))
with open(sys.argv[2], encoding="utf-8") as file:
    limits = json.load(file)
times = numpy.array([int(row["start"]) for row in rows], dtype="datetime64[s]")
values = numpy.array([float(row["value"] or "nan") for row in rows])

fail_below, suspect_below, suspect_above, fail_above = limits["range"]
suspect_hours, fail_hours, tolerance = limits["flat"]
climate = limits["climatology"]
config = qartod.ClimatologyConfig()
config.add(tspan=(climate["month"], climate["month"]), vspan=(climate["low"], climate["high"]), period="month")
flags = {
    "range": qartod.gross_range_test(values, (fail_below, fail_above), (suspect_below, suspect_above)),
    "spike": qartod.spike_test(values, *limits["spike"]),
    # Per second, there.
    "rate": qartod.rate_of_change_test(values, times, limits["rate"][0] / 3600, limits["rate"][1] / 3600),
    # There a range must be below the tolerance, here it may be the tolerance itself.
    "flat": qartod.flat_line_test(values, times, suspect_hours * 3600, fail_hours * 3600, tolerance + 1e-9),
    "climatology": qartod.climatology_test(config, values, times, numpy.zeros(len(values))),
}
print(json.dumps({name: [int(flag) for flag in numpy.ma.filled(found, 9)] for name, found in flags.items()}))
