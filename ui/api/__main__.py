"""python -m ui.api: serve the API and the console on one port."""

import socket
import sys
from types import FrameType

import uvicorn
from typing_extensions import override

from config.errors import SetupError
from config.logs import set_up_logs
from config.memory import share_one_arena
from config.settings import settings
from tasks.accounts.tokens import signing_key
from tasks.events.fan_out import FanOut
from ui.api.asgi import Front, create_front

BACKLOG = 2048
SECONDS_TO_CLOSE = 5
LARGEST_SOCKET_MESSAGE_BYTES = 16 << 20


class Server(uvicorn.Server):
    """Ends live streams as soon as a signal comes, so that nobody waits for them."""

    def __init__(self, config: uvicorn.Config, *, fan_out: FanOut) -> None:
        super().__init__(config)
        self._fan_out = fan_out

    @override
    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to stop; a second SIGINT stops at once."""
        self._fan_out.end_all()
        super().handle_exit(sig, frame)


def main() -> int:
    """Serve until SIGTERM or SIGINT; return the exit code."""
    share_one_arena()
    try:
        section = settings().api
        signing_key()
        listener = open_listener(section.host, section.port)
        front = create_front()
    except SetupError as problem:
        print(f"error: {problem.message}", file=sys.stderr)  # noqa: T201 - a command talks to its caller
        return 2
    set_up_logs()  # after Streamlit, which brings a set-up of its own
    serve(front, listener)
    return 0


def open_listener(host: str, port: int) -> socket.socket:
    """
    Open the socket to listen on.

    Raises:
        SetupError: Something else listens there, or the address is not ours.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as taken:
        listener.close()
        raise SetupError(
            f"cannot listen on {host}, port {port}: {taken.strerror}; free it, or set "
            "MUSTER_API__HOST and MUSTER_API__PORT to another one"
        ) from None
    listener.listen(BACKLOG)
    return listener


def serve(front: Front, listener: socket.socket) -> None:
    """Serve on an open socket, in one process: the console's sessions live in it."""
    config = uvicorn.Config(
        front,
        workers=1,
        lifespan="on",
        log_config=None,
        access_log=False,
        ws_max_size=LARGEST_SOCKET_MESSAGE_BYTES,
        timeout_graceful_shutdown=SECONDS_TO_CLOSE,
        server_header=False,
        proxy_headers=False,  # it would believe anybody on this machine
    )
    Server(config, fan_out=front.api.state.fan_out).run(sockets=[listener])


if __name__ == "__main__":
    sys.exit(main())
