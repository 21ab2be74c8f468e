"""Invented people on pages in the manner of well-known services."""

import json
from typing import Any


def page(*head: str, body: str = "") -> str:
    """Return a document with these lines in its head."""
    lines = "\n".join(head)
    return f"<!doctype html><html><head>\n{lines}\n</head><body>{body}</body></html>"


def meta(**properties: str) -> str:
    """Return meta tags; `__` stands for a colon."""
    return "\n".join(
        f'<meta property="{name.replace("__", ":")}" content="{content}">'
        for name, content in properties.items()
    )


def described(content: str) -> str:
    """Return the description of a page."""
    return f'<meta name="description" content="{content}">'


def canonical(url: str) -> str:
    """Return a link to the page's own address."""
    return f'<link rel="canonical" href="{url}">'


def linked(data: Any) -> str:
    """Return a JSON-LD script."""
    return f'<script type="application/ld+json">{json.dumps(data)}</script>'


def data_script(data: Any, *, name: str) -> str:
    """Return a script with JSON of this id."""
    return f'<script id="{name}" type="application/json">{json.dumps(data)}</script>'


def assignment(data: Any, *, to: str) -> str:
    """Return a script that assigns JSON."""
    return f"<script>{to} = {json.dumps(data)};(function(){{}})()</script>"


