"""`python -m deployments.stack up [--once] [--no-demo] | down`."""

import argparse
import sys

from config.errors import ApplicationError
from deployments.stack.display import complain


def main() -> int:
    """Carry out one command; return its exit code."""
    arguments = _parser().parse_args()
    try:
        return _carry_out(arguments)
    except ApplicationError as problem:
        complain(problem.message)
        return 1


def _carry_out(arguments: argparse.Namespace) -> int:
    # Imported late: each command needs another half of the packages.
    if arguments.command == "up":
        from deployments.stack.up import up  # noqa: PLC0415

        return up(once=arguments.once, demo=not arguments.no_demo)
    if arguments.command == "down":
        from deployments.stack.up import down  # noqa: PLC0415

        return down()
    if arguments.command == "supervise":
        from deployments.stack.supervise import supervise  # noqa: PLC0415

        return supervise(parent=arguments.parent)
    from deployments.stack.migrate import migrate  # noqa: PLC0415

    migrate()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="deployments.stack", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    up = commands.add_parser("up", help="start everything and run the demo campaign")
    up.add_argument("--once", action="store_true", help="stop all at the end")
    up.add_argument("--no-demo", action="store_true", help="only start")
    commands.add_parser("down", help="stop everything")
    supervise = commands.add_parser("supervise", help="used by `up`")
    supervise.add_argument("--parent", type=int)
    commands.add_parser("migrate", help="bring the database to the newest schema")
    return parser


if __name__ == "__main__":
    sys.exit(main())
