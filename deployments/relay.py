"""The outbox relay as a process, the watchdog beside it."""

import signal
from threading import Event, Thread

from config.logs import set_up_logs
from flows.rescue import watch_forever
from tasks.events.relay import relay_forever


def main() -> None:
    """Relay events and watch over campaign runs until SIGTERM or SIGINT."""
    set_up_logs()
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    watchdog = Thread(target=watch_forever, args=(stop,), name="watchdog", daemon=True)
    watchdog.start()
    relay_forever(stop)
    watchdog.join(timeout=5)


if __name__ == "__main__":
    main()
