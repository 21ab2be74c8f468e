"""The frame round every page: head, navigation, footer."""

from html import escape

STYLE_SHEET = "/style.css"


def frame_page(
    title: str,
    body: str,
    *,
    head: str = "",
    language: str = "en",
    direction: str = "ltr",
) -> str:
    """Return a whole HTML document; `body` and `head` are HTML, `title` is text."""
    return (
        f'<!doctype html>\n<html lang="{language}" dir="{direction}">\n<head>\n'
        '<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n"
        f'<link rel="stylesheet" href="{STYLE_SHEET}">\n'
        f'<link rel="icon" href="data:,">\n{head}</head>\n<body>\n'
        '<header class="site" lang="en" dir="ltr"><a class="home" href="/">'
        "Invented People</a>"
        '<nav><a href="/people">People</a> <a href="/people.csv">CSV</a> '
        '<a href="/people.jsonl">JSON Lines</a></nav></header>\n'
        f"<main>\n{body}</main>\n"
        '<footer class="site" lang="en" dir="ltr">Nobody here exists. '
        "Every name, number and picture is made up.</footer>\n</body>\n</html>\n"
    )
