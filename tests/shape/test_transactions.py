"""One place commits, and only it opens sessions."""

from tests.shape.sources import called_names, sources


def test_nobody_commits_but_the_transaction() -> None:
    committing = [
        one.path
        for one in sources()
        if not one.path.startswith("tests/")
        and called_names(one.tree) & {"commit", "rollback"}
    ]
    assert not committing


def test_nobody_else_opens_a_session() -> None:
    opening = [
        one.path
        for one in sources()
        if {"session_factory", "sessionmaker"} & called_names(one.tree)
    ]
    assert sorted(opening) == ["config/connections.py", "tasks/database.py"]


def test_a_repository_never_opens_a_transaction() -> None:
    opening = [
        one.path
        for one in sources()
        if one.path.endswith("/repository.py")
        and "transaction" in called_names(one.tree)
    ]
    assert not opening
