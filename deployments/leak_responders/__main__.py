"""
python -m deployments.leak_responders: echo, test page, DNS and STUN.

Read from `MUSTER_LEAK_RESPONDERS__*`. The first line it prints says where it listens.
"""

import argparse
import json
import sys

import uvicorn
from starlette.applications import Starlette

from config.errors import SetupError
from config.settings import settings
from deployments.leak_responders.listeners import Listeners, open_listeners
from deployments.leak_responders.server import create_app

SECONDS_TO_CLOSE = 2


def main() -> int:
    """Serve until a signal comes."""
    argparse.ArgumentParser(prog="leak_responders", description=__doc__).parse_args()
    try:
        values = settings().leak_responders
        listeners = open_listeners(values)
        app = create_app(values, listeners)
    except SetupError as problem:
        print(problem, file=sys.stderr)  # noqa: T201 - a command talks to its caller
        return 2
    said = {"httpPort": listeners.http_port, "dnsPort": listeners.dns_port}
    print(json.dumps(said), flush=True)  # noqa: T201 - the caller reads it
    serve(app, listeners)
    return 0


def serve(app: Starlette, listeners: Listeners) -> None:
    """Serve on open sockets until a signal comes."""
    config = uvicorn.Config(
        app,
        access_log=False,
        lifespan="on",
        log_level="warning",
        # A header would else be believed about who asked.
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=SECONDS_TO_CLOSE,
    )
    uvicorn.Server(config).run(sockets=list(listeners.http))


if __name__ == "__main__":
    sys.exit(main())
