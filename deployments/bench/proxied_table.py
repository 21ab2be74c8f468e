"""What rules of rotation achieved, as tables for people."""

from rich.table import Table

from deployments.bench.proxied import ProxiedFigures


def rules_table(figures: ProxiedFigures) -> Table:
    """Return how many pages each rule fetched, and at what price."""
    rules = Table("rule", title="24 proxies: slow, flaky, soon banned, dead")
    for heading in (
        "pages",
        "fetched",
        "first try %",
        "tries/page",
        "p50 s",
        "p95 s",
        "Gini, all",
        "Gini, able",
        "bans",
        "pages/s",
    ):
        rules.add_column(heading, justify="right")
    for one in figures.results:
        rules.add_row(
            one.rule,
            f"{one.pages:,}",
            f"{one.fetched:,}",
            f"{one.first_try_percent:.1f}",
            f"{one.tries_per_page:.2f}",
            f"{one.p50:.2f}",
            f"{one.p95:.2f}",
            f"{one.gini:.2f}",
            f"{one.gini_of_able:.2f}",
            str(figures.bans[one.rule]),
            f"{one.pages / one.seconds:.0f}",
        )
    return rules


def forwarder_table(figures: ProxiedFigures) -> Table:
    """Return what our forwarder adds to a page load."""
    cost = Table("a page load, ms (median)", title="Our forwarder in front of a proxy")
    cost.add_column("", justify="right")
    cost.add_row("direct", f"{figures.forwarder.direct:.1f}")
    cost.add_row("through a proxy", f"{figures.forwarder.proxy:.1f}")
    cost.add_row("through it, with our forwarder", f"{figures.forwarder.forwarder:.1f}")
    cost.add_row("our forwarder adds", f"{figures.forwarder.added_percent:+.1f} %")
    return cost
