"""Run alone, by a bare interpreter: imports one handler and prints what came with it.

Reads {"module", "folders", "late"} from standard input: the handler's module, the folders that may
be imported from, and what the handler imports later, while it works.
"""

import importlib
import json
import sys

asked = json.load(sys.stdin)
sys.path[:0] = asked["folders"]
handler = getattr(importlib.import_module(asked["module"]), "handler", None)
at_start = sorted(sys.modules)
for module in asked["late"]:
    importlib.import_module(module)
# botocore reads the description of a service when a client is made, so make one
import boto3  # noqa: E402

boto3.client("dynamodb", "eu-west-1", aws_access_key_id="-", aws_secret_access_key="-")
origins = {name: getattr(found, "__file__", None) for name, found in sys.modules.items()}
print(json.dumps({"callable": callable(handler), "at_start": at_start, "origins": origins}))
