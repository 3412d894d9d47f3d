"""Holds the description of messages against AsyncAPI's own JSON Schema. Usage: asyncapi.py SCHEMA DESCRIPTION. Prints what is wrong."""

import json
import sys

import yaml
from jsonschema import Draft7Validator

with open(sys.argv[1], encoding="utf-8") as file:
    judge = Draft7Validator(json.load(file))
with open(sys.argv[2], encoding="utf-8") as file:
    described = yaml.safe_load(file)
assert not judge.is_valid({**described, "channels": 1})
errors = [f"{list(error.absolute_path)}: {error.message[:300]}" for error in judge.iter_errors(described)]
print(json.dumps({"version": described["asyncapi"], "channels": len(described["channels"]), "errors": errors}))
