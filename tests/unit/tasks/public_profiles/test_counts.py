"""Counts are read as services write them; what is no count is nothing, never 0."""

# ruff: noqa: RUF001 - marks of many scripts are the point here

import pytest

from tasks.public_profiles.counts import (
    bare_counts,
    leading_counts,
    read_count,
    read_counts,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12", 12),
        ("0", 0),
        ("0 followers", 0),
        ("2,362 Followers", 2_362),
        ("1,101,177", 1_101_177),
        ("1.234.567", 1_234_567),
        ("1.234", 1_234),
        ("1,234", 1_234),
        ("12.400", 12_400),
        ("2 805 members", 2_805),
        ("2\u00a0805", 2_805),
        ("2\u202f805", 2_805),
        ("2\u2009805", 2_805),
        ("1'234'567", 1_234_567),
        ("2’805", 2_805),
        ("1,23,456", 123_456),
        ("12,34,567 followers", 1_234_567),
        ("١٬٢٣٤", 1_234),
        ("१२,३४,५६७", 1_234_567),
        ("１２３４", 1_234),
        ("\u200e1,234\u200e followers", 1_234),
        ("Followers: 12", 12),
        (" 12\n", 12),
    ],
)
def test_whole_numbers_are_read_with_any_thousands_mark(
    text: str, expected: int
) -> None:
    assert read_count(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.1M", 1_100_000),
        ("783.4K", 783_400),
        ("1.2k followers", 1_200),
        ("1.2 K", 1_200),
        ("1.234M", 1_234_000),
        ("1.234K", 1_234),
        ("1,234.5K", 1_234_500),
        ("1.234,5 Tsd.", 1_234_500),
        ("12.3B followers", 12_300_000_000),
        ("4,69 millones", 4_690_000),
        ("3 mil", 3_000),
        ("1,2 mi de seguidores", 1_200_000),
        ("10 mila follower", 10_000),
        ("1,2 Mio.", 1_200_000),
        ("1,1 Mrd.", 1_100_000_000),
        ("12 тыс.", 12_000),
        ("1,5 млн подписчиков", 1_500_000),
        ("12,3B takipçi", 12_300),
        ("1,2 mil. abonați", 1_200_000),
        ("1.5 lakh", 150_000),
        ("१.५ लाख", 150_000),
        ("1.5 crore", 15_000_000),
        ("1万", 10_000),
        ("1.2億", 120_000_000),
        ("1億2345万", 123_450_000),
        ("3万5千", 35_000),
        ("1.2만명", 12_000),
    ],
)
def test_shortened_numbers_are_read_in_many_languages(text: str, expected: int) -> None:
    assert read_count(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "abc",
        "No followers yet",
        "三千",
        "Joined 2019",
        "May 2019",
        "2019-05-01",
        "12/05",
        "10:30",
        "5 days ago",
        "1.2 m",
        "-5",
        "−5 followers",
        "12%",
        "12 %",
        "10-20",
        "10 – 20 followers",
        "10 to 20 followers",
        "500+",
        ">1000",
        "Over 12K followers",
        "$5",
        "€ 5",
        "1.5",
        "12,34",
        "1.1.1",
        "1,2,3",
        "5x",
        "12th",
        "v2",
        "@user12",
        "#5",
        "007",
        "1e5",
        "123 456 7",
        "999999999999999",
        "2,362 Followers, 136 Following",
    ],
)
def test_what_is_no_single_count_is_unknown(text: str | None) -> None:
    assert read_count(text) is None


@pytest.mark.parametrize(
    ("text", "noun", "expected"),
    [
        ("2,362 Followers, 136 Following, 224 Posts - See", "following", 136),
        ("2,362 Followers, 136 Following, 224 Posts - See", "posts", 224),
        ("Followers 12 Following 5 Posts 3", "following", 5),
        ("12 Followers 5 Following 3 Posts", "following", 5),
        ("1.234 seguidores, seguindo 56, 78 posts", "following", 56),
        ("1,2 Mio. Follower, 56 gefolgt, 78 Beiträge", "followers", 1_200_000),
        ("1 234 abonnés, 56 abonnements", "following", 56),
        ("フォロワー1.2万人、フォロー中12人、投稿34件", "followers", 12_000),
        ("フォロワー1.2万人、フォロー中12人、投稿34件", "following", 12),
        ("1,234位粉丝，已关注 56 人，78 篇帖子", "following", 56),
        ("팔로워 1,234명, 팔로잉 56명, 게시물 78개", "posts", 78),
        ("Подписчиков: 1 234. Подписки: 56", "followers", 1_234),
        ("1,234 người theo dõi, đang theo dõi 56 người", "following", 56),
        ("12,3 B Takipçi", "followers", 12_300),
        ("2 805 members, 12 online", "members", 2_805),
        ("4.2K abonnés · 345 vidéos", "videos", 345),
        ("12 repos", "repos", 12),
    ],
)
def test_a_noun_takes_the_number_beside_it(text: str, noun: str, expected: int) -> None:
    assert read_count(text, noun=noun) == expected


@pytest.mark.parametrize(
    ("text", "noun"),
    [
        ("1,234 Posts", "followers"),
        ("Followers 12 Following", "followers"),
        ("12 followers, 13 followers", "followers"),
        ("Joined 2019, followers unknown", "followers"),
        ("500+ followers", "followers"),
    ],
)
def test_a_noun_without_a_number_of_its_own_is_unknown(text: str, noun: str) -> None:
    assert read_count(text, noun=noun) is None


def test_all_counts_of_a_sentence_are_read_at_once() -> None:
    assert read_counts("1.2K Posts, 345 Following, 6.7K Followers, 9 likes") == {
        "posts": 1_200,
        "following": 345,
        "followers": 6_700,
    }


@pytest.mark.parametrize(
    ("text", "followers"),
    [
        ("2,362 Followers, 136 Following, 224 Posts - See photos of Ada", 2_362),
        ("1.2K Posts, 345 Following, 6.7K Followers · had 3 posts", 6_700),
        ("Ada (@ada) on Site | 5.6M Likes. 1.2M Followers. hi", 1_200_000),
        ("1.2M Followers • 34 Threads • bio", 1_200_000),
        ("Ada | 1,234,567 followers on Site. tagline", 1_234_567),
        ("Author. 500K followers elsewhere, 3 posts", None),
        ("500K followers on Elsewhere", None),
        ("500K followers, thank you all", None),
        ("500K followers, 2 cats", None),
    ],
)
def test_only_a_sentence_of_the_service_counts_not_a_bio(
    text: str, followers: int | None
) -> None:
    counts = leading_counts(text, names=["Ada", "@ada", "ada"], site="Site")
    assert counts.get("followers") == followers


def test_texts_of_a_page_pair_up_only_when_nothing_stands_between() -> None:
    texts = ["12.4K", "Followers", "345", "Following", "Hello, I have 3", "Posts"]
    assert bare_counts(texts) == {"followers": 12_400, "following": 345}
