"""The correlation id travels with a flow run as a tag."""

from config.correlation import correlated_by, correlation_id, correlation_tags


def test_outside_of_a_request_there_is_no_tag() -> None:
    assert correlation_tags() == ()


def test_what_goes_out_as_tags_comes_back_as_the_id() -> None:
    with correlated_by(["correlation:of-a-person"]):
        tags = correlation_tags()
    assert correlation_id.get() == ""
    with correlated_by(["autoresume", *tags]):
        assert correlation_id.get() == "of-a-person"


def test_other_tags_leave_the_id_alone() -> None:
    with correlated_by(["correlation:of-a-person"]), correlated_by(["autoresume"]):
        assert correlation_id.get() == "of-a-person"
