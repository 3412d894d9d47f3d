"""Sub-indices of aqi-hub (HJ 633-2026 and US EPA 2024) and python-aqi (HJ 633-2012 and an older US table) on a dense grid of concentrations, with
what each value would be by the faults of these libraries that we know.

Usage: aqi_grid.py hj633.csv us_epa.csv. Prints JSON: [[library, item, value as text, theirs, {fault: predicted}], …]
"""

import csv
import json
import math
import sys
import warnings
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

import aqi as python_aqi
from aqi_hub.aqi_cn.aqi import cal_iaqi_cn
from aqi_hub.aqi_usa.aqi import cal_iaqi_usa

warnings.simplefilter("ignore")
INDEX = [0, 50, 100, 150, 200, 300, 400, 500]
EPA = [(0, 50), (51, 100), (101, 150), (151, 200), (201, 300), (301, 500)]


def table(path):
    with open(path, encoding="utf-8") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


curves = {}
for row in table(sys.argv[1]):
    points = [(Fraction(row[f"i{index}"]), index) for index in INDEX if row[f"i{index}"]]
    curves[row["scheme"], row["parameter"], row["average"]] = points


def line(points, value):
    """Between the breakpoints, exact; None above them."""
    for (low, index_low), (high, index_high) in zip(points, points[1:]):
        if low <= value <= high:
            return index_low + (value - low) * (index_high - index_low) / (high - low)
    return None


def floats(points, value):
    """The same in binary fractions, rounded up."""
    for (low, index_low), (high, index_high) in zip(points, points[1:]):
        if low <= value <= high:
            slope = (index_high - index_low) / (float(high) - float(low))
            return math.ceil(slope * (float(value) - float(low)) + index_low)
    return None


def bands(points, value):
    """Every band but the first begins one above the one before it, in concentration and in index; cut, and to the nearest."""
    value = Fraction(math.floor(value))
    for place, ((low, index_low), (high, index_high)) in enumerate(zip(points, points[1:])):
        low, index_low = (low + 1, index_low + 1) if place else (low, index_low)
        if value <= high:
            index = index_low + (value - low) * (index_high - index_low) / (high - low)
            return int(index.__round__())
    return None


found = []
steps = {"co": (Fraction(1, 10), 1501)}
hub = {"pm25": "PM25", "pm10": "PM10", "so2": "SO2", "no2": "NO2", "co": "CO", "o3": "O3"}
for (scheme, parameter, average), points in curves.items():
    # Nitrogen dioxide up to the last breakpoint of its hour, ozone and the rest beyond theirs.
    step, count = steps.get(parameter, (Fraction(1), 3841 if parameter == "no2" else 2701))
    for k in range(count):
        value = k * step
        text = str(float(value)) if parameter == "co" else str(int(value))
        if scheme == "hj633-2026":
            item = hub[parameter] + {"day": "_24H", "hour": "_1H", "8h": "_8H"}[average]
            theirs = cal_iaqi_cn(item, float(value))
            hour = line(curves.get((scheme, parameter, "hour"), points), value)
            faults = {"binary floats": floats(points, value), "hour table": None if hour is None else math.ceil(hour)}
            found.append(["aqi-hub", f"{parameter} {average}", text, theirs, faults])
        else:
            names = {"day": "_24h", "hour": "_1h", "8h": "_8h"}
            item = parameter if parameter.startswith("pm") else parameter + names[average]
            try:
                theirs = int(python_aqi.to_iaqi(item, text, algo=python_aqi.ALGO_MEP))
            except (IndexError, TypeError):
                # Above its table it fails.
                theirs = None
            found.append(["python-aqi", f"{parameter} {average}", text, theirs, {"bands": bands(points, value)}])
