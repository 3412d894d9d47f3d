"""Day means, largest 8-hour means and percentiles of hours with gaps, by pandas and by DuckDB, each written on its own from
the text of GB 3095-2026 table 4 and HJ 663 6.1.2. Also writes the hours as Parquet, for limpid to read.

Usage: air_days.py HOURS.csv ZONE_HOURS OUT.parquet
HOURS.csv has the columns station, parameter, start (UTC, seconds since 1970), value (may be empty).
Prints JSON: {"pandas": [[station, parameter, day, mean, max8h], …], "duckdb": the same, "percentiles": [[station, p, value], …]}
"""

import json
import sys

import duckdb
import numpy
import pandas

source, offset, target = sys.argv[1], int(sys.argv[2]), sys.argv[3]
hours = pandas.read_csv(source)


def by_pandas():
    rows = []
    local = pandas.to_datetime(hours["start"], unit="s") + pandas.Timedelta(hours=offset)
    frame = hours.assign(day=local.dt.date, hour=local.dt.hour)
    for (station, parameter, day), of_day in frame.groupby(["station", "parameter", "day"], sort=True):
        values = of_day.set_index("hour")["value"].reindex(range(24))
        mean = values.mean() if values.count() >= 20 else None
        windows = [values.iloc[end - 8 : end] for end in range(8, 25)]
        means = [window.mean() for window in windows if window.count() >= 6]
        largest = max(means) if means and (len(means) >= 14 or max(means) > 160) else None
        rows.append([station, parameter, str(day), mean, largest])
    return rows


def by_duckdb():
    connection = duckdb.connect()
    connection.execute("set threads = 1")
    connection.execute(
        f"""create table hours as select station, parameter, to_timestamp(start) at time zone 'UTC' as start, value
            from read_csv('{source}', columns = {{station: 'varchar', parameter: 'varchar', start: 'bigint', value: 'double'}})"""
    )
    connection.execute(f"copy (select * from hours order by value) to '{target}' (format parquet, row_group_size 2048)")
    rows = connection.execute(
        f"""
        with local as (select *, start + interval {offset} hour as moment from hours),
        grid as (
            select station, parameter, day, hour from
            (select distinct station, parameter, cast(moment as date) as day from local), (select unnest(range(24)) as hour)
        ),
        filled as (
            select g.*, l.value from grid g left join local l
            on l.station = g.station and l.parameter = g.parameter and cast(l.moment as date) = g.day and hour(l.moment) = g.hour
        ),
        moved as (
            select *, avg(value) over w as m, count(value) over w as n from filled
            window w as (partition by station, parameter, day order by hour rows between 7 preceding and current row)
        )
        select station, parameter, cast(day as varchar),
               case when count(value) >= 20 then avg(value) end,
               case when count(*) filter (hour >= 7 and n >= 6) >= 14 or max(m) filter (hour >= 7 and n >= 6) > 160
                    then max(m) filter (hour >= 7 and n >= 6) end
        from moved group by 1, 2, 3 order by 1, 2, 3
        """
    ).fetchall()
    return [list(row) for row in rows]


def percentiles(rows):
    found = []
    for station in sorted({row[0] for row in rows}):
        means = [row[3] for row in rows if row[0] == station and row[1] == "pm25" and row[3] is not None]
        found += [[station, p, float(numpy.percentile(means, p))] for p in (90, 95, 98)]
    return found


def plain(rows):
    return [[None if isinstance(cell, float) and cell != cell else cell for cell in row] for row in rows]


pandas_rows = plain(by_pandas())
print(json.dumps({"pandas": pandas_rows, "duckdb": plain(by_duckdb()), "percentiles": percentiles(pandas_rows)}))
