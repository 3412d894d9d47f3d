"""Reads stations and a week of data through each door of an open standard, with that standard's own clients, and prints what
they found: `doors.py URL`."""

import json
import sys

import covjson_pydantic.coverage
import edr_pydantic.capabilities
import edr_pydantic.collections
import frost_sta_client as frost
import requests
from geojson_pydantic import FeatureCollection
from owslib.ogcapi.edr import EnvironmentalDataRetrieval
from owslib.ogcapi.features import Features

url = sys.argv[1]
found = {}


def judge(model, answer):
    """Fails where the answer is not what the model says; as JSON, in which times are texts."""
    model.model_validate_json(json.dumps(answer))


# SensorThings: frost_sta_client
service = frost.SensorThingsService(f"{url}/sta/v1.1")
things = service.things().query().expand("Datastreams($expand=ObservedProperty),Locations").list()
found["things"] = {
    thing.id: {
        "name": thing.name,
        "place": thing.locations.entities[0].location["coordinates"],
        "streams": sorted(stream.id for stream in thing.datastreams.entities),
    }
    for thing in things
}
stream = service.datastreams().find("S1.pm25.PT1H")
week = stream.get_observations().query().filter(
    "phenomenonTime ge 2026-11-16T16:00:00Z and phenomenonTime lt 2026-11-23T16:00:00Z").orderby("phenomenonTime", "asc").count().list()
found["week"] = {"count": week.count, "values": [[one.phenomenon_time.split("/")[0], one.result] for one in week]}
newest = stream.get_observations().query().orderby("phenomenonTime", "desc").top(1).list()
found["newest"] = newest.entities[0].result
found["one"] = service.observations().find("S1.pm25.PT1H@2026-11-17T00:00:00Z").result

# EDR: owslib reads, edr-pydantic and covjson-pydantic judge
edr = EnvironmentalDataRetrieval(f"{url}/edr/")
judge(edr_pydantic.capabilities.LandingPageModel, requests.get(f"{url}/edr").json())
judge(edr_pydantic.capabilities.ConformanceModel, requests.get(f"{url}/edr/conformance").json())
judge(edr_pydantic.collections.Collections, edr.collections())
found["edr"] = edr.data()
found["edr_title"] = edr.collection("air-hourly")["title"]
span = "2026-11-17T00:00:00+08:00/2026-11-23T23:00:00+08:00"
series = edr.query_data("air-hourly", "position", coords="POINT(104.91 28.51)", datetime_=span, parameter_names=["pm25"])
judge(covjson_pydantic.coverage.Coverage, series)
found["series"] = series["ranges"]["pm25"]["values"]
area = "POLYGON((104 28,106 28,106 29,104 29,104 28))"
for query, place in (("area", {"coords": area}), ("cube", {"bbox": [104, 28, 106, 29]})):
    coverages = edr.query_data("air-hourly", query, datetime_=span, **place)
    judge(covjson_pydantic.coverage.CoverageCollection, coverages)
    found[query] = {one["id"]: len(one["domain"]["axes"]["t"]["values"]) for one in coverages["coverages"]}
locations = requests.get(f"{url}/edr/collections/air-hourly/locations").json()
judge(FeatureCollection, locations)
values = requests.get(f"{url}/edr/collections/air-hourly/locations/S1", {"f": "GeoJSON", "datetime": "2026-11-17"}).json()
judge(FeatureCollection, values)
found["features_of_a_day"] = len(values["features"])

# Features: owslib reads, geojson-pydantic judges
features = Features(f"{url}/ogc/")
found["feature_collections"] = features.feature_collections()
items = features.collection_items("stations", limit=1)
judge(FeatureCollection, items)
found["items"] = [items["numberMatched"], items["numberReturned"]]
found["in_bbox"] = [one["id"] for one in features.collection_items("stations", bbox=[104.85, 28.45, 104.95, 28.55])["features"]]
found["item"] = features.collection_item("stations", "W1")["properties"]["name"]["en"]

print(json.dumps(found))
