"""Reads CAP documents: against the schema, and as a client of alerts does. Prints what they say as JSON."""

import json
import sys
import urllib.request

import xmlschema
from capparselib.parsers import CAPParser

schema = xmlschema.XMLSchema(sys.argv[1])
said = []
for address in sys.argv[2:]:
    with urllib.request.urlopen(address) as response:
        kind, text = response.headers["content-type"], response.read().decode()
    errors = [str(error.reason) for error in schema.iter_errors(text)]
    alerts = CAPParser(text).as_dict()
    plain = json.loads(json.dumps(alerts, default=str))
    said.append({"type": kind, "errors": errors, "alert": plain[0]})
print(json.dumps(said))
