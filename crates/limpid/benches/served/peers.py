"""Gives a file of rows to Datasette and to pygeoapi, each as its manual has it. Usage: peers.py ROWS.csv FOLDER PORT

FOLDER then holds rows.db with the tables `month` and `latest` (the newest row of each station and parameter), indexed by
station, parameter and start, and pygeoapi's configuration with the same two as collections.
"""
import csv
import json
import pathlib
import sqlite3
import sys

rows, folder, port = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3])
with open(rows, newline="", encoding="utf-8") as file:
    reader = csv.reader(file)
    names, lines = next(reader), list(reader)
place = {name: at for at, name in enumerate(names)}
newest = {}
for line in lines:
    key = line[place["station"]], line[place["parameter"]]
    if key not in newest or newest[key][place["start"]] < line[place["start"]]:
        newest[key] = line
tables = {"month": lines, "latest": list(newest.values())}

database = sqlite3.connect(folder / "rows.db")
kinds = ", ".join(f'"{name}" {"REAL" if name == "value" else "TEXT"}' for name in names)
for table, of in tables.items():
    database.execute(f"CREATE TABLE {table} ({kinds})")
    database.executemany(f"INSERT INTO {table} VALUES ({','.join('?' * len(names))})", of)
    database.execute(f"CREATE INDEX {table}_series ON {table} (station, parameter, start)")
database.commit()

resources = {}
for table, of in tables.items():
    path = folder / f"{table}.csv"
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "lon", "lat", *names])
        writer.writerows([at, 104.9, 28.5, *line] for at, line in enumerate(of))
    resources[table] = {
        "type": "collection",
        "title": table,
        "description": table,
        "keywords": ["air"],
        "extents": {"spatial": {"bbox": [-180, -90, 180, 90], "crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84"}},
        "limits": {"default_items": len(of), "max_items": len(of)},
        "providers": [{
            "type": "feature", "name": "CSV", "data": str(path), "id_field": "id",
            "geometry": {"x_field": "lon", "y_field": "lat"},
        }],
    }
address = f"http://127.0.0.1:{port}"
about = {"title": "bench", "description": "bench", "keywords": ["air"], "keywords_type": "theme", "terms_of_service": "none", "url": address}
configuration = {
    "server": {
        "bind": {"host": "127.0.0.1", "port": port}, "url": address, "mimetype": "application/json; charset=UTF-8",
        "encoding": "utf-8", "gzip": False, "languages": ["en-US"], "pretty_print": False,
        "limits": {"default_items": len(lines), "max_items": len(lines)},
        "map": {"url": address, "attribution": "none"},
    },
    "logging": {"level": "ERROR"},
    "metadata": {
        "identification": about, "license": {"name": "CC-BY-4.0", "url": address},
        "provider": {"name": "bench", "url": address}, "contact": {"name": "bench", "url": address},
    },
    "resources": resources,
}
# JSON is YAML.
(folder / "pygeoapi.yml").write_text(json.dumps(configuration))
print(json.dumps({table: len(of) for table, of in tables.items()}))
