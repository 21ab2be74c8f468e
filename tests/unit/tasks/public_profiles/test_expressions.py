"""Free expressions: what is wrong is found beforehand, and nothing runs code."""

import pytest

from tasks.public_profiles.expressions import Expression, check_expression


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("followers > 1000 and posts / followers > 0.01", ("followers", "posts")),
        ("not verified", ("verified",)),
        ("'x' in bio and len(bio) > 10", ("bio",)),
        ("followers / 100 if verified else 0.5", ("followers", "verified")),
        ("max(views, 3) > 2", ("views",)),
    ],
)
def test_an_expression_names_the_fields_it_needs(
    text: str, names: tuple[str, ...]
) -> None:
    assert set(Expression(check_expression(text)).names) == set(names)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("followers >", "at character 12"),
        ("posts and (followers", "at character 11"),
        ("bio.upper() == 'A'", "at character 1"),
        ("öde > 1 and posts.real", "at character 13"),
        ("__import__('os')", "no function __import__ at character 1"),
        ("posts > 1 and eval(bio)", "no function eval at character 15"),
        ("[x for x in bio]", "ListComp is not possible"),
        ("(lambda: posts)()", "no function this"),
        ("f'{bio}'", "JoinedStr is not possible"),
        ("bio[0] == 'a'", "Subscript is not possible"),
        ("posts ** 9", "Pow is not possible"),
        ("posts % 9", "Mod is not possible"),
        ("1 << posts", "LShift is not possible"),
        ("bio > 1", "cannot be worked out"),
        ("bio", "neither yes or no"),
        ("1 < 2", "asks for no field"),
        ("posts > None", "write a number"),
        ("-" * 300 + "posts", "too deeply"),
        ("(" * 300, "nested parentheses"),
        ("posts > 1\0", "cannot be read|null bytes"),
        ("x := posts", "at character"),
        ("", "at character 1"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        check_expression(text)


def test_an_answer_is_a_share() -> None:
    assert Expression("posts / 10").ask({"posts": 5}) == 0.5
    assert Expression("posts").ask({"posts": 5}) == 1.0
    assert Expression("-posts").ask({"posts": 5}) == 0.0
    assert Expression("posts > 3").ask({"posts": 5}) == 1.0


def test_text_does_not_grow_without_bounds() -> None:
    with pytest.raises(ValueError, match="text cannot be multiplied"):
        check_expression("len(bio * 999999999) > 1")
    with pytest.raises(ValueError, match="text cannot be multiplied"):
        Expression("views * 999999999 > 1").ask({"views": "many"})
