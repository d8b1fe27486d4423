# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the local Stripe: python -m infra.local.stripe --port N --account NAME."""

import argparse
import asyncio
import importlib.util
import runpy
import signal
from pathlib import Path

from aiohttp import web

from infra.local.stripe import api, control, hosted_page
from infra.local.stripe.middlewares import STACK
from infra.local.stripe.world import Settings, open_world

HOST = "127.0.0.1"
STOP_WITHIN_S = 1.0


def pinned_version() -> str:
    """Return the API version that the installed stripe package pins."""
    found = importlib.util.find_spec("stripe")
    if found is None or not found.submodule_search_locations:
        raise SystemExit("the stripe package is not installed beside localstripe")
    path = Path(found.submodule_search_locations[0]) / "_api_version.py"
    return str(runpy.run_path(str(path))["_ApiVersion"].CURRENT)


def make_app(settings: Settings) -> web.Application:
    """Return the application: control API, hosted page, Stripe's API."""
    world = open_world(settings)
    app = web.Application(middlewares=STACK)
    control.add_routes(app)
    hosted_page.add_routes(app)
    api.add_routes(app)

    async def close(_: web.Application) -> None:
        world.agenda.clear()
        await world.dispatcher.close()

    app.on_cleanup.append(close)
    return app


async def serve(arguments: argparse.Namespace) -> None:
    """Serve until SIGTERM or SIGINT; print one line when ready."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    settings = Settings(
        account_name=arguments.account,
        origin="",
        api_version=pinned_version(),
        offset_s=arguments.offset_seconds,
        debit_settles_after_days=arguments.debit_days,
        delivery_timeout_s=arguments.webhook_timeout,
        retry_delays_s=tuple(float(s) for s in arguments.webhook_retries.split(",") if s),
    )
    runner = web.AppRunner(make_app(settings), access_log=None, shutdown_timeout=STOP_WITHIN_S)
    await runner.setup()
    try:
        site = web.TCPSite(runner, HOST, arguments.port)
        await site.start()
        port = runner.addresses[0][1]
        settings.origin = (arguments.public_url or f"http://{HOST}:{port}").rstrip("/")
        print(f"local stripe ready on http://{HOST}:{port}", flush=True)
        await stop.wait()
    finally:
        await runner.cleanup()


def parse(words: list[str] | None = None) -> argparse.Namespace:
    """Return the command line's settings."""
    parser = argparse.ArgumentParser(prog="infra.local.stripe", description=__doc__)
    add = parser.add_argument
    add("--port", type=int, default=0, help="port on 127.0.0.1; 0 picks a free one")
    add("--account", default="Duecourse", help="the seller's name on the hosted page")
    add("--public-url", default="", help="origin of the hosted page, if not this address")
    add("--offset-seconds", type=int, default=0, help="business clock minus wall clock")
    add("--debit-days", type=int, default=3, help="calendar days until a bank debit settles")
    add("--webhook-timeout", type=float, default=10.0, help="seconds to wait for an endpoint")
    add("--webhook-retries", default="0.5,1,2,4,8", help="seconds before each further try")
    return parser.parse_args(words)


if __name__ == "__main__":
    asyncio.run(serve(parse()))
