"""What a campaign looks for, in sentences."""

from ui.console.criteria_words import criteria_in_words


def test_every_criterion_has_its_line() -> None:
    criteria = {
        "followers": {"min": 1_000, "max": 20_000},
        "posts": {"min": None, "max": 5},
        "following": {"min": 3},
        "keywords": ["music", "sea"],
        "excludedWords": ["casino"],
        "excludedHandles": ["@mira", "demo:tal"],
        "verified": True,
    }
    assert criteria_in_words(criteria) == [
        "Followers: 1,000 to 20,000",
        "Following: 3 or more",
        "Posts: 5 or fewer",
        "Wants words: music, sea",
        "Excluded words: casino",
        "Excluded handles: 2",
        "Verified only",
    ]


def test_a_campaign_without_criteria_says_so() -> None:
    empty = {"followers": {"min": None, "max": None}, "keywords": []}
    assert criteria_in_words(empty) == ["No criteria: every public profile scores 100."]
