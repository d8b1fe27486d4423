"""What the interface says of links into the portal."""

from datetime import datetime

from functions.operator_api.schema.wire import Wire


class LinksEndOut(Wire):
    """What was made up to ended_at opens nothing any more."""

    customer_id: str
    ended_at: datetime