for row in table(sys.argv[2]):
    item = {("pm25", "day"): "PM25_24H", ("pm10", "day"): "PM10_24H", ("no2", "hour"): "NO2_1H"}.get((row["parameter"], row["average"]))
    if item is None:
        continue
    digits = int(row["decimals"])
    step = Fraction(1, 10**digits)
    highs = [Fraction(row[f"b{band}"]) for band in range(1, 7) if row[f"b{band}"]]
    for k in range(int(highs[-1] / step) + 1):
        value, low = k * step, Fraction(row["first"])
        for (index_low, index_high), high in zip(EPA, highs):
            if value <= high:
                index = index_low + (value - low) * (index_high - index_low) / (high - low)
                break
            low = high + step
        try:
            theirs = cal_iaqi_usa(float(value), item)
        except ValueError:
            theirs = None
        text = str(float(value)) if digits else str(int(value))
        found.append(["aqi-hub", f"us {row['parameter']}", text, theirs, {"truncated": math.floor(index), "to 1249 only": 500}])

# The US table that python-aqi has: ozone of 2008, particles of 2012, and two lines above an index of 300 where the document of 2024
# has one (retyped from 40 CFR 58 appendix G as it stood in 2013, by what the library does).
OLD_EPA = [(0, 50), (51, 100), (101, 150), (151, 200), (201, 300), (301, 400), (401, 500)]
OLD = {
    ("o3", "8h"): ("0", "59 75 95 115 374"),
    ("o3", "hour"): ("125", "- - 164 204 404 504 604"),
    ("pm25", "day"): ("0", "12.0 35.4 55.4 150.4 250.4 350.4 500.4"),
    ("pm10", "day"): ("0", "54 154 254 354 424 504 604"),
    ("co", "8h"): ("0", "4.4 9.4 12.4 15.4 30.4 40.4 50.4"),
    ("so2", "hour"): ("0", "35 75 185 304 604 804 1004"),
    ("no2", "hour"): ("0", "53 100 360 649 1249 1649 2049"),
}


def old(first, highs, step, value):
    """By the older table, to the nearest and of halves to the even; None outside of it."""
    low = Fraction(first)
    if value < low:
        return None
    for (index_low, index_high), high in zip(OLD_EPA, highs.split()):
        if high == "-":
            continue
        if value <= Fraction(high):
            return round(index_low + (value - low) * (index_high - index_low) / (Fraction(high) - low))
        low = Fraction(high) + step
    return None


def divided(first, highs, step, value):
    """The same in decimals of 28 digits, divided before it is multiplied: a half becomes a little less."""
    low = Decimal(first)
    value = Decimal(value.numerator) / Decimal(value.denominator)
    for (index_low, index_high), high in zip(OLD_EPA, highs.split()):
        if high == "-":
            continue
        if low <= value <= Decimal(high):
            index = (index_high - index_low) / (Decimal(high) - low) * (value - low) + index_low
            return int(index.quantize(Decimal(1), ROUND_HALF_EVEN))
        low = Decimal(high) + Decimal(step.numerator) / Decimal(step.denominator)
    return None


names = {"o3": "o3_", "pm25": "pm25", "pm10": "pm10", "co": "co_", "so2": "so2_", "no2": "no2_"}
ends = {"8h": "8h", "hour": "1h", "day": ""}
for row in table(sys.argv[2]):
    parameter, average = row["parameter"], row["average"]
    if (parameter, average) not in OLD:
        continue
    digits = int(row["decimals"])
    step = Fraction(1, 10**digits)
    first, highs = OLD[parameter, average]
    last = max(Fraction(high) for high in [*highs.split(), *(row[f"b{band}"] or "0" for band in range(1, 7))] if high != "-")
    # Ozone is asked in ppm.
    scale, written = (1000, 3) if parameter == "o3" else (1, digits)
    for k in range(int(Fraction(first) / step), int(last / step) + 1):
        value = k * step
        try:
            theirs = python_aqi.to_iaqi(names[parameter] + ends[average], f"{float(value / scale):.{written}f}", algo=python_aqi.ALGO_EPA)
            theirs = None if theirs is None else int(theirs)
        except (IndexError, TypeError, ArithmeticError):
            theirs = None
        text = str(float(value)) if digits else str(int(value))
        found.append(["python-aqi", f"us {parameter} {average}", text, theirs, {"older table": old(first, highs, step, value), "older table, divided first": divided(first, highs, step, value)}])
print(json.dumps(found))
