"""Moving means, day means, largest 8-hour means and the index of each day in DuckDB, for benches/history.rs.

Usage: duckdb_hours.py FILE.parquet THREADS hj633.csv. Prints one JSON line: seconds, and sums to compare with.
The grid of hours in the file is complete (missing values are null), so that windows may count rows.
"""

import csv
import json
import sys
import time

import duckdb

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
    """The sub-index of c as an SQL expression."""
    text = "case when c is null then null"
    for (low, index_low), (high, index_high) in zip(curve, curve[1:]):
        text += f" when c <= {high} then ceil({index_low} + (c - {low}) * {index_high - index_low} / {high - low})"
    return text + f" else {curve[-1][1]} end"


QUERY = """
create or replace table moved as
with hours as (
    select station, parameter, start, value, cast(start + interval 8 hour as date) as day
    from read_parquet('{path}')
)
select station, parameter, start, day, value,
       case when parameter = 'o3' then
            case when count(value) over w8 >= 6 then avg(value) over w8 end
       else case when count(value) over w24 >= 20 then avg(value) over w24 end end as moving,
       avg(value) over d as m8,
       count(value) over d as n8,
       row_number() over d as hour
from hours
window w8 as (partition by station, parameter order by start rows between 7 preceding and current row),
       w24 as (partition by station, parameter order by start rows between 23 preceding and current row),
       d as (partition by station, parameter, day order by start rows between 7 preceding and current row)
"""

DAYS = """
create or replace table days as
with sums as (
    select station, parameter, day,
           sum(moving) as moving,
           case when count(value) >= 20 then avg(value) end as mean,
           max(m8) filter (hour >= 8 and n8 >= 6) as largest,
           count(*) filter (hour >= 8 and n8 >= 6) as windows
    from moved group by station, parameter, day
),
judged as (
    select *, case when windows >= 14 or largest > 160 then largest end as max8h,
           case when parameter = 'o3' then round_even(case when windows >= 14 or largest > 160 then largest end, 0)
                when parameter = 'co' then round_even(mean, 1) else round_even(mean, 0) end as c
    from sums
)
select *, case parameter {cases} end as sub from judged
"""

INDICES = """
create or replace table indices as
select station, day, case when count(sub) = 6 or max(sub) > 100 then max(sub) end as index
from days group by station, day
"""

path, threads, table = sys.argv[1:4]
cases = " ".join(f"when '{parameter}' then {sub_index(curve)}" for parameter, curve in curves(table))
connection = duckdb.connect()
connection.execute(f"set threads = {threads}")
seconds = []
for _ in range(3):
    begun = time.perf_counter()
    # One query, so that no table of hours is written: the moving means are summed by day.
    moved = QUERY.format(path=path).replace("create or replace table moved as", "")
    connection.execute(DAYS.format(cases=cases).replace("from moved", f"from ({moved})"))
    connection.execute(INDICES)
    seconds.append(time.perf_counter() - begun)
days, moving, mean, max8h = connection.execute(
    "select count(*), sum(moving), sum(mean), sum(max8h) filter (parameter = 'o3') from days"
).fetchone()
index = connection.execute("select sum(index) from indices").fetchone()[0]
found = {"seconds": min(seconds), "moving": moving, "days": days, "mean": mean, "max8h": max8h, "index": index}
print(json.dumps({"name": f"duckdb {duckdb.__version__}", **found}))
