"""PartiQL inserts: on AWS each asks for its own right and is told on the table's stream.

ministack authorises the batch by its own name and leaves inserts off the stream.
"""

import json

from ministack.core import iam_actions
from ministack.services import dynamodb

_BATCH = "dynamodb:BatchExecuteStatement"
_INSERT = "dynamodb:PartiQLInsert"


def install() -> None:
    """Let inserts be authorised and streamed as on AWS."""
    transaction_checks = iam_actions.dynamodb_transaction_checks
    insert = dynamodb._partiql_insert

    def checks(iam_action: str, body: bytes, region: str, account_id: str) -> list:
        if iam_action != _BATCH:
            return transaction_checks(iam_action, body, region, account_id)
        found = [_checked(s, region, account_id) for s in json.loads(body)["Statements"]]
        return [] if None in found else found

    def insert_and_tell(table, parsed):
        answer = insert(table, parsed)
        if answer[0] == 200:
            dynamodb._emit_stream_event(parsed["table"], "INSERT", None, _item(parsed))
        return answer

    iam_actions.dynamodb_transaction_checks = checks
    dynamodb._partiql_insert = insert_and_tell


def _checked(statement: dict, region: str, account_id: str) -> tuple[str, str] | None:
    """Return the right that an INSERT needs and on what, or None for any other statement."""
    parsed = dynamodb._parse_partiql(statement["Statement"], statement.get("Parameters", []))
    if parsed["op"] != "INSERT":
        return None
    return _INSERT, iam_actions._dynamodb_table_arn(parsed["table"], region, account_id)


def _item(parsed: dict) -> dict:
    item = parsed["item"]
    return item["M"] if set(item) == {"M"} else item
