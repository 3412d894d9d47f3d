#!/usr/bin/env python3
"""Writes the made-up uploads that bodies.dict was trained on, one a file, into the folder named first.

    python3 data/journal/samples.py /tmp/samples && zstd --train /tmp/samples/* --maxdict=8192 --dictID=212 -o bodies.dict

bodies.dict is part of the journal's format: a further one gets a further id, and this one stays.
"""
import json, pathlib, random, sys

out = pathlib.Path(sys.argv[1])
out.mkdir(parents=True, exist_ok=True)
chance = random.Random(212)
AIR = ["a34004", "a34002", "a21026", "a21004", "a21005", "a05024", "a21003", "a21002", "a01001", "a01002", "a01006", "a01007", "a01008"]
WATER = ["w01001", "w01009", "w01010", "w01014", "w01003", "w01018", "w01019", "w21003", "w21011", "w21001", "w00000"]
OUTLET = ["a21026", "a21002", "a34013", "a19001", "a01011", "a01012", "a01013", "a01014", "a00000"]
OLD = ["011", "060", "101", "B01", "001", "02", "03", "01", "S01", "S02", "S03"]
NAMES = ["pm25", "pm10", "so2", "no2", "co", "o3", "ph", "do", "codmn", "nh3n", "tp", "tn", "leq", "temperature", "humidity"]

def number():
    return f"{chance.uniform(0, chance.choice([1, 10, 100, 1000])):.{chance.choice([0, 1, 2, 3])}f}"

def moment(step=1):
    y, m, d = chance.randint(2024, 2031), chance.randint(1, 12), chance.randint(1, 28)
    h, minute, s = chance.randint(0, 23), chance.randint(0, 59), chance.randint(0, 59)
    return f"{y}{m:02}{d:02}", f"{h:02}", f"{minute:02}", f"{s:02}"

def frame():
    station, factors = chance.choice([("22", AIR), ("21", WATER), ("32", WATER), ("31", OUTLET), ("31", OLD), ("32", OLD)])
    command, fields = chance.choice([("2011", ["Rtd"]), ("2051", ["Avg"]), ("2051", ["Min", "Avg", "Max"]), ("2061", ["Avg"]), ("2061", ["Cou", "Min", "Avg", "Max"]), ("2031", ["Avg"])])
    day, hour, minute, second = moment()
    time = day + hour + (minute + second if command == "2011" else minute + "00" if command == "2051" else "0000")
    mn = chance.choice(["010000A8900016F000169DC0", "88888880000001", "51150000000001"])[: chance.choice([14, 24])]
    items = [f"DataTime={time}"]
    for factor in chance.sample(factors, chance.randint(3, len(factors))):
        items.append(",".join([f"{factor}-{field}={number()}" for field in fields] + ([f"{factor}-Flag=N"] if chance.random() < 0.9 else [])))
    data = f"QN={day}{hour}{minute}{second}{chance.randint(0, 999):03};ST={station};CN={command};PW=123456;MN={mn};Flag={chance.choice([5, 5, 9, 4])};CP=&&{';'.join(items)}&&"
    return f"##{len(data):04}{data}{chance.randint(0, 65535):04X}"

def upload():
    day, hour, _, _ = moment()
    start = f"{day[:4]}-{day[4:6]}-{day[6:]}T{hour}:00:00+08:00"
    readings = [{"parameter": name, "start": start, "period": chance.choice(["PT1H", "PT1M"]), "value": float(number())} for name in chance.sample(NAMES, chance.randint(1, 6))]
    return json.dumps({"station": f"S{chance.randint(1, 99)}", "readings": readings}, separators=chance.choice([(",", ":"), (", ", ": ")]))

for index in range(4000):
    (out / f"{index:04}").write_text(frame() if index % 5 else upload())
