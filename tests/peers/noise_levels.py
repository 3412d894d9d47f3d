"""Levels of days and nights from hours, computed without limpid: `noise_levels.py ZONE FILE`.

FILE has lines `monitor,seconds since 1970 at which the hour starts,level in dB`. Printed is a JSON object from
`monitor date name` to the level, or null where too few hours are there; absent where there is none. Every hour is put into
its part by what a clock on the wall shows, which is another way than limpid's, which cuts spans of instants.
"""

import json
import math
import sys
from collections import defaultdict
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

MINIMUM = {"ld": 12, "ln": 6, "day": 9, "evening": 3, "night": 6}


def parts(local):
    """The dates and parts that an hour belongs to."""
    today, before = local.date(), local.date() - timedelta(days=1)
    hour = local.hour
    yield (today, "ld") if 6 <= hour < 22 else (today if hour >= 22 else before, "ln")
    if 7 <= hour < 19:
        yield today, "day"
    elif 19 <= hour < 23:
        yield today, "evening"
    else:
        yield today if hour >= 23 else before, "night"


def main():
    zone = ZoneInfo(sys.argv[1])
    heard = defaultdict(list)
    with open(sys.argv[2], encoding="utf-8") as lines:
        for line in lines:
            monitor, start, level = line.split(",")
            local = datetime.fromtimestamp(int(start), zone)
            for date, part in parts(local):
                heard[monitor, date, part].append(float(level))
    power = {}
    for key, levels in heard.items():
        enough = len(levels) >= MINIMUM[key[2]]
        power[key] = math.fsum(10 ** (level / 10) for level in levels) / len(levels) if enough else None
    out = {}

    def say(key, name, powers):
        mean = None if None in powers else 10 * math.log10(math.fsum(powers))
        out[f"{key[0]} {key[1]} {name}"] = mean

    for monitor, date in sorted({key[:2] for key in power}):
        def of(part):
            return power.get((monitor, date, part), 0)

        day, night = of("ld"), of("ln")
        for name, one in (("ld", day), ("ln", night)):
            if one != 0:
                say((monitor, date), name, [one])
        if 0 not in (day, night):
            say((monitor, date), "ldn", [None if day is None else day * 16 / 24, None if night is None else night * 10 * 8 / 24])
        three = [of("day"), of("evening"), of("night")]
        if 0 not in three:
            weights = (12, 4 * 10**0.5, 8 * 10)
            say((monitor, date), "lden", [None if one is None else one * weight / 24 for one, weight in zip(three, weights)])
    json.dump(out, sys.stdout)


main()
