"""python -m deployments.demo_site: serve the invented people on loopback."""

import argparse
import sys

import uvicorn

from config.errors import SetupError
from config.settings import settings
from deployments.demo_site.app import create_app
from deployments.stack.ports import DEMO_SITE, LOOPBACK, open_listener

SECONDS_TO_CLOSE = 2


def main() -> int:
    """Serve until a signal comes; print the address as the first line."""
    wishes = _read_arguments()
    try:
        listener = open_listener(wishes.port, name="the demo site", setting=DEMO_SITE)
    except SetupError as problem:
        print(problem, file=sys.stderr)  # noqa: T201 - a command talks to its caller
        return 2
    app = create_app(people=wishes.people, seed=wishes.seed)
    port = listener.getsockname()[1]
    print(f"http://{LOOPBACK}:{port}", flush=True)  # noqa: T201 - the caller reads it
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            access_log=False,
            lifespan="off",
            log_level="warning",
            timeout_graceful_shutdown=SECONDS_TO_CLOSE,
        )
    )
    server.run(sockets=[listener])
    return 0


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="demo_site", description=__doc__)
    parser.add_argument("--people", type=int, default=300, help="how many people")
    parser.add_argument("--seed", type=int, default=1, help="another seed, others")
    parser.add_argument("--port", type=int, help="0 takes any free port")
    wishes = parser.parse_args()
    if wishes.port is None:
        wishes.port = settings().stack.demo_site_port
    return wishes


if __name__ == "__main__":
    sys.exit(main())
