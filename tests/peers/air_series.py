"""Hours of minutes, moving means, and months, of series with 40 % missing, by pandas and by DuckDB, each written on its own from the
text of GB 3095-2026 clauses 3 and 6 and table 4.

Usage: air_series.py MINUTES.csv HOURS.csv ZONE_HOURS OUT.parquet
MINUTES.csv has the columns start (UTC, seconds since 1970), value (may be empty); HOURS.csv station, parameter, start, value.
Prints JSON: {"pandas": {"hours": [[start, mean, n], …], "moving": [[station, parameter, start, mean8, mean24], …],
"months": [[station, parameter, month, mean, n], …]}, "duckdb": the same}
"""

import json
import sys

import duckdb
import pandas

minutes_csv, hours_csv, offset, target = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]


def by_pandas():
    minutes = pandas.read_csv(minutes_csv)
    of_hour = minutes.groupby(minutes["start"] // 3600 * 3600)["value"].agg(["mean", "count"])
    hours = [[int(start), mean if n >= 45 else None, int(n)] for start, mean, n in of_hour.itertuples()]
    moving, months = [], []
    for (station, parameter), series in pandas.read_csv(hours_csv).groupby(["station", "parameter"], sort=True):
        series = series.set_index("start")["value"]
        # Every hour from the first row to the last, whether it has a row or not.
        series = series.reindex(range(series.index.min(), series.index.max() + 3600, 3600))
        eight, day = series.rolling(8, min_periods=6).mean(), series.rolling(24, min_periods=20).mean()
        moving += [[station, parameter, int(start), eight[start], day[start]] for start in series.index]
        local = pandas.to_datetime(series.index, unit="s") + pandas.Timedelta(hours=offset)
        days = series.groupby(local.strftime("%Y-%m-%d")).agg(["mean", "count"])
        days = days["mean"].where(days["count"] >= 20)
        of_month = days.groupby(days.index.str[:7]).agg(["mean", "count"])
        for month, mean, n in of_month.itertuples():
            needed = 25 if month.endswith("-02") else 27
            months.append([station, parameter, month, mean if n >= needed else None, int(n)])
    return {"hours": hours, "moving": moving, "months": months}


def by_duckdb():
    connection = duckdb.connect()
    connection.execute("set threads = 1")
    columns = "{station: 'varchar', parameter: 'varchar', start: 'bigint', value: 'double'}"
    connection.execute(f"create table hours as select * from read_csv('{hours_csv}', columns = {columns})")
    connection.execute(
        f"""copy (select station, parameter, to_timestamp(start) at time zone 'UTC' as start, value from hours order by value)
            to '{target}' (format parquet, row_group_size 2048)"""
    )
    hours = connection.execute(
        f"""select start // 3600 * 3600 as hour, case when count(value) >= 45 then avg(value) end, count(value)
            from read_csv('{minutes_csv}', columns = {{start: 'bigint', value: 'double'}}) group by 1 order by 1"""
    ).fetchall()
    connection.execute(
        """create table grid as
           select station, parameter, start, value from
           (select station, parameter, unnest(range(first, last + 1, 3600)) as start from
            (select station, parameter, min(start) as first, max(start) as last from hours group by 1, 2))
           left join hours using (station, parameter, start)"""
    )
    moving = connection.execute(
        """select station, parameter, start, case when count(value) over eight >= 6 then avg(value) over eight end,
                  case when count(value) over day >= 20 then avg(value) over day end
           from grid window eight as (partition by station, parameter order by start rows between 7 preceding and current row),
                            day as (partition by station, parameter order by start rows between 23 preceding and current row)
           order by 1, 2, 3"""
    ).fetchall()
    months = connection.execute(
        f"""with days as (
                select station, parameter, cast(to_timestamp(start) at time zone 'UTC' + interval {offset} hour as date) as day,
                       case when count(value) >= 20 then avg(value) end as mean
                from grid group by 1, 2, 3)
            select station, parameter, strftime(day, '%Y-%m') as month,
                   case when count(mean) >= case when month(min(day)) = 2 then 25 else 27 end then avg(mean) end, count(mean)
            from days group by 1, 2, 3 order by 1, 2, 3"""
    ).fetchall()
    return {"hours": [list(row) for row in hours], "moving": [list(row) for row in moving], "months": [list(row) for row in months]}


def plain(figures):
    def cell(value):
        return None if isinstance(value, float) and value != value else value

    return {name: [[cell(value) for value in row] for row in rows] for name, rows in figures.items()}


print(json.dumps({"pandas": plain(by_pandas()), "duckdb": plain(by_duckdb())}))
