"""Day means, largest 8-hour means and ozone sub-indices in DuckDB, for benches/history.rs.

Usage: duckdb_days.py FILE.parquet THREADS. Prints one JSON line: seconds, and sums to compare with.
The grid of hours in the file is complete (missing values are null), so that windows may count rows.
"""

import json
import sys
import time

import duckdb

QUERY = """
create or replace table days as
with hours as (
    select station, start, value, cast(start + interval 8 hour as date) as day
    from read_parquet('{path}')
),
moving as (
    select station, day, value,
           avg(value) over w as m8,
           count(value) over w as n8,
           row_number() over w as hour
    from hours
    window w as (partition by station, day order by start rows between 7 preceding and current row)
),
sums as (
    select station, day,
           case when count(value) >= 20 then avg(value) end as mean,
           max(m8) filter (hour >= 8 and n8 >= 6) as largest,
           count(*) filter (hour >= 8 and n8 >= 6) as windows
    from moving
    group by station, day
),
judged as (
    select station, day, mean,
           case when windows >= 14 or largest > 160 then largest end as max8h,
           round_even(case when windows >= 14 or largest > 160 then largest end, 0) as c
    from sums
)
select station, day, mean, max8h,
       case when c is null then null
            when c <= 100 then ceil(c * 50 / 100)
            when c <= 160 then ceil(50 + (c - 100) * 50 / 60)
            when c <= 215 then ceil(100 + (c - 160) * 50 / 55)
            when c <= 265 then ceil(150 + (c - 215) * 50 / 50)
            when c <= 800 then ceil(200 + (c - 265) * 100 / 535)
            else 300 end as sub
from judged
"""

path, threads = sys.argv[1], sys.argv[2]
connection = duckdb.connect()
connection.execute(f"set threads = {threads}")
seconds = []
for _ in range(3):
    begun = time.perf_counter()
    connection.execute(QUERY.format(path=path))
    seconds.append(time.perf_counter() - begun)
days, mean, max8h, sub = connection.execute("select count(*), sum(mean), sum(max8h), sum(sub) from days").fetchone()
print(json.dumps({"version": duckdb.__version__, "seconds": min(seconds), "days": days, "mean": mean, "max8h": max8h, "sub": sub}))
