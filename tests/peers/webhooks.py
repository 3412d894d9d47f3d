"""Verifies messages as a receiver of Standard Webhooks does. Prints their bodies as JSON."""

import json
import sys

from standardwebhooks.webhooks import Webhook

secret, messages = sys.argv[1], json.loads(sys.argv[2])
receiver = Webhook(secret)
taken = [receiver.verify(message["body"], message["headers"]) for message in messages]
forged = 0
for message in messages:
    try:
        receiver.verify(message["body"].replace("level", "lever"), message["headers"])
    except Exception:
        forged += 1
print(json.dumps({"taken": taken, "forged": forged}))
