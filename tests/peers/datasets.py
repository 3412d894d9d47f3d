"""Judges datasets as their own programs do: exported folders, and the same service over HTTP.

Usage: datasets.py FOLDER SHAPES URL; FOLDER has one exported dataset in each folder. Prints what was found as JSON.
"""

import gzip
import json
import pathlib
import subprocess
import sys
import urllib.request

import csvw
import duckdb
import extruct
import frictionless
import mlcroissant
import pandas
import polars
import pyarrow.dataset
import pyarrow.parquet
import pyshacl
import rdflib
import rdflib.compare


def fetch(address):
    with urllib.request.urlopen(address) as answer:
        return answer.read()


def data_package(folder):
    """Errors of frictionless. It does not count the bytes of Parquet, and says so as an error of that kind."""
    report = frictionless.validate(str(folder / "datapackage.json"))
    errors = []
    for task in report.tasks:
        for error in task.errors:
            if error.type == "byte-count" and task.place.endswith(".parquet"):
                continue
            errors.append(f"{task.place}: {error.message}")
    return errors + [error.message for error in report.errors]


def croissant(folder):
    """Errors and warnings of mlcroissant, and how many records it reads."""
    dataset = mlcroissant.Dataset(jsonld=str(folder / "croissant.json"))
    issues = dataset.metadata.ctx.issues
    records = dataset.records("rows")
    first = next(iter(records))
    return {
        "errors": sorted(issues.errors),
        "warnings": sorted(issues.warnings),
        "records": sum(1 for _ in records),
        "first": {key: str(value) for key, value in first.items()},
    }


def tables(folder):
    """The same numbers by every reader, from Parquet and from CSV."""
    parquet = sorted(str(path) for path in folder.rglob("*.parquet"))
    packed = sorted(str(path) for path in folder.rglob("*.csv.gz") if path.name != "changes.csv.gz")
    names = pyarrow.parquet.read_schema(parquet[0]).names
    column = next(name for name in ("value", "index", "level_hit_rate", "lat") if name in names)
    first = pandas.concat([pandas.read_parquet(path) for path in parquet], ignore_index=True)
    second = pandas.concat([pandas.read_csv(path) for path in packed], ignore_index=True)
    differing = []
    for name in first.columns:
        left, right = first[name], second[name]
        if isinstance(left.dtype, pandas.DatetimeTZDtype):
            right = pandas.to_datetime(right, utc=True).dt.tz_convert(left.dt.tz).astype(left.dtype)
        elif left.dtype != object and str(left.dtype) != "str":
            right = right.astype("float64")
            left = left.astype("float64")
        same = (left == right) | (left.isna() & right.isna())
        if not same.all():
            differing.append(name)
    arrow = pyarrow.dataset.dataset(str(folder), format="parquet", exclude_invalid_files=True).to_table()
    lazy = polars.concat([polars.read_parquet(path) for path in parquet])
    query = f'select count(*), sum("{column}") from read_parquet($1)'
    duck = duckdb.execute(query, [parquet]).fetchone()
    # A column without any value has no type in CSV.
    query = f'select count(*), sum(try_cast("{column}" as double)) from read_csv($1)'
    duck_csv = duckdb.execute(query, [packed]).fetchone()
    numbers = {
        "pandas": [len(first), float(first[column].sum())],
        "pandas csv": [len(second), float(second[column].sum())],
        "polars": [len(lazy), float(lazy[column].sum() or 0)],
        "duckdb": [duck[0], float(duck[1] or 0)],
        "duckdb csv": [duck_csv[0], float(duck_csv[1] or 0)],
        "pyarrow": [arrow.num_rows, float(arrow[column].to_pandas().sum())],
    }
    return {"numbers": numbers, "differing": differing}


def on_the_web(url, dataset):
    """What csvw says of the CSV files as they are served: its command, and the rows that it reads."""
    base = f"{url}/datasets/{dataset}/releases"
    listed = json.loads(fetch(f"{url}/datasets/{dataset}?format=json"))["datasets"][0]
    metadata = f"{base}/{listed['latest']}/csvw-metadata.json"
    command = [str(pathlib.Path(sys.executable).parent / "csvwvalidate"), metadata]
    done = subprocess.run(command, capture_output=True, text=True)
    group = csvw.CSVW(metadata, validate=True)
    rows = sum(1 for table in group.tables for _ in table)
    return {"status": done.returncode, "said": done.stdout + done.stderr, "rows": rows, "listed": listed["rows"]}


def catalog(url, shapes):
    """Violations of the shapes by the catalog, and whether each file is named with the hash that it has."""
    text = fetch(f"{url}/catalog.jsonld")
    graph = rdflib.Graph().parse(data=text, format="json-ld")
    turtle = rdflib.Graph().parse(data=fetch(f"{url}/catalog.ttl"), format="turtle")
    same = rdflib.compare.isomorphic(graph, turtle)
    asked = urllib.request.Request(f"{url}/catalog", headers={"Accept": "text/turtle, application/ld+json;q=0.5"})
    with urllib.request.urlopen(asked) as answer:
        same = same and answer.headers["Content-Type"] == "text/turtle"
    conforms, _, said = pyshacl.validate(graph, shacl_graph=rdflib.Graph().parse(shapes), allow_warnings=False)
    dcat, spdx = rdflib.Namespace("http://www.w3.org/ns/dcat#"), rdflib.Namespace("http://spdx.org/rdf/terms#")
    hashes = {}
    for file, address in graph.subject_objects(dcat.downloadURL):
        checksum = graph.value(file, spdx.checksum)
        hashes[str(address)] = str(graph.value(checksum, spdx.checksumValue))
    wrong = []
    for address, sha256 in hashes.items():
        with urllib.request.urlopen(address) as answer:
            if answer.headers["ETag"] != f'"{sha256}"':
                wrong.append(address)
    datasets = {str(graph.value(node, rdflib.DCTERMS.identifier)) for node in graph.objects(None, dcat.dataset)}
    # Without its publisher it must not conform: shapes that find nothing prove nothing.
    graph.remove((None, rdflib.DCTERMS.publisher, None))
    broken = pyshacl.validate(graph, shacl_graph=rdflib.Graph().parse(shapes))[0]
    return {"conforms": conforms, "said": said, "broken": broken, "turtle": same, "datasets": sorted(datasets), "wrong": wrong,
            "files": len(hashes)}


def page(url, dataset):
    """What a search engine reads on the page of a dataset."""
    found = extruct.extract(fetch(f"{url}/datasets/{dataset}?lang=en").decode(), syntaxes=["json-ld"])
    return found["json-ld"]


def main():
    folder, shapes, url = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    datasets = {}
    for path in sorted(folder.iterdir()):
        with gzip.open(path / "changes.csv.gz", "rt", encoding="utf-8") as changes:
            lines = sum(1 for _ in changes)
        datasets[path.name] = {
            "package": data_package(path),
            "croissant": croissant(path),
            "tables": tables(path),
            "csvw": on_the_web(url, path.name),
            "changes": lines,
            "page": page(url, path.name),
        }
    print(json.dumps({"datasets": datasets, "catalog": catalog(url, shapes)}))


main()
