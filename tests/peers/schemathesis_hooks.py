"""What OpenAPI has no words for, so that requests meant to be right are right: bounds that depend on each other, and
cursors, which only `next` gives. Requests meant to be wrong stay as they are."""

import ast
import threading

import schemathesis

# Python 3.11 keeps the depth of the tree that it builds for all threads together: two that parse at once fail now and then
# with "AST constructor recursion depth mismatch" (CPython issue 106905).
PARSING = threading.RLock()
parse_alone = ast.parse


def parse(*arguments, **options):
    with PARSING:
        return parse_alone(*arguments, **options)


ast.parse = parse


@schemathesis.hook
def map_case(context, case):
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return case
    query = case.query or {}
    for name in ("cursor", "after", "$skiptoken"):
        query.pop(name, None)
    if "from" in query and "to" in query:
        # Compared as texts times of one length and offset are in order; a date alone is the earlier.
        query.pop("to")
    if "from" in query:
        # `to` is now when it is left out.
        query["from"] = "2001-01-01"
    if query.get("statistic") == "max8h":
        query["period"] = "P1D"
    if query.get("count") and "every" in query:
        query.pop("every")
    if "/summaries" in case.path:
        query.pop("kind", None)
        if query.get("period") not in (None, "PT1H", "P1D"):
            query["kind"] = "air"
    if case.path == "/sta/v1.1/{resource}":
        # Which properties there are depends on what the address names.
        case.path_parameters["resource"] = "Things"
        query = {name: query[name] for name in ("$top", "$skip", "$count") if name in query}
    corners = str(query.get("bbox")).split(",")
    if len(corners) == 4:
        west, south, east, north = corners
        # Longitudes and latitudes have one range in the OGC's own descriptions.
        beyond = {True: "90", False: "-90"}
        south, north = (beyond[float(one) > 0] if abs(float(one)) > 90 else one for one in (south, north))
        if float(south) > float(north):
            south, north = north, south
        query["bbox"] = ",".join((west, south, east, north))
    if query.get("fields") and "format" in query:
        query.pop("fields")
    case.query = query
    return case
