"""The same as duckdb_hours.py with polars' streaming engine.

Usage: polars_hours.py FILE.parquet THREADS hj633.csv. Prints one JSON line: seconds, and sums to compare with.
"""

import csv
import json
import sys
import time

import polars as pl

SCHEME = "hj633-2026"
INDEX = [0, 50, 100, 150, 200, 300, 400, 500]


def curves(path):
    """Breakpoints that a daily index looks at, by parameter."""
    with open(path, encoding="utf-8") as file:
        for row in csv.DictReader(line for line in file if not line.startswith("#")):
            average = "8h" if row["parameter"] == "o3" else "day"
            if row["scheme"] == SCHEME and row["average"] == average:
                cells = [row[f"i{index}"] for index in INDEX]
                yield row["parameter"], [(float(c), i) for c, i in zip(cells, INDEX) if c]


def sub_index(curve):
    """The sub-index of the column c."""
    c = pl.col("c")
    chain = pl.when(c.is_null()).then(None)
    for (low, index_low), (high, index_high) in zip(curve, curve[1:]):
        chain = chain.when(c <= high).then((index_low + (c - low) * (index_high - index_low) / (high - low)).ceil())
    return chain.otherwise(curve[-1][1])


def run(path, table):
    value, o3 = pl.col("value"), pl.col("parameter") == "o3"
    series = ["station", "parameter"]
    hours = pl.scan_parquet(path).with_columns((pl.col("start") + pl.duration(hours=8)).dt.date().alias("day"))
    m8 = value.rolling_mean(8, min_samples=6)
    moved = hours.with_columns(
        pl.when(o3).then(m8).otherwise(value.rolling_mean(24, min_samples=20)).over(series).alias("moving"),
        m8.over([*series, "day"]).alias("m8"),
    )
    lasting = pl.col("m8").slice(7)
    days = moved.group_by([*series, "day"], maintain_order=True).agg(
        pl.col("moving").sum(),
        pl.when(value.count() >= 20).then(value.mean()).alias("mean"),
        lasting.max().alias("largest"),
        lasting.count().alias("windows"),
    )
    largest = pl.when((pl.col("windows") >= 14) | (pl.col("largest") > 160)).then(pl.col("largest"))
    days = days.with_columns(pl.when(o3).then(largest).alias("max8h"))
    even = lambda column, digits: column.round(digits, mode="half_to_even")
    c = pl.when(o3).then(even(pl.col("max8h"), 0))
    c = c.when(pl.col("parameter") == "co").then(even(pl.col("mean"), 1)).otherwise(even(pl.col("mean"), 0))
    days = days.with_columns(c.alias("c"))
    chain = None
    for parameter, curve in curves(table):
        when = pl.when(pl.col("parameter") == parameter) if chain is None else chain.when(pl.col("parameter") == parameter)
        chain = when.then(sub_index(curve))
    days = days.with_columns(chain.alias("sub")).collect(engine="streaming")
    sub = pl.col("sub")
    given = pl.when((sub.count() == 6) | (sub.max() > 100)).then(sub.max())
    return days, days.lazy().group_by("station", "day").agg(given.alias("index")).collect(engine="streaming")


path, _, table = sys.argv[1:4]
seconds = []
for _ in range(3):
    begun = time.perf_counter()
    days, indices = run(path, table)
    seconds.append(time.perf_counter() - begun)
found = {name: days[name].sum() for name in ["moving", "mean", "max8h"]}
found |= {"seconds": min(seconds), "days": days.height, "index": indices["index"].sum()}
print(json.dumps({"name": f"polars {pl.__version__}", **found}))
