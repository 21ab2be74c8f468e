"""The outbox relay as a process, and the watches over all that goes on by itself."""

import signal
from threading import Event, Thread

from config.logs import set_up_logs
from flows.browser_profile_sweep import watch_browsers_forever
from flows.campaign_schedule_upkeep import watch_schedules_forever
from flows.leak_test_watch import watch_leak_tests_forever
from flows.likelihood_watch import watch_likelihoods_forever
from flows.person_retention import watch_retention_forever
from flows.proxy_upkeep import watch_proxies_forever
from flows.rescue import watch_forever
from tasks.events.relay import relay_forever


def main() -> None:
    """Relay events and watch over all that goes on by itself, until a signal comes."""
    set_up_logs()
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    watches = [
        Thread(target=watch, args=(stop,), name=watch.__name__, daemon=True)
        for watch in (
            watch_forever,
            watch_browsers_forever,
            watch_leak_tests_forever,
            watch_likelihoods_forever,
            watch_proxies_forever,
            watch_retention_forever,
            watch_schedules_forever,
        )
    ]
    for watch in watches:
        watch.start()
    relay_forever(stop)
    for watch in watches:
        watch.join(timeout=5)


if __name__ == "__main__":
    main()