MASTODON = page(
    "<title>Runa Vex (@runavex@pond.example) - Pond</title>",
    canonical("https://pond.example/@runavex"),
    '<link href="https://pond.example/api/oembed?url=https%3A%2F%2Fpond.example%2F%40r"'
    ' rel="alternate" type="application/json+oembed">',
    meta(
        og__site_name="Pond",
        og__type="profile",
        og__url="https://pond.example/@runavex",
        og__title="Runa Vex (@runavex@pond.example)",
        og__description="1.2K Posts, 345 Following, 6.7K Followers · "
        "I once had 900 followers elsewhere",
        profile__username="runavex@pond.example",
    ),
    body='<div id="mastodon"></div>',
)
MASTODON_POST = page(
    canonical("https://pond.example/@runavex/1122334455"),
    meta(
        og__type="article",
        og__url="https://pond.example/@runavex/1122334455",
        og__title="Runa Vex (@runavex@pond.example)",
        profile__username="runavex@pond.example",
    ),
    body='<div id="mastodon"></div>',
)
YOUTUBE = page(
    "<title>Kelp Radio - YouTube</title>",
    canonical("https://www.youtube.com/channel/UCabcdefghijklmnopqrstuv"),
    meta(
        og__site_name="YouTube",
        og__type="profile",
        og__url="https://www.youtube.com/channel/UCabcdefghijklmnopqrstuv",
        og__title="Kelp Radio",
    ),
    '<meta itemprop="identifier" content="UCabcdefghijklmnopqrstuv">',
    body=assignment(
        {
            "header": {
                "pageHeaderRenderer": {
                    "content": {
                        "metadataRows": [
                            {"parts": [{"text": {"content": "@kelpradio"}}]},
                            {
                                "parts": [
                                    {"text": {"content": "1.23M subscribers"}},
                                    {"text": {"content": "456 videos"}},
                                ]
                            },
                        ]
                    }
                }
            },
            "contents": [{"title": "3M subscribers special", "views": "9M views"}],
            "metadata": {
                "channelMetadataRenderer": {
                    "title": "Kelp Radio",
                    "description": "Waves.",
                    "externalId": "UCabcdefghijklmnopqrstuv",
                    "vanityChannelUrl": "http://www.youtube.com/@kelpradio",
                }
            },
        },
        to="var ytInitialData",
    ),
)
TIKTOK = page(
    "<title>Ombra (@ombra.lit) | TikTok</title>",
    canonical("https://www.tiktok.com/@ombra.lit"),
    described("Ombra (@ombra.lit) on TikTok | 5.6M Likes. 1.2M Followers. hello"),
    body=data_script(
        {
            "__DEFAULT_SCOPE__": {
                "webapp.user-detail": {
                    "userInfo": {
                        "user": {
                            "id": "6900000000000000001",
                            "uniqueId": "ombra.lit",
                            "nickname": "Ombra",
                            "signature": "hello",
                            "verified": False,
                        },
                        "stats": {
                            "followerCount": 1203456,
                            "followingCount": 34,
                            "heartCount": 5600000,
                            "videoCount": 78,
                        },
                    }
                }
            }
        },
        name="__UNIVERSAL_DATA_FOR_REHYDRATION__",
    ),
)
X = page(
    "<title>Tavi Orn (@taviorn) / X</title>",
    canonical("https://x.com/taviorn"),
    meta(
        og__site_name="X (formerly Twitter)",
        og__type="profile",
        og__title="Tavi Orn (@taviorn) on X",
        og__description="Maps and 12K followers on another site",
        og__url="https://x.com/taviorn",
    ),
    body=assignment(
        {
            "entities": {
                "users": {
                    "entities": {
                        "77": {
                            "id_str": "77",
                            "screen_name": "taviorn",
                            "name": "Tavi Orn",
                            "followers_count": 4321,
                            "friends_count": 210,
                            "statuses_count": 9876,
                            "verified": True,
                        },
                        "78": {"screen_name": "other", "followers_count": 5},
                    }
                }
            }
        },
        to="window.__INITIAL_STATE__",
    ),
)
THREADS = page(
    canonical("https://www.threads.net/@ilse.moor"),
    meta(
        og__type="profile",
        og__site_name="Threads",
        og__title="Ilse Moor (@ilse.moor) • Threads, Say more",
        og__description="1.2M Followers • 345 Threads • Moorland. "
        "See the latest conversations with @ilse.moor.",
        og__url="https://www.threads.net/@ilse.moor",
    ),
)
GITHUB = page(
    "<title>quillon (Quill On) · GitHub</title>",
    canonical("https://github.com/quillon"),
    meta(
        og__type="profile",
        og__site_name="GitHub",
        og__title="quillon - Overview",
        og__description="quillon has 21 repositories available.",
        og__url="https://github.com/quillon",
        profile__username="quillon",
    ),
    body="""<div itemscope itemtype="http://schema.org/Person" class="h-card">
    <h1 class="vcard-names"><span class="p-name vcard-fullname" itemprop="name">
      Quill On</span> <span class="p-nickname vcard-username" itemprop="additionalName">
      quillon</span></h1>
    <div class="p-note user-profile-bio"><div>Ink.</div></div>
    <a href="https://github.com/quillon?tab=followers"><span>1.5k</span> followers</a>
    <a href="https://github.com/quillon?tab=following"><span>27</span> following</a>
    <a href="https://github.com/octo?tab=followers"><span>9k</span> followers</a>
    </div>""",
)
LINKEDIN = page(
    "<title>Perrin Ashe - Cartographer - Chartroom | LinkedIn</title>",
    canonical("https://www.linkedin.com/in/perrin-ashe"),
    meta(
        og__type="profile",
        og__title="Perrin Ashe - Cartographer - Chartroom | LinkedIn",
        og__description="Experience: Chartroom · 500+ connections on LinkedIn.",
    ),
    linked(
        {
            "@context": "http://schema.org",
            "@graph": [
                {
                    "@type": "Person",
                    "name": "Perrin Ashe",
                    "url": "https://de.linkedin.com/in/perrin-ashe",
                    "address": {
                        "@type": "PostalAddress",
                        "addressLocality": "Ghent",
                        "addressCountry": "BE",
                    },
                    "interactionStatistic": {
                        "@type": "InteractionCounter",
                        "interactionType": "https://schema.org/FollowAction",
                        "name": "Follows",
                        "userInteractionCount": 1834,
                    },
                },
                {"@type": "Article", "headline": "On maps"},
            ],
        }
    ),
)
SOUNDCLOUD = page(
    "<title>Stream Bog Choir music | Listen to songs on SoundCloud</title>",
    canonical("https://soundcloud.com/bog-choir"),
    meta(
        og__type="profile",
        og__site_name="SoundCloud",
        og__title="Bog Choir",
        soundcloud__follower_count="4711",
    ),
    body=assignment(
        [
            {
                "hydratable": "user",
                "data": {
                    "permalink": "bog-choir",
                    "username": "Bog Choir",
                    "followers_count": 4711,
                    "followings_count": 12,
                    "track_count": 30,
                    "city": "Gdynia",
                },
            }
        ],
        to="window.__sc_hydration",
    ),
)
TWITCH = page(
    "<title>pixelheron - Twitch</title>",
    canonical("https://www.twitch.tv/pixelheron"),
    meta(og__type="profile", og__site_name="Twitch", og__title="pixelheron - Twitch"),
    linked(
        {
            "@type": "ProfilePage",
            "mainEntity": {
                "@type": "Person",
                "name": "PixelHeron",
                "alternateName": "pixelheron",
                "interactionStatistic": [
                    {
                        "@type": "InteractionCounter",
                        "interactionType": {"@type": "FollowAction"},
                        "userInteractionCount": "88,912",
                    }
                ],
            },
        }
    ),
)
PINTEREST = page(
    canonical("https://www.pinterest.com/fernhall/"),
    meta(
        og__type="profile",
        og__site_name="Pinterest",
        og__title="Fern Hall (fernhall) - Profile | Pinterest",
        og__description="Fern Hall | Ferns.",
        og__url="https://www.pinterest.com/fernhall/",
        pinterestapp__followers="20834",
        pinterestapp__following="61",
    ),
)
INDIE = page(
    canonical("https://oda.example/"),
    "<title>Oda Lind</title>",
    body="""<main><div class="h-card"><a class="p-name u-url u-uid"
    href="https://oda.example/" rel="me">Oda Lind</a><p class="p-note">Letterpress.</p>
    <span class="p-locality">Lund</span></div>
    <article class="h-entry"><a class="p-author h-card" href="https://else.example/">
    Else</a> wrote 5 followers</article></main>""",
)
FORUM = page(
    "<title>Profile of tinker_bo</title>",
    canonical("https://forum.example/users/tinker_bo"),
    meta(og__type="profile", og__title="tinker_bo", og__site_name="Forum"),
    body="""<main><h1>tinker_bo</h1><div class="stats">
    <div><b>1.234</b><span>Follower</span></div><div><b>56</b><span>Beiträge</span></div>
    </div><aside><div>Zed <b>9K</b> <span>Follower</span></div></aside>
    </main>""",
)
