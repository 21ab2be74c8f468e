"""python -m flows.read_table_beside: the process of which `table_process` tells."""

import gc
import json
import signal
import sys
from datetime import datetime

from config.errors import ApplicationError
from config.memory import look_for_cycles_rarely
from flows.campaign_table import TableReader
from flows.table_process import pack_portion, send_frame
from tasks.public_profiles.criteria import Criteria
from tasks.public_profiles.ready import FORM_OF_ROWS
from tasks.public_profiles.schemas import TableSource


def main() -> None:
    """Read as much as is asked for, from where it is asked for, until nobody asks."""
    # Who asks ends us; a signal to the whole group is meant for the run.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    wishes, answers = sys.stdin.buffer, sys.stdout.buffer
    order = json.loads(wishes.readline())
    reader = TableReader(
        TableSource.model_validate(order["source"]),
        Criteria.model_validate(order["criteria"]),
        at=datetime.fromisoformat(order["at"]),
        may_use_process=False,
    )
    gc.freeze()
    look_for_cycles_rarely()
    send_frame(answers, FORM_OF_ROWS)
    for line in wishes:
        wish = json.loads(line)
        try:
            read = pack_portion(reader.read(wish["position"], limit=wish["limit"]))
        except ApplicationError:
            read = b""  # the run reads it again, and tells why it cannot be read
        send_frame(answers, read)


if __name__ == "__main__":
    main()
