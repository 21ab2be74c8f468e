"""python -m deployments.check_review_log: is the review log as it was written."""

import sys

from tasks.database import transaction
from tasks.reviews.log import check_log, count_lines


def main() -> int:
    """Name the first broken line of every campaign; return 1 if there is one."""
    with transaction() as session:
        breaks, lines = check_log(session), count_lines(session)
    for one in breaks:
        sys.stdout.write(
            f"campaign {one.campaign_id}: line {one.number} of the review log "
            f"{one.what}\n"
        )
    if breaks:
        return 1
    sys.stdout.write(f"the review log is whole: {lines:,} lines\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
