"""Run SAM's own transform on a template: standard input to standard output, both JSON.

Runs inside the local cloud's environment, the only one that holds `aws-sam-translator`.
Input: `{"template": {...}, "parameters": {...}, "region": "eu-west-1"}`.
"""

import json
import os
import sys


def main() -> None:
    """Read a request on standard input and answer with the CloudFormation template."""
    request = json.load(sys.stdin)
    os.environ["AWS_DEFAULT_REGION"] = request["region"]
    import boto3
    from samtranslator.parser.parser import Parser
    from samtranslator.translator.translator import Translator

    session = boto3.session.Session(region_name=request["region"])
    translator = Translator({}, Parser(), boto_session=session)
    document = translator.translate(request["template"], parameter_values=request["parameters"])
    json.dump(document, sys.stdout)


if __name__ == "__main__":
    main()
