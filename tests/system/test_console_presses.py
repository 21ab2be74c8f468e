"""A press of a button does what it says, whatever else happens on the screen."""

import pytest

from tests.fixtures.console import ConsoleBrowser, console_browser, person
from tests.fixtures.stack import RunningStack

__all__ = ["console_browser", "person"]

PRESS_AND_RUN_AGAIN = """
const inside = (key, what) => document.querySelector(`[class*=st-key-${key}] ${what}`);
inside('add_proxies', 'button').click();
const again = inside('proxies_part', 'button:last-of-type');
setTimeout(() => again.click(), arguments[0]);
"""


@pytest.mark.parametrize("milliseconds", [0, 5, 10, 20, 30, 40, 60, 80])
def test_a_press_is_not_lost_when_the_screen_runs_again_right_after_it(
    stack: RunningStack, person: ConsoleBrowser, milliseconds: int
) -> None:
    person.open(f"{stack.url}/console/proxies")
    person.find("proxies_part", "button")
    person.driver.execute_script(PRESS_AND_RUN_AGAIN, milliseconds)
    person.wait_for(lambda: "/add-proxies" in person.driver.current_url)
    person.wait_until_ready()
