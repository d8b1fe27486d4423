"""Batch calls of SQS, which AWS authorises as the single call and ministack by their own name."""

from ministack.core import iam_actions

_AUTHORISED_AS = {
    "sqs:SendMessageBatch": "sqs:SendMessage",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
}


def install() -> None:
    """Let every check of a batch call ask for the action that a role can be granted."""
    named = iam_actions.extract_iam_action

    def action(*request):
        found = named(*request)
        return _AUTHORISED_AS.get(found, found)

    iam_actions.extract_iam_action = action
