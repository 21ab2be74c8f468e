"""What the benchmark measures with: the bare loop and the meter of a process tree."""

import subprocess
import sys

from deployments.bench.bare_loop import run_bare_loop
from deployments.bench.tree_meter import TreeMeter
from tests.fixtures.demo_site import DemoSiteAddress

BUSY_GRANDCHILD = """
import subprocess, sys
burn = "kept = bytearray(60_000_000)\\nfor _ in range(3_000_000): pass"
input()
subprocess.run([sys.executable, "-c", burn], check=True)
print("done", flush=True)
input()
"""


def test_the_bare_loop_reads_every_page_once(demo_site: DemoSiteAddress) -> None:
    found = run_bare_loop(f"{demo_site.url}/bench?page=1&of=250")
    assert found.rows == 250
    assert found.cpu_seconds > 0


def test_the_meter_counts_descendants_that_have_ended() -> None:
    with subprocess.Popen(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", BUSY_GRANDCHILD],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdin is not None
        assert parent.stdout is not None
        with TreeMeter(parent.pid) as meter:
            parent.stdin.write("\n")
            parent.stdin.flush()
            assert parent.stdout.readline() == "done\n"
        parent.stdin.write("\n")
    assert 0.05 < meter.cpu_seconds < 5
    assert meter.peak_bytes > 1_000_000
