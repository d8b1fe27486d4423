"""A mailbox on loopback: prints its port, takes every mail, prints how many once its input ends.

Runs in Tryton's own environment.
"""

import asyncio
import sys
from typing import Any

from aiosmtpd.smtp import SMTP


class Mailbox:
    """Counts what it is given."""

    def __init__(self) -> None:
        self.mails = 0

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Take a mail."""
        self.mails += 1
        return "250 OK"


async def serve() -> None:
    """Take mails until the input ends."""
    mailbox, loop = Mailbox(), asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(mailbox), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()
    print(mailbox.mails, flush=True)


if __name__ == "__main__":
    asyncio.run(serve())
